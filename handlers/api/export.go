package api

import (
	"context"
	"iter"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/invoice"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
)

// registerExport is the endpoint for programs that read everything.
func (a *API) registerExport() {
	e := Endpoint{Method: http.MethodGet, Path: "/billing-group/{billing_group_id}/lines", ID: "billing-group-lines-list", Noun: invoiceNoun, Scope: InGroup,
		Summary: "List the lines of a billing group over months", Description: exportWords}
	schema := a.schemaOf(ExportedLine{})
	e.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"lines"}, Properties: map[string]*huma.Schema{
			"lines": {Type: huma.TypeArray, Items: schema}}}},
		"application/x-ndjson": {Schema: schema},
		"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	e.streams = true
	register(a, e, a.exportLines)
}

const exportWords = `Every line of the estimates and invoices of the months asked for, with the credits that were taken off, however many there are: by month, and within one in the order of the invoice's documents. The amounts of one invoice add up to its total_vat_zero.

The answer is JSON, or by Accept one JSON object a line (application/x-ndjson) or CSV (text/csv: a row of names, then a row for each line; null is empty, tags are JSON). Text that a spreadsheet would run as a formula has an apostrophe before it in CSV.

Each line has a cursor. To go on after a broken connection send that of the last line you have: the answer has what comes after it. The lines of an invoice never change; those of an estimate do until its month is closed, so read estimates again.`

// ExportQuery asks for lines over months.
type ExportQuery struct {
	GroupPath
	From   string `query:"from" doc:"The first month; without one, from the beginning" example:"2026-01"`
	To     string `query:"to" doc:"The last month; without one, to the newest" example:"2026-12"`
	Cursor string `query:"cursor" maxLength:"64" doc:"Of the last line that you have"`
	accept string
}

// Resolve keeps in which form the answer is wanted.
func (q *ExportQuery) Resolve(c huma.Context) []error {
	q.accept = c.Header("Accept")
	return nil
}

// ExportedLine is a line as the export over months gives it.
type ExportedLine struct {
	Line
	BillingMonth  string `json:"billing_month" doc:"The month that it is billed in" example:"2026-11"`
	InvoiceNumber string `json:"invoice_number" doc:"Of an estimate: estimate-YYYY-MM"`
	InvoiceState  string `json:"invoice_state" doc:"As in the list of invoices"`
	Cursor        string `json:"cursor" doc:"Names the line; send it to go on behind it"`
}

func (q *ExportQuery) parse() (out invoice.ExportQuery, err error) {
	month := func(field, text string) models.Month {
		m, bad := models.ParseMonth(text)
		if text != "" && bad != nil && err == nil {
			err = models.Invalidf(field, "Write the month as YYYY-MM, for example 2026-11")
		}
		return m
	}
	out.From, out.To = month("from", q.From), month("to", q.To)
	if err == nil {
		out.After, err = invoice.ParsePosition(q.Cursor)
	}
	return out, err
}

func (a *API) exportLines(ctx context.Context, r *request, in *ExportQuery) (*huma.StreamResponse, error) {
	wanted, err := in.parse()
	if err != nil {
		return nil, err
	}
	form := exportForm(in.accept)
	var buf []byte
	encode := func(ctx context.Context, r *request, _ *ExportQuery, yield func([]byte) error) error {
		return a.invoices.ExportLines(ctx, r.scope, wanted, func(part invoice.ExportPart) error {
			buf = form.part(buf[:0], part)
			return yield(buf)
		})
	}
	// As with all lists, what fails before the first part has come is an error of the handler.
	pull, stop := iter.Pull2(parts(ctx, r, in, encode))
	first, err, more := pull()
	if err != nil {
		stop()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer stop()
		c := humaecho.Unwrap(hc)
		c.Response().Header().Set("Content-Type", form.kind())
		c.Response().Header().Add("Vary", "Accept")
		c.Response().WriteHeader(http.StatusOK)
		control := http.NewResponseController(c.Response())
		_, err := c.Response().Write(form.start())
		for part := first; more && err == nil; {
			_ = control.SetWriteDeadline(time.Now().Add(writePause)) // not every writer has one
			if _, err = c.Response().Write(part); err == nil {
				part, err, more = pull()
			}
		}
		if err == nil {
			_, err = c.Response().Write(form.end())
		}
		if err != nil {
			a.Log.ErrorContext(ctx, "API export broken off", "error", err, "request_id", r.id)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

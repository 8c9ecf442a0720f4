package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/views/documents"

	"github.com/danielgtaylor/huma/v2"
)

const documentNoun = "Documents"

// registerDownloads are the endpoints that answer with files.
func (a *API) registerDownloads() {
	const path = "/billing-group/{billing_group_id}/invoice/{invoice_number}"
	register(a, Endpoint{Method: http.MethodGet, Path: path, ID: "billing-group-invoice-get", Noun: documentNoun, Scope: InGroup,
		Summary: "Get an invoice, or with .pdf or .csv after its number the stored document", Responses: files("application/json", "application/pdf", "text/csv")}, a.getNamed)
	register(a, Endpoint{Method: http.MethodGet, Path: path + "/{download_cookie}", ID: "billing-group-invoice-download", Noun: documentNoun, Scope: Public,
		Summary: "Download the PDF of an invoice without a token", Description: "The address is made of the invoice's download_cookie.", Responses: files("application/pdf"),
		Answers: map[int]string{http.StatusForbidden: "expired"}}, a.downloadPDF)
	register(a, Endpoint{Method: http.MethodGet, Path: path + "/csv", ID: "billing-group-invoice-csv", Noun: documentNoun, Scope: Public,
		Summary: "Download the lines of an invoice as CSV without a token", Description: "The address is made of the invoice's download_cookie.", Responses: files("text/csv"),
		Answers: map[int]string{http.StatusForbidden: "expired"}}, a.downloadCSV)
}

// files describes an answer that is a file.
func files(types ...string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, t := range types {
		content[t] = &huma.MediaType{}
	}
	return map[string]*huma.Response{"200": {Description: "OK", Content: content}}
}

// File is an answer that is a file.
type File struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	ETag        string `header:"ETag"`
	Body        []byte
}

// CookiePath is a download address with its cookie in the path.
type CookiePath struct {
	InvoicePath
	Cookie string `path:"download_cookie"`
}

// CookieQuery is a download address with its cookie in the query.
type CookieQuery struct {
	InvoicePath
	Cookie  string `query:"cookie" required:"true"`
	Project string `query:"project" doc:"Only the lines of this project"`
}

// EarlyInvoice is an invoice in the shape that the contract had before.
type EarlyInvoice struct {
	InvoiceNumber string     `json:"invoice_number"`
	InvoiceState  string     `json:"invoice_state"`
	DueDate       *time.Time `json:"due_date"`
	GeneratedAt   *time.Time `json:"generated_at"`
	LocalIncVAT   string     `json:"local_inc_vat"`
	LocalVATZero  string     `json:"local_vat_zero"`
}

func (a *API) getNamed(ctx context.Context, r *request, _ *InvoicePath) (*huma.StreamResponse, error) {
	number := r.param("invoice_number")
	var file *File
	var err error
	if name, ok := strings.CutSuffix(number, ".pdf"); ok {
		file, err = a.pdf(ctx, r.scope, name)
	} else if name, ok := strings.CutSuffix(number, ".csv"); ok {
		file, err = a.csv(ctx, r.scope, name, "")
	} else {
		return a.early(ctx, r, number)
	}
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", file.ContentType)
		c.SetHeader("Content-Disposition", file.Disposition)
		c.SetHeader("Cache-Control", file.Cache)
		c.SetHeader("ETag", file.ETag)
		c.SetStatus(http.StatusOK)
		_, _ = c.BodyWriter().Write(file.Body) // the client has gone
	}}, nil
}

func (a *API) early(ctx context.Context, r *request, number string) (*huma.StreamResponse, error) {
	inv, err := a.invoices.FullInvoice(ctx, r.scope, number)
	if err != nil {
		return nil, err
	}
	now, err := a.invoiceOf(inv)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/json")
		c.SetStatus(http.StatusOK)
		_ = a.huma.Marshal(c.BodyWriter(), "application/json", map[string]EarlyInvoice{"invoice": {now.InvoiceNumber, now.State, now.DueDate, now.GeneratedAt, now.TotalIncVAT, now.TotalVATZero}})
	}}, nil
}

func (a *API) downloadPDF(ctx context.Context, r *request, _ *CookiePath) (*File, error) {
	scope, err := a.byCookie(ctx, r, r.param("download_cookie"))
	if err != nil {
		return nil, err
	}
	return a.pdf(ctx, scope, r.param("invoice_number"))
}

func (a *API) downloadCSV(ctx context.Context, r *request, in *CookieQuery) (*File, error) {
	scope, err := a.byCookie(ctx, r, in.Cookie)
	if err != nil {
		return nil, err
	}
	return a.csv(ctx, scope, r.param("invoice_number"), in.Project)
}

// byCookie is the right to read a document's group, which a valid cookie of the document stands for. An
// invoice that is not there and a wrong cookie are answered alike.
func (a *API) byCookie(ctx context.Context, r *request, cookie string) (access.Scope, error) {
	wrong := a.cookies.check("", "")
	scope, err := a.access.ForGroup(ctx, access.SystemActor(), r.param("billing_group_id"), access.Read)
	if models.KindOf(err) == models.NotFound {
		return access.Scope{}, wrong
	}
	if err != nil {
		return access.Scope{}, err
	}
	row, err := a.invoices.Find(ctx, scope, r.param("invoice_number"))
	if models.KindOf(err) == models.NotFound {
		return access.Scope{}, wrong
	}
	if err != nil {
		return access.Scope{}, err
	}
	return scope, a.cookies.check(cookie, row.ID)
}

// pdf is the document that was stored when the invoice was issued. Kinds: NotFound, Unavailable.
func (a *API) pdf(ctx context.Context, scope access.Scope, number string) (*File, error) {
	row, doc, err := a.invoices.Document(ctx, scope, number, "pdf")
	if err != nil {
		return nil, err
	}
	return file(documents.FileName(documents.FromFrozen(invoice.Full{Row: row}), "pdf"), "application/pdf", doc.ETag(), doc.Content), nil
}

// csv is the file of lines that the screens give too. Kind: NotFound.
func (a *API) csv(ctx context.Context, scope access.Scope, address, project string) (*File, error) {
	full, err := a.invoices.FullOf(ctx, scope, address)
	if err != nil {
		return nil, err
	}
	name, content, etag, err := documents.CSVFile(full, a.Clock.Now(), project)
	if err != nil {
		return nil, err
	}
	return file(name, "text/csv; charset=utf-8", etag, content), nil
}

func file(name, kind, etag string, content []byte) *File {
	return &File{ContentType: kind, Disposition: `attachment; filename="` + name + `"`, Cache: "private, no-cache", ETag: `"` + etag + `"`, Body: content}
}

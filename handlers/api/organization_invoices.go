package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/money"

	"github.com/danielgtaylor/huma/v2"
)

const organizationInvoiceNoun = "Organization invoices"

// registerOrganizationInvoices are the endpoints of the invoices of all billing groups of an account.
func (a *API) registerOrganizationInvoices() {
	const root = "/organization/{organization_id}"
	const one = root + "/invoice/{invoice_number}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: root + "/invoices", ID: "organization-invoice-list", Noun: organizationInvoiceNoun, Scope: InOrganization,
		Summary: "List estimates and invoices of an organization", Description: "Of all billing groups, deleted ones included, newest month first. The amounts of an estimate are those that closing its month now would give."},
		"invoices", a.listOrganizationInvoices)
	register(a, Endpoint{Method: http.MethodGet, Path: one, ID: "organization-invoice-get", Noun: organizationInvoiceNoun, Scope: InOrganization,
		Summary: "Get an estimate or invoice"}, a.getOrganizationInvoice)
	register(a, Endpoint{Method: http.MethodGet, Path: one + "/pdf", ID: "organization-invoice-pdf", Noun: organizationInvoiceNoun, Scope: InOrganization,
		Summary: "Get the PDF of an invoice", Description: "Estimates have none.", Responses: files("application/pdf")}, a.getOrganizationPDF)
	register(a, Endpoint{Method: http.MethodGet, Path: one + "/csv", ID: "organization-invoice-csv", Noun: organizationInvoiceNoun, Scope: InOrganization,
		Summary: "Get the lines of an estimate or invoice as CSV", Responses: files("text/csv")}, a.getOrganizationCSV)
	registerList(a, Endpoint{Method: http.MethodGet, Path: one + "/lines", ID: "organization-invoice-lines-list", Noun: organizationInvoiceNoun, Scope: InOrganization,
		Summary: "List lines of an estimate or invoice", Description: "Credits are lines of type credit_consumption, below zero; all lines add up to net."}, "lines", a.listOrganizationLines)
}

// OrganizationInvoice is an estimate or invoice in the newer shape. Every key is always there.
type OrganizationInvoice struct {
	BillingGroupID string     `json:"billing_group_id"`
	CreateTime     time.Time  `json:"create_time" doc:"When it was issued, or its estimate begun"`
	Currency       string     `json:"currency"`
	DownloadOnly   bool       `json:"download_only" doc:"Always false: lines are there as long as the invoice"`
	DueDate        *time.Time `json:"due_date"`
	InvoiceNumber  string     `json:"invoice_number" doc:"Of an estimate: estimate-YYYY-MM- and the billing group's id"`
	InvoicePeriod  Period     `json:"invoice_period"`
	IssueDate      *time.Time `json:"issue_date" doc:"Null of an estimate"`
	Net            string     `json:"net" doc:"After credits, before tax: the lines add up to it"`
	NetUSD         *string    `json:"net_usd" doc:"In US dollars; null without a stored rate"`
	OrganizationID string     `json:"organization_id"`
	State          string     `json:"state" enum:"estimate,due,mailed,paid,failed_credit_card_charge,failed_no_credit_card,waived,uncollectible,no_payment_expected"`
	Total          string     `json:"total" doc:"With tax"`
	TotalUSD       *string    `json:"total_usd" doc:"In US dollars; null without a stored rate"`
}

// Period is the billed month.
type Period struct {
	BeginTime time.Time `json:"begin_time"`
	EndTime   time.Time `json:"end_time" doc:"The last second of the month"`
}

func periodOf(month string) Period {
	m := models.Month(month)
	return Period{m.Start(), m.End().Add(-time.Second)}
}

// OrganizationInvoiceBody is the answer with one invoice.
type OrganizationInvoiceBody struct {
	Body OrganizationInvoice
}

// OrganizationInvoiceList asks for the invoices of an organization.
type OrganizationInvoiceList struct {
	OrgPath
	Groups []string `query:"billing_group_ids,explode" doc:"Only of these billing groups; may be repeated or have commas"`
	States []string `query:"state,explode" doc:"Only in these states, as invoices show them; may be repeated or have commas"`
	From   string   `query:"starting_date" doc:"Only months that end on this day or later" example:"2026-01-01"`
	Until  string   `query:"ending_date" doc:"Only months that begin on this day or earlier" example:"2026-03-31"`
}

// Resolve reads the lists in each of the forms in which clients write them.
func (l *OrganizationInvoiceList) Resolve(ctx huma.Context) []error {
	at := ctx.URL()
	query := at.Query()
	l.Groups, l.States = listed(query, "billing_group_ids"), listed(query, "state")
	return nil
}

// listed are the values of a query parameter that is a list: name=a&name=b, name=a,b or name[]=a.
func listed(query url.Values, name string) []string {
	var list []string
	for _, value := range append(slices.Clone(query[name]), query[name+"[]"]...) {
		for _, one := range strings.Split(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				list = append(list, one)
			}
		}
	}
	return list
}

// rowStates are the states of rows that the contract's states may be of.
var rowStates = map[string][]invoice.State{
	"estimate": {invoice.Estimate}, "due": {invoice.Issued}, "mailed": {invoice.Issued}, "paid": {invoice.Paid}, "no_payment_expected": {invoice.Paid, invoice.Credited},
	"failed_credit_card_charge": {invoice.PaymentFailed}, "failed_no_credit_card": {invoice.PaymentFailed}, "waived": {invoice.Waived}, "uncollectible": {invoice.Uncollectible},
}

// filter is the part of the list that the store narrows; what of a state it cannot, the list does.
func (l *OrganizationInvoiceList) filter() (f invoice.AccountInvoices, err error) {
	f.GroupIDs = l.Groups
	for _, state := range l.States {
		rows, ok := rowStates[state]
		if !ok {
			return f, models.Invalidf("state", "There is no state %s", state)
		}
		f.States = append(f.States, rows...)
	}
	if f.From, err = monthAt("starting_date", l.From); err != nil {
		return f, err
	}
	f.Until, err = monthAt("ending_date", l.Until)
	return f, err
}

// monthAt is the month of a date or an instant, "" of none.
func monthAt(name, value string) (models.Month, error) {
	if value == "" {
		return "", nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil {
			return models.MonthOf(t), nil
		}
	}
	return "", models.Invalidf(name, "Write a date as YYYY-MM-DD")
}

func (a *API) listOrganizationInvoices(ctx context.Context, r *request, in *OrganizationInvoiceList, yield func([]OrganizationInvoice) error) error {
	f, err := in.filter()
	if err != nil {
		return err
	}
	return a.invoices.EachInvoiceOfAccount(ctx, r.scope, f, func(part []invoice.AccountInvoice) error {
		var rows []OrganizationInvoice
		for _, inv := range part {
			if row := organizationInvoiceOf(inv); len(in.States) == 0 || slices.Contains(in.States, row.State) {
				rows = append(rows, row)
			}
		}
		return yield(rows)
	})
}

func organizationInvoiceOf(inv invoice.AccountInvoice) OrganizationInvoice {
	currency := money.Currency(inv.Currency)
	out := OrganizationInvoice{BillingGroupID: inv.GroupID, CreateTime: stamp(inv.CreatedAt), Currency: inv.Currency, DueDate: stampOrNil(inv.DueDate), InvoiceNumber: inv.Address(),
		InvoicePeriod: periodOf(inv.Month), IssueDate: stampOrNil(inv.InvoiceDate), Net: money.New(inv.TaxableMinor, currency).Decimal(), NetUSD: decimalOrNull(inv.NetUSD),
		OrganizationID: organizationPrefix + inv.AccountID, State: stateOf(inv.FullInvoice), Total: money.New(inv.TotalMinor, currency).Decimal(), TotalUSD: decimalOrNull(inv.TotalUSD)}
	if inv.IssuedAt != nil {
		out.CreateTime = stamp(*inv.IssuedAt)
	}
	if inv.State == invoice.Estimate { // several groups have one of the same month
		out.InvoiceNumber += "-" + inv.GroupID
	}
	return out
}

// numbered finds an estimate or invoice of the organization by the number that its list shows; of an
// estimate the group's id may be left out when only one group has one of the month. It gives the scope of
// its group and its address there. Kind: NotFound.
func (a *API) numbered(ctx context.Context, r *request) (scope access.Scope, address string, err error) {
	number, group := r.param("invoice_number"), ""
	if month, ok := strings.CutPrefix(number, invoice.EstimatePrefix); ok {
		if len(month) > len("2006-01-") {
			month, group = month[:len("2006-01")], month[len("2006-01-"):]
		} else if group, err = a.onlyEstimate(ctx, r, month); err != nil {
			return scope, "", err
		}
		number = invoice.EstimatePrefix + month
	} else if group, err = a.invoices.GroupOfNumber(ctx, number); err != nil {
		return scope, "", err
	}
	scope, err = a.access.ForGroup(ctx, r.actor, group, access.Read)
	if models.KindOf(err) == models.NotFound || err == nil && scope.AccountID() != r.scope.AccountID() {
		err = models.NotFoundf("Invoice not found")
	}
	if err != nil {
		return access.Scope{}, "", err
	}
	row, err := a.invoices.Find(ctx, scope, number)
	if models.KindOf(err) == models.NotFound || err == nil && row.Kind != invoice.KindInvoice {
		err = models.NotFoundf("Invoice not found")
	}
	return scope, number, err
}

// onlyEstimate is the group that alone has an open estimate of a month. Kind: NotFound.
func (a *API) onlyEstimate(ctx context.Context, r *request, month string) (groupID string, err error) {
	missing := models.NotFoundf("Invoice not found")
	if _, err := models.ParseMonth(month); err != nil {
		return "", missing
	}
	groups, err := a.invoices.EstimatesOfMonth(ctx, r.scope, month)
	if err != nil || len(groups) != 1 {
		return "", cmp.Or(err, missing)
	}
	return groups[0], nil
}

func (a *API) getOrganizationInvoice(ctx context.Context, r *request, _ *OrgInvoicePath) (*OrganizationInvoiceBody, error) {
	scope, address, err := a.numbered(ctx, r)
	if err != nil {
		return nil, err
	}
	inv, err := a.invoices.InvoiceOfAccount(ctx, scope, address)
	return &OrganizationInvoiceBody{organizationInvoiceOf(inv)}, err
}

// OrgInvoicePath is a request about one invoice of an organization.
type OrgInvoicePath struct {
	OrgPath
	NumberPath
}

func (a *API) getOrganizationPDF(ctx context.Context, r *request, _ *OrgInvoicePath) (*File, error) {
	scope, address, err := a.numbered(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.pdf(ctx, scope, address)
}

func (a *API) getOrganizationCSV(ctx context.Context, r *request, _ *OrgInvoicePath) (*File, error) {
	scope, address, err := a.numbered(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.csv(ctx, scope, address, "")
}

package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/money"
)

const invoiceNoun = "Invoices"

// registerInvoices are the endpoints of estimates and invoices.
func (a *API) registerInvoices() {
	const path = "/billing-group/{billing_group_id}/invoice"
	registerList(a, Endpoint{Method: http.MethodGet, Path: path, ID: "billing-group-invoice-list", Noun: invoiceNoun, Scope: InGroup,
		Summary: "List estimates and invoices of a billing group", Description: "Newest month first; sort=invoice_number gives the oldest first. The amounts of an estimate are those that closing its month now would give."},
		"invoices", a.listInvoices)
	register(a, Endpoint{Method: http.MethodGet, Path: "/invoices/{invoice_number}", ID: "invoice-get", Noun: invoiceNoun, Scope: Holder,
		Summary: "Get an invoice by its number"}, a.getInvoice)
}

// Invoice is an estimate or invoice as the contract shows it.
type Invoice struct {
	BillingGroupID    string     `json:"billing_group_id"`
	BillingGroupName  string     `json:"billing_group_name"`
	BillingGroupState string     `json:"billing_group_state" enum:"active,deleted"`
	Currency          string     `json:"currency"`
	DownloadCookie    string     `json:"download_cookie" doc:"For download addresses without a token; works for 10 minutes"`
	DueDate           *time.Time `json:"due_date"`
	GeneratedAt       *time.Time `json:"generated_at" doc:"When it was issued"`
	InvoiceNumber     string     `json:"invoice_number" doc:"Of an estimate: estimate-YYYY-MM"`
	IssueDate         *time.Time `json:"issue_date"`
	PeriodBegin       string     `json:"period_begin"`
	PeriodEnd         string     `json:"period_end" doc:"The last second of the billed month"`
	State             string     `json:"state" enum:"estimate,due,mailed,paid,failed_credit_card_charge,failed_no_credit_card,waived,uncollectible,no_payment_expected"`
	TotalIncVAT       string     `json:"total_inc_vat"`
	TotalVATZero      string     `json:"total_vat_zero" doc:"After credits, before tax: the lines add up to it"`
}

// InvoiceList asks for the invoices of a billing group.
type InvoiceList struct {
	GroupPath
	Sort string `query:"sort" doc:"invoice_number for the oldest first, -invoice_number for the newest"`
}

// NumberPath is a request about an invoice by its number alone.
type NumberPath struct {
	Number string `path:"invoice_number" doc:"The invoice's number"`
}

// InvoicePath is a request about an invoice of a billing group.
type InvoicePath struct {
	GroupPath
	NumberPath
}

// InvoiceBody is the answer with one invoice.
type InvoiceBody struct {
	Body struct {
		Invoice Invoice `json:"invoice"`
	}
}

func (a *API) listInvoices(ctx context.Context, r *request, in *InvoiceList, yield func([]Invoice) error) error {
	cookie, err := a.cookies.signer()
	if err != nil {
		return err
	}
	return a.invoices.EachInvoice(ctx, r.scope, in.Sort == "invoice_number", func(part []invoice.FullInvoice) error {
		rows := make([]Invoice, len(part))
		for i, inv := range part {
			rows[i] = invoiceWith(inv, cookie(inv.ID))
		}
		return yield(rows)
	})
}

func (a *API) getInvoice(ctx context.Context, r *request, in *NumberPath) (*InvoiceBody, error) {
	scope, err := a.scopeOfNumber(ctx, r, r.param("invoice_number"))
	if err != nil {
		return nil, err
	}
	inv, err := a.invoices.FullInvoice(ctx, scope, r.param("invoice_number"))
	if err != nil {
		return nil, err
	}
	var out InvoiceBody
	out.Body.Invoice, err = a.invoiceOf(inv)
	return &out, err
}

// scopeOfNumber is the scope of the group of an invoice. Kind: NotFound, also for another account's.
func (a *API) scopeOfNumber(ctx context.Context, r *request, number string) (access.Scope, error) {
	group, err := a.invoices.GroupOfNumber(ctx, number)
	if err != nil {
		return access.Scope{}, err
	}
	scope, err := a.access.ForGroup(ctx, r.actor, group, access.Read)
	if models.KindOf(err) == models.NotFound {
		err = models.NotFoundf("Invoice not found")
	}
	return scope, err
}

func (a *API) invoiceOf(inv invoice.FullInvoice) (Invoice, error) {
	cookie, err := a.cookies.forDocument(inv.ID)
	return invoiceWith(inv, cookie), err
}

func invoiceWith(inv invoice.FullInvoice, cookie string) Invoice {
	month, currency := models.Month(inv.Month), money.Currency(inv.Currency)
	out := Invoice{BillingGroupID: inv.GroupID, BillingGroupName: inv.GroupName, BillingGroupState: "active", Currency: inv.Currency,
		DownloadCookie: cookie, DueDate: stampOrNil(inv.DueDate), GeneratedAt: stampOrNil(inv.IssuedAt), InvoiceNumber: inv.Address(), IssueDate: stampOrNil(inv.InvoiceDate),
		PeriodBegin: month.Start().Format(time.RFC3339), PeriodEnd: month.End().Add(-time.Second).Format(time.RFC3339), State: stateOf(inv),
		TotalIncVAT: money.New(inv.TotalMinor, currency).Decimal(), TotalVATZero: money.New(inv.TaxableMinor, currency).Decimal()}
	if inv.GroupDeleted {
		out.BillingGroupState = "deleted"
	}
	if inv.State != invoice.Estimate { // a snapshot says what the group was called then
		out.BillingGroupName = inv.Snapshot.GroupName
	}
	return out
}

// stateOf is the contract's name of an invoice's state.
func stateOf(inv invoice.FullInvoice) string {
	switch inv.State {
	case invoice.Estimate:
		return "estimate"
	case invoice.Issued:
		if inv.Snapshot.Payment.Kind == account.BankTransfer {
			return "mailed"
		}
		return "due"
	case invoice.Paid:
		if inv.PaidMinor == 0 { // credits left nothing to pay
			return "no_payment_expected"
		}
		return "paid"
	case invoice.PaymentFailed:
		if inv.NoCard {
			return "failed_no_credit_card"
		}
		return "failed_credit_card_charge"
	case invoice.Credited:
		return "no_payment_expected"
	}
	return strings.ToLower(string(inv.State)) // waived, uncollectible
}

package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/money"
)

const memoNoun = "Organization credit memos"

// registerCreditMemos are the endpoints of credit notes, which the contract calls credit memos. Their id
// is the number that is printed on them.
func (a *API) registerCreditMemos() {
	const list = "/organization/{organization_id}/credit-memos"
	registerList(a, Endpoint{Method: http.MethodGet, Path: list, ID: "organization-credit-memo-list", Noun: memoNoun, Scope: InOrganization,
		Summary: "List credit memos of an organization", Description: "Credit notes on invoices, newest first. Amounts are above zero: what is credited."}, "credit_memos", a.listCreditMemos)
	register(a, Endpoint{Method: http.MethodGet, Path: list + "/{credit_memo_id}", ID: "organization-credit-memo-get", Noun: memoNoun, Scope: InOrganization,
		Summary: "Get a credit memo"}, a.getCreditMemo)
	register(a, Endpoint{Method: http.MethodGet, Path: list + "/{credit_memo_id}/pdf", ID: "organization-credit-memo-pdf", Noun: memoNoun, Scope: InOrganization,
		Summary: "Get the PDF of a credit memo", Responses: files("application/pdf")}, a.getCreditMemoPDF)
	register(a, Endpoint{Method: http.MethodGet, Path: "/credit-memos/{credit_memo_id}/{download_cookie}", ID: "credit-memo-download", Noun: memoNoun, Scope: Public,
		Summary: "Download the PDF of a credit memo without a token", Description: "The address is made of the credit memo's download_cookie.", Responses: files("application/pdf"),
		Answers: map[int]string{http.StatusForbidden: "expired"}}, a.downloadCreditMemo)
}

// CreditMemo is a credit note as the contract shows it. Every key is always there.
type CreditMemo struct {
	CreateTime     time.Time  `json:"create_time"`
	CreditMemoID   string     `json:"credit_memo_id" doc:"Its number"`
	Currency       string     `json:"currency"`
	DownloadCookie string     `json:"download_cookie" doc:"For a download address without a token; works for 10 minutes"`
	InvoiceNumber  string     `json:"invoice_number" doc:"Of the invoice that it corrects"`
	InvoicePeriod  Period     `json:"invoice_period"`
	IssueTime      *time.Time `json:"issue_time"`
	Net            string     `json:"net" doc:"Before tax"`
	NetUSD         *string    `json:"net_usd" doc:"In US dollars; null without a stored rate"`
	SendTime       *time.Time `json:"send_time" doc:"When it was sent by mail; null while it was not"`
	State          string     `json:"state" enum:"draft,ready,sent" doc:"ready: it is issued"`
	Total          string     `json:"total" doc:"With tax"`
}

// CreditMemoBody is the answer with one credit memo.
type CreditMemoBody struct {
	Body CreditMemo
}

// CreditMemoPath is a request about one credit memo of an organization.
type CreditMemoPath struct {
	OrgPath
	ID string `path:"credit_memo_id"`
}

// CreditMemoCookie is a download address.
type CreditMemoCookie struct {
	ID     string `path:"credit_memo_id"`
	Cookie string `path:"download_cookie"`
}

func (a *API) listCreditMemos(ctx context.Context, r *request, _ *OrgPath, yield func([]CreditMemo) error) error {
	return a.invoices.EachCreditNoteOfAccount(ctx, r.scope, func(part []invoice.AccountInvoice) error {
		rows := make([]CreditMemo, len(part))
		for i, note := range part {
			var err error
			if rows[i], err = a.creditMemoOf(note); err != nil {
				return err
			}
		}
		return yield(rows)
	})
}

func (a *API) creditMemoOf(note invoice.AccountInvoice) (CreditMemo, error) {
	cookie, err := a.cookies.forDocument(note.ID)
	currency := money.Currency(note.Currency)
	out := CreditMemo{CreateTime: stamp(note.CreatedAt), CreditMemoID: note.Address(), Currency: note.Currency, DownloadCookie: cookie, InvoicePeriod: periodOf(note.Month),
		IssueTime: stampOrNil(note.IssuedAt), Net: money.New(note.TaxableMinor, currency).Decimal(), NetUSD: decimalOrNull(note.NetUSD), State: "ready",
		Total: money.New(note.TotalMinor, currency).Decimal()}
	if note.Snapshot.Corrects != nil {
		out.InvoiceNumber = note.Snapshot.Corrects.Number
	}
	return out, err
}

func missingMemo() error { return models.NotFoundf("Credit memo not found") }

// memo finds a credit note by its number, of the organization of the path or, for the bearer of a cookie,
// of any. Kind: NotFound.
func (a *API) memo(ctx context.Context, r *request, actor access.Actor) (access.Scope, invoice.Row, error) {
	number := r.param("credit_memo_id")
	group, err := a.invoices.GroupOfNumber(ctx, number)
	if models.KindOf(err) == models.NotFound {
		err = missingMemo()
	}
	if err != nil {
		return access.Scope{}, invoice.Row{}, err
	}
	scope, err := a.access.ForGroup(ctx, actor, group, access.Read)
	if models.KindOf(err) == models.NotFound || err == nil && r.scope.AccountID() != "" && scope.AccountID() != r.scope.AccountID() {
		err = missingMemo()
	}
	if err != nil {
		return access.Scope{}, invoice.Row{}, err
	}
	row, err := a.invoices.Find(ctx, scope, number)
	if err == nil && row.Kind != invoice.KindCreditNote {
		err = missingMemo()
	}
	return scope, row, err
}

func (a *API) getCreditMemo(ctx context.Context, r *request, _ *CreditMemoPath) (*CreditMemoBody, error) {
	scope, row, err := a.memo(ctx, r, r.actor)
	if err != nil {
		return nil, err
	}
	note, err := a.invoices.InvoiceOfAccount(ctx, scope, row.Address())
	if err != nil {
		return nil, err
	}
	var out CreditMemoBody
	out.Body, err = a.creditMemoOf(note)
	return &out, err
}

func (a *API) getCreditMemoPDF(ctx context.Context, r *request, _ *CreditMemoPath) (*File, error) {
	scope, row, err := a.memo(ctx, r, r.actor)
	if err != nil {
		return nil, err
	}
	return a.pdf(ctx, scope, row.Address())
}

// downloadCreditMemo answers a memo that is not there as it does a wrong cookie.
func (a *API) downloadCreditMemo(ctx context.Context, r *request, _ *CreditMemoCookie) (*File, error) {
	cookie := r.param("download_cookie")
	scope, row, err := a.memo(ctx, r, access.SystemActor())
	if models.KindOf(err) == models.NotFound {
		return nil, a.cookies.check("", "")
	}
	if err != nil {
		return nil, err
	}
	if err := a.cookies.check(cookie, row.ID); err != nil {
		return nil, err
	}
	return a.pdf(ctx, scope, row.Address())
}

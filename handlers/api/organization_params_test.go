package api_test

import (
	"context"
	"encoding/json"
	"time"

	"billfold/handlers/api"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/people"
)

// What only the organization's endpoints name.
func init() {
	parameters["ADDRESS_ID"] = func(w *tenants, a *tenant, _ api.Endpoint) string { return w.address(a) }
	parameters["PROJECT_ID"] = parameters["PROJECT"]
	parameters["PAYMENT_METHOD_ID"] = func(w *tenants, a *tenant, e api.Endpoint) string {
		if e.ID == "organization-credit-card-get" {
			return w.card(a)
		}
		return a.payment
	}
	parameters["CREDIT_MEMO_ID"] = func(w *tenants, a *tenant, _ api.Endpoint) string { return w.memo(a) }
	ofInvoice := parameters["DOWNLOAD_COOKIE"]
	parameters["DOWNLOAD_COOKIE"] = func(w *tenants, a *tenant, e api.Endpoint) string {
		if e.ID == "credit-memo-download" {
			return w.memoCookie(a)
		}
		return ofInvoice(w, a, e)
	}
}

// address adds another address that no group uses.
func (w *tenants) address(a *tenant) string {
	w.t.Helper()
	return must(w.accounts.CreateAddress(context.Background(), a.scope, account.Address{Company: a.word + " Inc", AddressLine1: "Street 3", City: "Austin", Region: "TX", Country: "US"})).ID
}

// card stores a card, as the payment provider will.
func (w *tenants) card(a *tenant) string {
	w.t.Helper()
	id := models.NewID()
	w.exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
		VALUES (?, ?, 'card', 0, 'test', '', 'Visa', '4242', ?, 11, 2030, ?)`, id, a.account, a.word+" admin", time.Now().UTC())
	return id
}

// memo is the number of the tenant's credit note, which is made when it is asked for first.
func (w *tenants) memo(a *tenant) (number string) {
	w.t.Helper()
	ctx := context.Background()
	find := func() {
		w.t.Helper()
		w.must(w.d.Read(ctx).Raw(`SELECT number FROM invoices WHERE account_id = ? AND kind = 'credit_note'`, a.account).Scan(&number).Error)
	}
	if find(); number == "" {
		invoices := invoice.NewStore(w.d, nil)
		done, err := invoices.CreditInvoice(ctx, access.OperatorActor(), a.number, invoice.CreditRequest{Line: "1", Amount: "1", Reason: "a test"})
		w.must(err)
		w.must(invoices.SaveDocument(ctx, done.Note.ID, "pdf", []byte("%PDF-1.4 note of "+a.word)))
		find()
	}
	return number
}

// memoCookie is what the credit note gives for downloads.
func (w *tenants) memoCookie(a *tenant) string {
	w.t.Helper()
	admin := a.users[access.RoleAdmin]
	token, _, err := w.people.CreateUserToken(context.Background(), actorOf(admin), admin.ID, people.NewToken{Name: "memos", Scopes: access.AccountGrants})
	w.must(err)
	_, body := w.send(token, "GET", "/v1/organization/org"+a.account+"/credit-memos/"+w.memo(a), "")
	var got struct {
		Cookie string `json:"download_cookie"`
	}
	w.must(json.Unmarshal([]byte(body), &got))
	return got.Cookie
}

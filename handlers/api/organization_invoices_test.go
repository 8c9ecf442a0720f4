//lint:file-ignore SA1019 Clients still make the calls that the contract calls deprecated; that they work is what is tested.

package api_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"

	"github.com/aiven/go-client-codegen/handler/billinggroup"
	"github.com/shopspring/decimal"
)

type period struct {
	Begin time.Time `json:"begin_time"`
	End   time.Time `json:"end_time"`
}

type organizationInvoice struct {
	Number string     `json:"invoice_number"`
	Group  string     `json:"billing_group_id"`
	State  string     `json:"state"`
	Period period     `json:"invoice_period"`
	Issued *time.Time `json:"issue_date"`
	Net    string     `json:"net"`
	NetUSD string     `json:"net_usd"`
	Total  string     `json:"total"`
	Org    string     `json:"organization_id"`
}

// read sends a GET that must succeed and decodes its answer.
func read[T any](w *world, path string) (out T) {
	w.t.Helper()
	status, body := w.send("admin", "GET", path, "")
	if status != 200 {
		w.t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		w.t.Fatalf("%s: %v in %s", path, err, body)
	}
	return out
}

func TestInvoicesOfAnOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		ctx, c, root := t.Context(), w.client("admin"), "/v1/organization/"+w.organization()
		first := must(c.BillingGroupList(ctx))[0].BillingGroupId
		customer := billinggroup.BillingGroupUpdateIn{Company: text("Acme"), AddressLines: &[]string{"Street 2"}, City: text("Toronto"), ZipCode: text("M4B"), State: text("ON"), CountryCode: text("CA"), BillingCurrency: "USD"}
		must(c.BillingGroupUpdate(ctx, first, &customer))
		second := must(c.BillingGroupCreate(ctx, &billinggroup.BillingGroupCreateIn{BillingGroupName: "Lab", CopyFromBillingGroup: &first})).BillingGroupId
		now := time.Now().UTC()
		month := models.MonthOf(now)
		last := month.Prev()
		w.project("web")
		scope := must(access.New(d).ForAccount(ctx, access.OperatorActor(), w.account.ID, access.Admin))
		must(account.NewStore(d, nil).CreateProject(ctx, scope, account.NewProject{Name: "lab", GroupID: second}))
		w.issue("HELLO10")
		must(c.BillingGroupCreditsClaim(ctx, first, &billinggroup.BillingGroupCreditsClaimIn{Code: "HELLO10"}))
		w.use("web", last.Start().Add(time.Hour), strings.Fields("a b c d e f g h i j k l")...)
		w.use("lab", last.Start().Add(time.Hour), "m")
		must(invoice.NewStore(d, nil).Close(ctx, last, invoice.CloseOptions{}))
		w.use("web", now.Add(-time.Minute), "now")
		w.use("lab", now.Add(-time.Minute), "then", "there")

		list := func(query string) []organizationInvoice {
			t.Helper()
			return read[struct{ Invoices []organizationInvoice }](w, root+"/invoices?limit=999&"+query).Invoices
		}
		all := list("")
		if len(all) != 4 || all[0].State != "estimate" || all[1].State != "estimate" || all[2].State != "due" || all[3].State != "due" {
			t.Fatalf("%+v", all)
		}
		byGroup := map[string]organizationInvoice{}
		for _, inv := range all {
			byGroup[inv.State+" "+inv.Group] = inv
			if inv.Org != w.organization() || inv.Period.Begin.Day() != 1 || inv.Period.End.Add(time.Second).Day() != 1 || inv.NetUSD != inv.Net {
				t.Errorf("%+v", inv)
			}
		}
		issued, estimate := byGroup["due "+first], byGroup["estimate "+second]
		if issued.Net != "15.00" || byGroup["estimate "+first].Net != "0.00" || issued.Issued == nil || !issued.Period.Begin.Equal(last.Start()) || estimate.Net != "2.50" || estimate.Number != "estimate-"+string(month)+"-"+second || estimate.Issued != nil {
			t.Errorf("%+v %+v", issued, estimate)
		}
		begin, end := last.Start().Format(time.DateOnly), last.LastDay().Format(time.DateOnly)
		for query, want := range map[string]int{
			"billing_group_ids=" + first: 2, "billing_group_ids[]=" + first + "&billing_group_ids[]=" + second: 4, "billing_group_ids=" + first + "," + second: 4,
			"billing_group_ids=x": 0, "billing_group_ids=" + models.NewID(): 0, "state=due": 2, "state=mailed": 0, "state=due&state=estimate": 4, "state=paid,estimate": 2, "state[]=no_payment_expected": 0,
			"starting_date=" + month.Start().Format(time.DateOnly): 2, "ending_date=" + end: 2, "starting_date=" + end + "&ending_date=" + begin + "T00:00:00Z": 2,
			"starting_date=" + month.End().Format(time.DateOnly): 0, "state=due&billing_group_ids=" + second: 1, "ending_date=1999-01-01": 0,
		} {
			if got := list(query); len(got) != want {
				t.Errorf("%s: %d, want %d", query, len(got), want)
			}
		}
		for _, query := range []string{"state=open", "starting_date=yesterday", "ending_date=2026-13-01"} {
			if status, body := w.send("admin", "GET", root+"/invoices?"+query, ""); status != 400 {
				t.Errorf("%s: %d %s", query, status, body)
			}
		}
		for _, inv := range all {
			one := root + "/invoice/" + inv.Number
			if got := read[organizationInvoice](w, one); got.Number != inv.Number || got.Net != inv.Net || got.Total != inv.Total || got.Group != inv.Group || got.State != inv.State {
				t.Errorf("%+v is %+v in the list", got, inv)
			}
			sum := decimal.Zero
			for _, l := range read[struct {
				Lines []struct {
					Total    string
					Project  *string `json:"project_id"`
					Service  *string `json:"service_id"`
					LineType string  `json:"line_type"`
				}
			}](w, one+"/lines").Lines {
				sum = sum.Add(decimal.RequireFromString(l.Total))
				if l.LineType == "service_charge" && (l.Project == nil || l.Service == nil) {
					t.Errorf("%s: %+v", inv.Number, l)
				}
			}
			if sum.StringFixed(2) != inv.Net {
				t.Errorf("%s: lines add up to %s, net is %s", inv.Number, sum, inv.Net)
			}
			if status, csv := w.send("admin", "GET", one+"/csv", ""); status != 200 || !strings.Contains(csv, "service_charge") {
				t.Errorf("%s as CSV: %d %s", inv.Number, status, csv)
			}
		}
		if status, _ := w.send("admin", "GET", root+"/invoice/"+issued.Number+"/pdf", ""); status != 503 {
			t.Errorf("the PDF before it is made: %d", status)
		}
		id := invoiceID(w, issued.Number)
		if err := invoice.NewStore(d, nil).SaveDocument(ctx, id, "pdf", []byte("%PDF-1.4")); err != nil {
			t.Fatal(err)
		}
		if status, pdf := w.send("admin", "GET", root+"/invoice/"+issued.Number+"/pdf", ""); status != 200 || pdf != "%PDF-1.4" {
			t.Errorf("the PDF: %d %s", status, pdf)
		}
		for _, number := range []string{"estimate-" + string(month), "estimate-2001-01", "estimate-x", "estimate-%00", "estimate-" + string(month) + "-" + models.NewID(), "estimate-" + string(month) + "-x", "BF-0", "x%00"} {
			for _, part := range []string{"", "/lines", "/csv", "/pdf"} { // of two estimates of a month neither is meant
				if status, body := w.send("admin", "GET", root+"/invoice/"+number+part, ""); status != 404 || !strings.Contains(body, "invoice_not_found") {
					t.Errorf("%s%s: %d %s", number, part, status, body)
				}
			}
		}
		w.memos(root, issued)
		// The groups of another organization of the same user are not this one's.
		other := must(account.NewStore(d, nil).CreateAccount(ctx, access.OperatorActor(), "Other", w.admin.ID))
		for _, path := range []string{"/invoice/" + issued.Number, "/invoice/" + issued.Number + "/lines", "/invoice/" + estimate.Number + "/csv", "/billing-group/" + first, "/credit-memos/" + w.memoNumber()} {
			if status, body := w.send("admin", "GET", "/v1/organization/org"+other.ID+path, ""); status != 404 {
				t.Errorf("%s of another organization: %d %s", path, status, body)
			}
		}
		if got := read[struct{ Invoices []organizationInvoice }](w, "/v1/organization/org"+other.ID+"/invoices?billing_group_ids="+first); len(got.Invoices) > 0 {
			t.Errorf("told of another organization: %+v", got)
		}
	})
}

func invoiceID(w *world, number string) (id string) {
	w.t.Helper()
	if err := w.d.Read(w.t.Context()).Raw(`SELECT id FROM invoices WHERE number = ?`, number).Scan(&id).Error; err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) memoNumber() (number string) {
	w.t.Helper()
	if err := w.d.Read(w.t.Context()).Raw(`SELECT number FROM invoices WHERE kind = 'credit_note'`).Scan(&number).Error; err != nil {
		w.t.Fatal(err)
	}
	return number
}

type creditMemo struct {
	ID      string  `json:"credit_memo_id"`
	Invoice string  `json:"invoice_number"`
	State   string  `json:"state"`
	Net     string  `json:"net"`
	NetUSD  string  `json:"net_usd"`
	Total   string  `json:"total"`
	Send    *string `json:"send_time"`
	Period  period  `json:"invoice_period"`
	Cookie  string  `json:"download_cookie"`
}

// memos credits a part of an invoice and reads the credit memo in every way.
func (w *world) memos(root string, issued organizationInvoice) {
	t := w.t
	t.Helper()
	if list := read[struct {
		Memos []creditMemo `json:"credit_memos"`
	}](w, root+"/credit-memos"); list.Memos == nil || len(list.Memos) > 0 {
		t.Errorf("before there is one: %+v", list)
	}
	done := must(invoice.NewStore(w.d, nil).CreditInvoice(t.Context(), access.OperatorActor(), issued.Number, invoice.CreditRequest{Line: "1", Amount: "1.25", Reason: "a test"}))
	list := read[struct {
		Memos []creditMemo `json:"credit_memos"`
	}](w, root+"/credit-memos").Memos
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	memo := list[0]
	if memo.ID != *done.Note.Number || memo.Invoice != issued.Number || memo.State != "ready" || memo.Net == "" || strings.HasPrefix(memo.Net, "-") || memo.NetUSD != memo.Net || memo.Send != nil || memo.Period != issued.Period {
		t.Errorf("%+v", memo)
	}
	one := root + "/credit-memos/" + memo.ID
	if got := read[creditMemo](w, one); got.ID != memo.ID || got.Total != memo.Total {
		t.Errorf("%+v", got)
	}
	if status, _ := w.send("admin", "GET", one+"/pdf", ""); status != 503 {
		t.Errorf("the PDF before it is made: %d", status)
	}
	if err := invoice.NewStore(w.d, nil).SaveDocument(t.Context(), done.Note.ID, "pdf", []byte("%PDF-note")); err != nil {
		t.Fatal(err)
	}
	if status, pdf := w.send("admin", "GET", one+"/pdf", ""); status != 200 || pdf != "%PDF-note" {
		t.Errorf("the PDF: %d %s", status, pdf)
	}
	if status, pdf := w.send("", "GET", "/v1/credit-memos/"+memo.ID+"/"+url.PathEscape(memo.Cookie), ""); status != 200 || pdf != "%PDF-note" {
		t.Errorf("by cookie: %d %s", status, pdf)
	}
	invoiceCookie := *must(w.client("admin").InvoiceGet(t.Context(), issued.Number)).DownloadCookie
	for _, path := range []string{memo.ID + "/x", memo.ID + "/" + invoiceCookie, "BF-0/" + memo.Cookie, issued.Number + "/" + invoiceCookie, "%00/" + memo.Cookie} {
		if status, body := w.send("", "GET", "/v1/credit-memos/"+path, ""); status != 403 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	// An invoice is no credit memo, and the other way about.
	for path, code := range map[string]string{"/credit-memos/" + issued.Number: "credit_memo_not_found", "/credit-memos/x/pdf": "credit_memo_not_found", "/invoice/" + memo.ID: "invoice_not_found", "/invoice/" + memo.ID + "/pdf": "invoice_not_found"} {
		if status, body := w.send("admin", "GET", root+path, ""); status != 404 || !strings.Contains(body, code) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestPaymentMethodsOfAnOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		root := "/v1/organization/" + w.organization()
		for path, want := range map[string]string{"/payment-methods": `{"payment_methods":[]}`, "/payment-method/credit-cards": `{"credit_cards":[]}`, "/payment-method/bank-transfers": `{"bank_transfers":[]}`, "/payment-method/custom": `{"custom_methods":[]}`} {
			if status, body := w.send("admin", "GET", root+path, ""); status != 200 || strings.TrimSpace(body) != want {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		bank := must(account.NewStore(d, nil).AllowBankTransfer(t.Context(), access.OperatorActor(), w.account.ID, 30)).ID
		for path, words := range map[string]string{"/payment-methods": `"payment_method_type":"bank_transfer"`, "/payment-method/bank-transfers": `"payment_terms_days":30`, "/payment-method/bank-transfer/" + bank: `"currency":null`} {
			if status, body := w.send("admin", "GET", root+path, ""); status != 200 || !strings.Contains(body, words) || !strings.Contains(body, bank) {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		for path, code := range map[string]string{"/payment-method/credit-card/" + bank: "credit_card_not_found", "/payment-method/bank-transfer/x": "bank_transfer_not_found"} {
			if status, body := w.send("admin", "GET", root+path, ""); status != 404 || !strings.Contains(body, code) {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		if status, _ := w.send("admin", "POST", root+"/payment-method/credit-cards", `{}`); status != 405 {
			t.Errorf("a card was added: %d", status)
		}
	})
}

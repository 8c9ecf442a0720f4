package group_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/views"
)

// withSeller sets a Finnish seller and the shipped tax rates.
func (o *office) withSeller(t *testing.T) {
	t.Helper()
	if err := seller.NewStore(o.DB, o.Clock).Set(ctx, access.OperatorActor(), seller.Seller{Name: "Cloud Oy", AddressLine1: "Katu 1", City: "Helsinki", Country: "FI", VATID: "FI20774740", PriceCurrency: "USD"}); err != nil {
		t.Fatal(err)
	}
	if _, err := tax.NewStore(o.DB, o.Clock).ImportShipped(ctx, access.OperatorActor()); err != nil {
		t.Fatal(err)
	}
}

// details are complete billing details.
func details() url.Values {
	return url.Values{"company": {"Acme GmbH"}, "address_line1": {"Allee 1"}, "city": {"Berlin"}, "postal_code": {"10115"}, "country": {"DE"},
		"vat_id": {"de 136695976"}, "currency": {"EUR"}, "purchase_order": {"PO-7"}, "invoice_text": {"Cost centre 4\nline two"}}
}

func TestInformationTab(t *testing.T) {
	o := newOffice(t)
	o.withSeller(t)
	tab, edit := views.BillingInformationPath(o.production), views.EditDetailsPath(o.production)
	p := o.ana.Get(tab).Want(t, 200)
	if p.Title() != "Billing information – Production – Billfold" || p.Text("[data-focus]") != "Billing information" {
		t.Errorf("title %q", p.Title())
	}
	for _, link := range []string{"Edit payment method", "Edit billing details", "Edit emails", "Add company name", "Add company address", "Add VAT ID", "Choose a currency", "Choose a payment method", "Add invoice email"} {
		if !slices.Contains(p.Texts("main a"), link) {
			t.Errorf("no link %q", link)
		}
	}
	if !strings.Contains(p.Main(), "Invoices cannot be issued yet. Enter a company name. Enter address line 1. Enter a city. Choose a country. Choose a currency.") ||
		!strings.Contains(p.Main(), "Choose a country to see the tax on your invoices.") {
		t.Errorf("%s", p.Main())
	}
	form := o.ana.Get(edit).Want(t, 200)
	if !strings.Contains(form.Main(), "Changes apply to invoices issued from now on. Issued invoices stay as they are.") || !form.Has("option[value='USD'][selected]") || form.Attr("#f-company", "autocomplete") != "organization" {
		t.Errorf("%s", form.Main())
	}
	saved := form.Submit(t, "form[action='"+edit+"']", details()).WantRedirect(t, tab).Follow()
	if saved.Text("[data-flash]") != "Billing details saved." {
		t.Errorf("flash %q", saved.Text("[data-flash]"))
	}
	for _, want := range []string{"Acme GmbH", "Allee 1\n10115 Berlin<", "DE136695976", "German VAT 19%", "Cost centre 4\nline two", "PO-7"} {
		if !strings.Contains(string(saved.Body), want) {
			t.Errorf("no %q on the tab", want)
		}
	}
	if !strings.Contains(saved.Main(), "Not confirmed. VAT is charged until the VAT ID is confirmed.") || strings.Contains(saved.Main(), "Invoices cannot be issued") {
		t.Errorf("%s", saved.Main())
	}
	if _, err := o.accounts.ConfirmVAT(ctx, access.OperatorActor(), o.production, "VIES 123"); err != nil {
		t.Fatal(err)
	}
	if p = o.ana.Get(tab); !strings.Contains(p.Main(), "Confirmed on 22 Nov 2026") || !strings.Contains(p.Main(), "Reverse charge applies: no VAT on your invoices.") {
		t.Errorf("%s", p.Main())
	}
	form.Submit(t, "form[action='"+edit+"']", details()).WantRedirect(t, tab)
	if o.events(t, "billing_information.changed") != 1 {
		t.Error("a second submit counts")
	}
	v := o.vi.Get(tab)
	readOnly(t, v)
	if slices.ContainsFunc(v.Texts("main a"), func(s string) bool { return strings.HasPrefix(s, "Edit") || strings.HasPrefix(s, "Add") }) {
		t.Error("the viewer is asked to edit")
	}
	o.zoe.Get(tab).Want(t, 404)
	for _, path := range []string{edit, views.EditEmailsPath(o.production), views.PaymentMethodPath(o.production)} {
		o.vi.Get(path).Want(t, 403)
		o.zoe.Get(path).Want(t, 404)
		o.refused(t, path, url.Values{"company": {"Evil"}, "currency": {"EUR"}, "version": {"1"}, "payment_method": {""}, "invoice_emails": {"evil@example.com"}})
	}
}

func TestDetailsTaxEffect(t *testing.T) {
	o := newOffice(t)
	o.withSeller(t)
	edit := views.EditDetailsPath(o.production)
	o.ana.Get(edit).Submit(t, "form[action='"+edit+"']", details()).Follow()
	form := o.ana.Get(edit)
	before := o.fingerprint(t)
	values := details()
	values.Set("country", "FI")
	values.Set("vat_id", "")
	values.Set("step", "effect")
	part := o.ana.PostPartial(edit, values, "div#tax-effect").Want(t, 200)
	if part.IsWhole() || part.Text("#tax-effect") != "The tax on your next invoice changes from German VAT 19% to Finnish VAT 25.5%." || o.fingerprint(t) != before {
		t.Errorf("part %q", part.Body)
	}
	saved := form.Submit(t, "form[action='"+edit+"']", url.Values{"country": {"FI"}, "vat_id": {""}}).Follow()
	if saved.Text("[data-flash]") != "Billing details saved. The tax on your next invoice changes from German VAT 19% to Finnish VAT 25.5%." {
		t.Errorf("flash %q", saved.Text("[data-flash]"))
	}
}

func TestDetailsErrorsKeepTheWords(t *testing.T) {
	o := newOffice(t)
	edit := views.EditDetailsPath(o.production)
	before := o.fingerprint(t)
	values := details()
	values.Set("vat_id", "FI20774740")
	values.Set("city", strings.Repeat("c", 51))
	values.Set("currency", "XYZ")
	p := o.ana.Get(edit).Submit(t, "form[action='"+edit+"']", values).Want(t, 422)
	got := p.Texts("#errors li")
	if len(got) != 3 || got[0] != "City must be 50 characters or less" || !slices.Contains(got, "Enter a VAT ID that starts with DE, to match the country Germany") {
		t.Errorf("%q", got)
	}
	if p.Attr("#f-vat_id", "value") != "FI20774740" || p.Attr("#f-company", "value") != "Acme GmbH" || !p.Has("option[value='DE'][selected]") || p.Attr("#f-city", "aria-invalid") != "true" || !strings.Contains(p.Text("#f-invoice_text"), "Cost centre 4") {
		t.Error("the words are gone")
	}
	for _, a := range p.Find("#errors a") {
		if href := a.Attr[0].Val; !p.Has(href) {
			t.Errorf("the summary leads nowhere: %s", href)
		}
	}
	if o.fingerprint(t) != before {
		t.Error("something was written")
	}
}

func TestDetailsStaleForm(t *testing.T) {
	o := newOffice(t)
	edit := views.EditDetailsPath(o.production)
	form := "form[action='" + edit + "']"
	o.ana.Get(edit).Submit(t, form, details()).WantRedirect(t, views.BillingInformationPath(o.production))
	mine := o.ana.Get(edit)
	o.bo.Get(edit).Submit(t, form, url.Values{"city": {"Hamburg"}}).WantRedirect(t, views.BillingInformationPath(o.production))
	stale := mine.Submit(t, form, url.Values{"company": {"Acme AG"}}).Want(t, 409)
	if got := stale.Texts("#errors li"); !slices.Equal(got, []string{"Bo Chen changed these details at 14:05 UTC. Check them and save again.", "Company is now Acme GmbH", "City is now Hamburg"}) {
		t.Errorf("%q", got)
	}
	if stale.Attr("#f-company", "value") != "Acme AG" || stale.Attr("#f-city", "value") != "Berlin" || stale.Attr("#f-city", "aria-invalid") != "true" {
		t.Error("the words are gone, or what differs is not marked")
	}
	stale.Submit(t, form, url.Values{"city": {"Hamburg"}}).WantRedirect(t, views.BillingInformationPath(o.production))
	info, err := o.accounts.BillingInformation(ctx, o.acme, o.production)
	if err != nil || info.Company != "Acme AG" || info.City != "Hamburg" || info.Version != 3 {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestEmails(t *testing.T) {
	o := newOffice(t)
	edit, tab := views.EditEmailsPath(o.production), views.BillingInformationPath(o.production)
	form := "form[action='" + edit + "']"
	p := o.ana.Get(edit).Want(t, 200)
	if len(p.Find("input[name='invoice_emails']")) != 1 || len(p.Find("input[name='contact_emails']")) != 1 || !p.Has("button[name='add'][value='invoice_emails']") {
		t.Errorf("%s", p.Main())
	}
	before := o.fingerprint(t)
	p = p.Submit(t, form, url.Values{"invoice_emails": {"a@example.com"}, "add": {"invoice_emails"}}).Want(t, 200)
	p = p.Submit(t, form, url.Values{"invoice_emails": {"a@example.com", "b@example.com"}, "add": {"invoice_emails"}}).Want(t, 200)
	if got := len(p.Find("input[name='invoice_emails']")); got != 3 || p.Attr("#f-invoice_emails-1", "value") != "b@example.com" {
		t.Errorf("%d boxes", got)
	}
	p = p.Submit(t, form, url.Values{"remove": {"invoice_emails.0"}}).Want(t, 200)
	if got := len(p.Find("input[name='invoice_emails']")); got != 2 || p.Attr("#f-invoice_emails-0", "value") != "b@example.com" || o.fingerprint(t) != before {
		t.Errorf("%d boxes", got)
	}
	bad := p.Submit(t, form, url.Values{"invoice_emails": {"b@example.com", "wrong"}, "contact_emails": {"also wrong"}}).Want(t, 422)
	if got := bad.Texts("#errors li"); len(got) != 2 || got[0] != "Enter an email address like name@example.com" || bad.Attr("#errors a", "href") != "#f-invoice_emails-1" || bad.Attr("#f-invoice_emails-1", "value") != "wrong" {
		t.Errorf("%q to %q", got, bad.Attr("#errors a", "href"))
	}
	done := bad.Submit(t, form, url.Values{"invoice_emails": {"b@example.com", "", "c@example.com"}, "contact_emails": {"d@example.com"}}).WantRedirect(t, tab).Follow()
	if done.Text("[data-flash]") != "Emails saved." || !strings.Contains(done.Main(), "b@example.com") {
		t.Errorf("%s", done.Main())
	}
	for _, wrong := range []url.Values{{"remove": {"invoice_emails.99"}}, {"remove": {"x"}}, {"add": {"x"}}, {"remove": {"invoice_emails.-1"}}} {
		wrong["invoice_emails"] = []string{"k@example.com"}
		if p := o.ana.Post(edit, wrong).Want(t, 200); p.Attr("#f-invoice_emails-0", "value") != "k@example.com" {
			t.Errorf("%v: the words are gone", wrong)
		}
	}
	stale := bad.Submit(t, form, url.Values{"invoice_emails": {"z@example.com"}, "contact_emails": nil, "form_key": nil}).Want(t, 409)
	if !strings.HasPrefix(stale.Text("#errors li"), "Ana Lima changed these details at 14:05 UTC.") || stale.Attr("#f-invoice_emails-0", "value") != "z@example.com" {
		t.Errorf("%q", stale.Texts("#errors li"))
	}
	info, _ := o.accounts.BillingInformation(ctx, o.acme, o.production)
	if !slices.Equal(info.InvoiceEmails, []string{"b@example.com", "c@example.com"}) || o.events(t, "billing_information.changed") != 1 {
		t.Errorf("%+v", info)
	}
}

func TestPaymentMethod(t *testing.T) {
	o := newOffice(t)
	path, tab := views.PaymentMethodPath(o.production), views.BillingInformationPath(o.production)
	if p := o.ana.Get(path).Want(t, 200); !strings.Contains(p.Main(), "Ask the operator to allow bank transfer.") || p.Has("input[type='radio']") {
		t.Errorf("%s", p.Main())
	}
	bank, err := o.accounts.AllowBankTransfer(ctx, access.OperatorActor(), o.acme.AccountID(), 30)
	if err != nil {
		t.Fatal(err)
	}
	p := o.ana.Get(path).Want(t, 200)
	done := p.Submit(t, "form[action='"+path+"']", url.Values{"payment_method": {bank.ID}}).WantRedirect(t, tab).Follow()
	if !strings.Contains(done.Main(), "Bank transfer, 30 days") || !strings.Contains(done.Text(".head .meta"), "Bank transfer, 30 days") {
		t.Errorf("%s", done.Main())
	}
	if p := o.ana.Post(path, url.Values{"payment_method": {o.web}}).Want(t, 422); p.Text("#errors li") != "Choose a payment method of the list" {
		t.Errorf("%q", p.Text("#errors"))
	}
	o.ana.Post(path, url.Values{"payment_method": {""}}).WantRedirect(t, tab)
	if o.events(t, "payment_method.chosen") != 2 {
		t.Error("events")
	}
}

func TestInformationOfADeletedGroup(t *testing.T) {
	o := newOffice(t)
	edit, tab := views.EditDetailsPath(o.research), views.BillingInformationPath(o.research)
	o.use(t, "", o.research, "support", "5.00")
	if err := o.deleteGroup(o.research); err != nil {
		t.Fatal(err)
	}
	if p := o.ana.Get(tab).Want(t, 200); !slices.Contains(p.Texts("main a"), "Edit billing details") {
		t.Error("what is still to be billed cannot be edited")
	}
	values := details()
	o.ana.Get(edit).Submit(t, "form[action='"+edit+"']", values).WantRedirect(t, tab)
	o.Exec(t, `UPDATE invoices SET state = 'waived', frozen = true, number = 'BF-2026-000009', series = 'BF-2026', series_number = 9 WHERE group_id = ?`, o.research)
	if p := o.ana.Get(tab).Want(t, 200); slices.Contains(p.Texts("main a"), "Edit billing details") {
		t.Error("what is all billed and paid can be edited")
	}
	o.ana.Get(edit).Want(t, 409)
	o.ana.Post(edit, values).Want(t, 409)
}

func (o *office) deleteGroup(id string) error {
	scope, err := access.New(o.DB).ForGroup(ctx, access.OperatorActor(), id, access.Write)
	if err != nil {
		return err
	}
	return o.invoices.DeleteGroup(ctx, scope, true)
}

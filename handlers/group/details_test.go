package group_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/handlers/handlertest"
	"billfold/models/account"
	"billfold/views"
)

// labels are the labels of the boxes in the order of the page.
func labels(p *handlertest.Page) []string {
	var list []string
	for _, l := range p.Texts("form.form label.label") {
		list = append(list, strings.Join(strings.Fields(l), " "))
	}
	return list
}

func TestTheAddressFollowsTheCountry(t *testing.T) {
	o := newOffice(t)
	o.withSeller(t)
	edit := views.EditDetailsPath(o.production)
	form := "form[action='" + edit + "']"
	before := o.fingerprint(t)
	p := o.ana.Get(edit).Want(t, 200)
	for _, c := range []struct {
		country string
		want    []string
	}{
		{"US", []string{"Country", "Address line 1", "Address line 2 (optional)", "Address line 3 (optional)", "City", "State", "ZIP code", "VAT ID (optional)"}},
		{"GB", []string{"Country", "Address line 1", "Address line 2 (optional)", "Address line 3 (optional)", "Town", "County (optional)", "Postcode", "VAT ID (optional)"}},
		{"FI", []string{"Country", "Address line 1", "Address line 2 (optional)", "Address line 3 (optional)", "Postal code", "City", "VAT ID (optional)"}},
		{"SG", []string{"Country", "Address line 1", "Address line 2 (optional)", "Address line 3 (optional)", "Postal code", "VAT ID (optional)"}},
		{"JP", []string{"Country", "Address line 1", "Address line 2 (optional)", "Address line 3 (optional)", "City", "Prefecture", "Postal code", "VAT ID (optional)"}},
	} {
		// Without JavaScript: the button "Update form" shows the page again with the words kept.
		p = p.Submit(t, form, url.Values{"step": {"update"}, "country": {c.country}, "company": {"Acme"}, "address_line1": {"1 Road"}, "purchase_order": {"PO-9"}}).Want(t, 200)
		got := labels(p)
		if at := slices.Index(got, "Country"); at < 0 || !slices.Equal(got[at:min(at+len(c.want), len(got))], c.want) {
			t.Errorf("%s: %q", c.country, got)
		}
		if p.Attr("#f-address_line1", "value") != "1 Road" || p.Attr("#f-purchase_order", "value") != "PO-9" || p.Attr("#f-country option[selected]", "value") != c.country {
			t.Errorf("%s: the words are gone", c.country)
		}
		// With it: the fields alone.
		part := o.ana.PostPartial(edit, url.Values{"step": {"update"}, "country": {c.country}, "address_line1": {"1 Road"}}, "div#address").Want(t, 200)
		if part.IsWhole() || part.Has("#f-country") || !part.Has("#f-vat_id") || !part.Has("#tax-effect") || part.Attr("#f-address_line1", "value") != "1 Road" {
			t.Errorf("%s: part %s", c.country, part.Body)
		}
	}
	us := o.ana.Post(edit, url.Values{"step": {"update"}, "country": {"US"}, "region": {"california"}}).Want(t, 200)
	if len(us.Find("#f-region option")) != 63 || us.Text("#f-region option[selected]") != "California" || us.Attr("#f-region option[selected]", "value") != "california" {
		t.Errorf("states: %s", us.Text("#f-region"))
	}
	// What the new country has no field for is still there to be taken out.
	if p := o.ana.Post(edit, url.Values{"step": {"update"}, "country": {"SG"}, "city": {"Singapore"}, "region": {"X"}}).Want(t, 200); p.Attr("#f-city", "value") != "Singapore" || p.Attr("#f-region", "value") != "X" {
		t.Error("what was typed is gone")
	}
	if o.fingerprint(t) != before {
		t.Error("something was written")
	}
	for _, who := range []*handlertest.Client{o.vi, o.zoe} {
		status := 403
		if who == o.zoe {
			status = 404
		}
		who.Post(edit, url.Values{"step": {"update"}, "country": {"US"}}).Want(t, status)
		who.PostPartial(edit, url.Values{"step": {"copy"}, "copy_from": {o.research}}, "div#address").Want(t, status)
	}
}

func TestABegunAddressIsFinished(t *testing.T) {
	o := newOffice(t)
	edit, tab := views.EditDetailsPath(o.production), views.BillingInformationPath(o.production)
	form := "form[action='" + edit + "']"
	before := o.fingerprint(t)
	values := url.Values{"company": {"Acme Inc"}, "country": {"US"}, "address_line1": {"1 Main St"}, "currency": {"USD"}, "postal_code": {"K1A 0B1"}}
	p := o.ana.Get(edit).Submit(t, form, values).Want(t, 422)
	if got := p.Texts("#errors li"); !slices.Equal(got, []string{"Enter a city", "Choose a state", "Enter a ZIP code like 95014"}) {
		t.Errorf("%q", got)
	}
	for _, a := range p.Find("#errors a") {
		if href := a.Attr[0].Val; !p.Has(href) {
			t.Errorf("the summary leads nowhere: %s", href)
		}
	}
	if o.fingerprint(t) != before {
		t.Error("something was written")
	}
	for name, value := range map[string]string{"city": "Springfield", "region": "IL", "postal_code": "62704-1234"} {
		values.Set(name, value)
	}
	done := p.Submit(t, form, values).WantRedirect(t, tab).Follow()
	if !strings.Contains(string(done.Body), "1 Main St\nSpringfield, IL 62704-1234<") {
		t.Errorf("%s", done.Main())
	}
	// No address at all may be left for later, and a card number never goes in.
	o.ana.Get(edit).Submit(t, form, url.Values{"address_line1": {""}, "city": {""}, "region": {""}, "postal_code": {""}}).WantRedirect(t, tab)
	for _, field := range []string{"company", "address_line1", "address_line2", "address_line3", "city", "region", "postal_code", "vat_id", "purchase_order", "buyer_reference", "invoice_text"} {
		p := o.ana.Get(edit).Submit(t, form, url.Values{field: {"4242 4242 4242 4242"}}).Want(t, 422)
		if !strings.Contains(p.Text("#f-"+field+"-error"), "card number") {
			t.Errorf("%s: %q", field, p.Texts("#errors li"))
		}
	}
	emails := views.EditEmailsPath(o.production)
	if p := o.ana.Post(emails, url.Values{"contact_emails": {"4242424242424242@example.com"}}).Want(t, 422); !strings.Contains(p.Text("#errors"), "card number") {
		t.Errorf("%q", p.Texts("#errors li"))
	}
}

func TestCopyDetails(t *testing.T) {
	o := newOffice(t)
	edit := views.EditDetailsPath(o.production)
	form := "form[action='" + edit + "']"
	o.ana.Get(views.EditDetailsPath(o.research)).Submit(t, "form[action='"+views.EditDetailsPath(o.research)+"']", details()).Want(t, 303)
	if err := o.invoices.SetInformation(ctx, o.borealis, o.theirGroup, account.Information{Company: "Secret Oy", Currency: "EUR"}); err != nil {
		t.Fatal(err)
	}
	before := o.fingerprint(t)
	p := o.ana.Get(edit).Want(t, 200)
	if got := p.Texts("#f-copy_from option"); !slices.Equal(got, []string{"Do not copy", "Default", "Research"}) {
		t.Errorf("%q", got)
	}
	p = p.Submit(t, form, url.Values{"step": {"copy"}, "copy_from": {o.research}, "company": {"Mine"}}).Want(t, 200)
	if p.Attr("#f-company", "value") != "Acme GmbH" || p.Attr("#f-vat_id", "value") != "DE136695976" || !strings.Contains(p.Main(), "Filled in from Research. Nothing is saved yet.") || o.fingerprint(t) != before {
		t.Errorf("%s", p.Main())
	}
	for _, other := range []string{o.theirGroup, "x", ""} {
		wrong := o.ana.Post(edit, url.Values{"step": {"copy"}, "copy_from": {other}, "company": {"Mine"}}).Want(t, 422)
		if wrong.Attr("#f-company", "value") != "Mine" || !wrong.Has("#errors a[href='#f-copy_from']") || strings.Contains(string(wrong.Body), "Secret") {
			t.Errorf("%s: %s", other, wrong.Main())
		}
	}
	p.Submit(t, form, nil).WantRedirect(t, views.BillingInformationPath(o.production))
	info, err := o.accounts.BillingInformation(ctx, o.acme, o.production)
	if err != nil || info.Company != "Acme GmbH" || info.Version != 1 || o.events(t, "billing_information.changed") != 3 {
		t.Errorf("%+v, %v", info, err)
	}
}

// Emails that somebody saved meanwhile do not stand in the way of the details, nor the other way round.
func TestOnlyWhatIsOnTheFormMakesItStale(t *testing.T) {
	o := newOffice(t)
	edit, emails := views.EditDetailsPath(o.production), views.EditEmailsPath(o.production)
	tab := views.BillingInformationPath(o.production)
	o.ana.Get(edit).Submit(t, "form[action='"+edit+"']", details()).WantRedirect(t, tab)
	mine, mails := o.ana.Get(edit), o.ana.Get(emails)
	o.bo.Get(emails).Submit(t, "form[action='"+emails+"']", url.Values{"invoice_emails": {"bo@example.com"}}).WantRedirect(t, tab)
	mine.Submit(t, "form[action='"+edit+"']", url.Values{"city": {"Hamburg"}}).WantRedirect(t, tab)
	stale := mails.Submit(t, "form[action='"+emails+"']", url.Values{"invoice_emails": {"ana@example.com"}}).Want(t, 409)
	if got := stale.Texts("#errors li"); !slices.Equal(got, []string{"Ana Lima changed these details at 14:05 UTC. Check them and save again.", "Invoice emails are now bo@example.com"}) {
		t.Errorf("%q", got)
	}
	if stale.Attr("#f-invoice_emails-0", "value") != "ana@example.com" || !stale.Has("#f-invoice_emails") {
		t.Error("the words are gone")
	}
	fresh := o.ana.Get(emails)
	o.bo.Get(edit).Submit(t, "form[action='"+edit+"']", url.Values{"city": {"Bonn"}}).WantRedirect(t, tab)
	fresh.Submit(t, "form[action='"+emails+"']", url.Values{"invoice_emails": {"bo@example.com", "ana@example.com"}}).WantRedirect(t, tab)
	info, err := o.accounts.BillingInformation(ctx, o.acme, o.production)
	if err != nil || info.City != "Bonn" || !slices.Equal(info.InvoiceEmails, []string{"bo@example.com", "ana@example.com"}) {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestTheEffectOfAVATID(t *testing.T) {
	o := newOffice(t)
	o.withSeller(t)
	edit := views.EditDetailsPath(o.production)
	o.ana.Get(edit).Submit(t, "form[action='"+edit+"']", url.Values{"company": {"Acme Oy"}, "country": {"FI"}, "currency": {"EUR"}}).Follow()
	effect := func(country, region, id string) string {
		t.Helper()
		part := o.ana.PostPartial(edit, url.Values{"step": {"effect"}, "country": {country}, "region": {region}, "vat_id": {id}}, "div#tax-effect").Want(t, 200)
		if part.IsWhole() || part.Has("#address") {
			t.Errorf("part %s", part.Body)
		}
		return strings.Join(part.Texts("#tax-effect p"), " ")
	}
	for _, c := range []struct{ country, id, want string }{
		{"DE", "", "The tax on your next invoice changes from Finnish VAT 25.5% to German VAT 19%."},
		{"DE", "DE136695976", "The tax on your next invoice changes from Finnish VAT 25.5% to German VAT 19%. Once the VAT ID is confirmed, reverse charge applies: no VAT on your invoices."},
		{"DE", "DE136695977", "The tax on your next invoice changes from Finnish VAT 25.5% to German VAT 19%."},
		{"FI", "FI20774740", "Tax on your next invoice: Finnish VAT 25.5%."},
		{"US", "", "The tax on your next invoice changes from Finnish VAT 25.5% to no VAT."},
	} {
		if got := effect(c.country, "", c.id); got != c.want {
			t.Errorf("%s %s: %q", c.country, c.id, got)
		}
	}
}

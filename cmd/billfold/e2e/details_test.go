package e2e

import (
	"slices"
	"testing"
)

// TestTheAddressFollowsTheCountryAtOnce fills in billing details in a browser with scripts: the fields follow the
// country without a button, what was typed stays, and the tax is told before anything is saved.
func TestTheAddressFollowsTheCountryAtOnce(t *testing.T) {
	database := demoCopy(t)
	group := ids(t, database, "SELECT id FROM billing_groups WHERE name = 'Research'")[0]
	p := Open(t, Serve(t, database).URL, Options{})
	p.Goto("/sign-in")
	p.Fill("Email address", DemoUser)
	p.Fill("Password", DemoPassword)
	p.ClickRole("button", "Sign in")
	p.Goto("/billing-groups/" + group + "/billing-information/edit")
	if p.Has("button", "Update form for this country") {
		t.Error("the button for browsers without scripts is shown")
	}
	p.Fill("Purchase order number (optional)", "PO-77")
	p.Fill("City", "Springfield")
	p.Select("Country", "United States")
	p.Sees("ZIP code")
	p.Sees("The tax on your next invoice changes from reverse charge to no VAT.")
	if p.Value("City") != "Springfield" || p.Value("Purchase order number (optional)") != "PO-77" {
		t.Errorf("what was typed is gone: %q, %q", p.Value("City"), p.Value("Purchase order number (optional)"))
	}
	p.Select("State", "Illinois")
	p.Fill("ZIP code", "10969x")
	p.Fill("VAT ID (optional)", "")
	p.ClickRole("button", "Save billing details")
	p.Sees("Enter a ZIP code like 95014")
	p.Fill("ZIP code", "62704")
	p.Screenshot("details United States")
	p.ClickRole("button", "Save billing details")
	p.Sees("Billing details saved. The tax on your next invoice changes from reverse charge to no VAT.")
	p.Sees("Springfield, IL 62704")
	if title := p.Title(); title != "Billing information – Research – Billfold" {
		t.Errorf("title %q", title)
	}
	p.ClickRole("link", "Edit billing details")
	p.Select("Country", "Germany")
	p.Sees("Postal code")
	p.Fill("VAT ID (optional)", "DE129273398")
	p.In("#f-vat_id").settle()
	value[bool](p, "document.querySelector('#f-vat_id').dispatchEvent(new Event('change', {bubbles: true}))")
	p.Sees("Once the VAT ID is confirmed, reverse charge applies: no VAT on your invoices.")
	if list := p.Names("combobox"); !slices.Contains(list, "Country") {
		t.Errorf("%q", list)
	}
}

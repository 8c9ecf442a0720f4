package invoice_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
)

func (w *world) ofAccount(scope access.Scope, f invoice.AccountInvoices) (list []invoice.AccountInvoice) {
	w.Helper()
	w.must(w.invoices.EachInvoiceOfAccount(w.ctx, scope, f, func(part []invoice.AccountInvoice) error { list = append(list, part...); return nil }))
	return list
}

func TestInvoicesOfAnAccount(t *testing.T) {
	each(t, func(w *world) {
		lab := w.newGroup("Lab")
		other := w.newProject("lab", lab)
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.use(other, "2024-09-06T00:00:00Z", "20.50")
		w.close("2024-09")
		w.use(w.project, "2024-10-05T00:00:00Z", "1")
		w.close("2024-10")
		w.now = utc("2024-12-02T00:00:00Z") // November has nothing
		w.use(other, "2024-12-01T10:00:00Z", "7")
		all := w.ofAccount(w.scope(""), invoice.AccountInvoices{})
		var months []string
		for _, inv := range all {
			months = append(months, inv.Month+" "+string(inv.State))
		}
		if !slices.Equal(months, []string{"2024-12 estimate", "2024-10 issued", "2024-09 issued", "2024-09 issued"}) {
			t.Fatalf("%q", months)
		}
		for i, want := range []string{"7", "1"} {
			if got := fmt.Sprint(all[i].TaxableMinor / 100); got != want || all[i].TotalMinor <= all[i].TaxableMinor { // with tax, also of an estimate
				t.Errorf("%s: %d %d", all[i].Month, all[i].TaxableMinor, all[i].TotalMinor)
			}
		}
		if all[0].NetUSD != nil || all[1].Snapshot.GroupName == "" {
			t.Errorf("%+v", all[:2])
		}
		w.rates("date,base,currency,rate\n2024-12-01,EUR,USD,1.25\n")
		if got := w.ofAccount(w.scope(""), invoice.AccountInvoices{From: "2024-12"})[0]; got.NetUSD == nil || got.NetUSD.Decimal() != "8.75" {
			t.Errorf("in dollars: %v", got.NetUSD)
		}
		for name, c := range map[string]struct {
			f    invoice.AccountInvoices
			want int
		}{
			"a group":          {invoice.AccountInvoices{GroupIDs: []string{lab}}, 2},
			"both":             {invoice.AccountInvoices{GroupIDs: []string{lab, w.group, "x"}}, 4},
			"no group":         {invoice.AccountInvoices{GroupIDs: []string{"x"}}, 0},
			"a state":          {invoice.AccountInvoices{States: []invoice.State{invoice.Issued}}, 3},
			"a state of none":  {invoice.AccountInvoices{States: []invoice.State{invoice.Paid}}, 0},
			"from":             {invoice.AccountInvoices{From: "2024-10"}, 2},
			"until":            {invoice.AccountInvoices{Until: "2024-10"}, 3},
			"a month":          {invoice.AccountInvoices{From: "2024-09", Until: "2024-09"}, 2},
			"an empty month":   {invoice.AccountInvoices{From: "2024-11", Until: "2024-11"}, 0},
			"the wrong way":    {invoice.AccountInvoices{From: "2024-12", Until: "2024-09"}, 0},
			"outside all time": {invoice.AccountInvoices{From: "0001-01", Until: "9999-12"}, 4},
		} {
			if got := w.ofAccount(w.scope(""), c.f); len(got) != c.want {
				t.Errorf("%s: %d, want %d", name, len(got), c.want)
			}
		}
		stop := errors.New("stop")
		parts := 0
		err := w.invoices.EachInvoiceOfAccount(w.ctx, w.scope(""), invoice.AccountInvoices{}, func([]invoice.AccountInvoice) error { parts++; return stop })
		if !errors.Is(err, stop) || parts != 1 {
			t.Errorf("%v after %d parts", err, parts)
		}
		// Credit notes are a list of their own.
		done := w.note("BF-2024-000001", "", "")
		var notes []invoice.AccountInvoice
		w.must(w.invoices.EachCreditNoteOfAccount(w.ctx, w.scope(""), func(part []invoice.AccountInvoice) error { notes = append(notes, part...); return nil }))
		if len(notes) != 1 || notes[0].ID != done.Note.ID || notes[0].Snapshot.Corrects.Number != "BF-2024-000001" || len(w.ofAccount(w.scope(""), invoice.AccountInvoices{})) != 4 {
			t.Errorf("%+v", notes)
		}
		if groups, err := w.invoices.EstimatesOfMonth(w.ctx, w.scope(""), "2024-12"); err != nil || !slices.Equal(groups, []string{lab}) {
			t.Errorf("%v %v", groups, err)
		}
		// Nothing of it is another account's.
		made, err := w.accounts.CreateAccount(w.ctx, operator, "Borealis", "")
		w.must(err)
		theirs, err := access.New(w.db).ForAccount(w.ctx, operator, made.ID, access.Admin)
		w.must(err)
		told := func(part []invoice.AccountInvoice) error { t.Errorf("told: %+v", part); return nil }
		w.must(w.invoices.EachInvoiceOfAccount(w.ctx, theirs, invoice.AccountInvoices{GroupIDs: []string{lab, w.group}}, told))
		w.must(w.invoices.EachCreditNoteOfAccount(w.ctx, theirs, told))
		if groups, err := w.invoices.EstimatesOfMonth(w.ctx, theirs, "2024-12"); err != nil || len(groups) > 0 {
			t.Errorf("%v %v", groups, err)
		}
	})
}

// A month with more invoices than are read at once is read in parts, each of them once.
func TestManyInvoicesOfAnAccount(t *testing.T) {
	each(t, func(w *world) {
		const many = 104
		for i := range many {
			made, err := w.accounts.CreateGroup(w.ctx, w.scope(""), account.NewGroup{Name: fmt.Sprint("g", i)})
			w.must(err)
			w.use(w.newProject(fmt.Sprint("p", i), made.Group.ID), "2024-09-05T00:00:00Z", "1")
		}
		seen := map[string]bool{}
		list := w.ofAccount(w.scope(""), invoice.AccountInvoices{})
		for _, inv := range list {
			seen[inv.GroupID] = true
		}
		if len(list) != many || len(seen) != many {
			t.Errorf("%d invoices of %d groups", len(list), len(seen))
		}
		if !slices.IsSortedFunc(list, func(a, b invoice.AccountInvoice) int { return -slices.Compare([]byte(a.ID), []byte(b.ID)) }) {
			t.Error("not from the latest to the first")
		}
	})
}

func TestAGroupIsChangedWithItsAddress(t *testing.T) {
	each(t, func(w *world) {
		a, err := w.accounts.CreateAddress(w.ctx, w.scope(""), account.Address{Company: "Acme AB", AddressLine1: "Gatan 1", City: "Stockholm", Country: "SE"})
		w.must(err)
		fresh, err := w.accounts.CreateGroup(w.ctx, w.scope(""), account.NewGroup{Name: "Fresh"})
		w.must(err)
		change := func(group string, c invoice.GroupChange) error {
			return w.invoices.ChangeGroup(w.ctx, w.scope(group), c)
		}
		// A group without information gets it from the address, in the price currency.
		w.must(change(fresh.Group.ID, invoice.GroupChange{Addresses: account.AddressChoice{BillingID: &a.ID}}))
		full, err := w.invoices.FullGroup(w.ctx, w.scope(fresh.Group.ID))
		w.must(err)
		if full.Addresses.BillingID != a.ID || full.Information.City != "Stockholm" || full.Information.Currency != "EUR" {
			t.Errorf("%+v", full)
		}
		// A shipping address alone leaves a group without information as it is.
		bare, err := w.accounts.CreateGroup(w.ctx, w.scope(""), account.NewGroup{Name: "Bare"})
		w.must(err)
		w.must(change(bare.Group.ID, invoice.GroupChange{Addresses: account.AddressChoice{ShippingID: &a.ID}}))
		if full, err = w.invoices.FullGroup(w.ctx, w.scope(bare.Group.ID)); err != nil || full.Addresses.ShippingID != a.ID || full.Information.Version != 0 {
			t.Errorf("%+v %v", full, err)
		}
		// Another address goes over the fields of the same request; the one in use does not.
		town := func(city string) func(*account.Information) { return func(i *account.Information) { i.City = city } }
		w.must(change(w.group, invoice.GroupChange{Information: town("Turku"), Addresses: account.AddressChoice{BillingID: &a.ID}}))
		if full, err = w.invoices.FullGroup(w.ctx, w.scope(w.group)); err != nil || full.Information.City != "Stockholm" || full.Addresses.BillingID != a.ID {
			t.Errorf("%+v %v", full, err)
		}
		w.must(change(w.group, invoice.GroupChange{Information: town("Turku"), Addresses: account.AddressChoice{BillingID: &a.ID}}))
		if full, err = w.invoices.FullGroup(w.ctx, w.scope(w.group)); err != nil || full.Information.City != "Turku" || full.Addresses.BillingID != "" {
			t.Errorf("%+v %v", full, err)
		}
		// All of a change or nothing.
		name, none := "Renamed", models.NewID()
		if err := change(w.group, invoice.GroupChange{Name: &name, Addresses: account.AddressChoice{BillingID: &a.ID, ShippingID: &none}}); models.KindOf(err) != models.NotFound {
			t.Errorf("%v", err)
		}
		if full, err = w.invoices.FullGroup(w.ctx, w.scope(w.group)); err != nil || full.Name == name || full.Addresses != (account.GroupAddresses{}) {
			t.Errorf("half a change: %+v %v", full, err)
		}
	})
}

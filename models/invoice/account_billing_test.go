package invoice_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/money"
)

func TestAccountsAToZWithCostsPerCurrency(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		zeta := w.account("zeta")
		w.account("Öre")
		research := w.group(w.acme, "Research")
		gone := w.group(w.acme, "Gone")
		a, b := w.project(w.acme, w.primary, "a"), w.project(w.acme, research, "b")
		dead := w.project(w.acme, research, "dead")
		w.exec(`UPDATE projects SET deleted_at = ? WHERE id = ?`, accountNow, dead)
		w.exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, accountNow, gone)
		w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 11, map[string]int64{a: 100})
		w.estimate(w.acme, research, "2026-11", "USD", "1", 0, map[string]int64{b: 7})
		w.estimate(w.acme, gone, "2026-11", "USD", "1", 5, nil) // late usage of a deleted group
		w.estimate(w.acme, w.primary, "2026-10", "EUR", "0.92", 99999, nil)
		page, err := w.s.AccountsOf(context.Background(), w.actor)
		if err != nil || len(page.Items) != 3 || !page.Approximate || page.Month != "2026-11" {
			w.Fatalf("%+v, %v", page, err)
		}
		acme := page.Items[0]
		if acme.Name != "Acme Cloud" || acme.Role != access.RoleAdmin || acme.Projects != 2 || acme.Groups != 2 || !slices.Equal(acme.Costs, []money.Amount{eur(111), usd(12)}) {
			w.Errorf("acme %+v", acme)
		}
		if page.Items[1].Name == "Acme Cloud" || len(page.Items[1].Costs) != 0 || page.Items[1].Groups != 1 {
			w.Errorf("second %+v", page.Items[1])
		}
		if _, err := w.s.BillingOfAccount(context.Background(), zeta); err != nil {
			w.Error(err)
		}
	})
}

func TestGroupsHighestCostFirstOverManyPages(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		want := map[string]bool{w.primary: true}
		for i := range 130 {
			id := w.group(w.acme, fmt.Sprintf("group-%03d", i))
			want[id] = true
			switch {
			case i%3 == 0:
				w.estimate(w.acme, id, "2026-11", "EUR", "0.92", int64(i%10)*100, nil)
			case i%3 == 1:
				w.estimate(w.acme, id, "2026-11", "USD", "1", int64(i%10)*100, nil)
			}
		}
		paging, last, n := invoice.Paging{}, map[money.Currency]int64{}, 0
		for {
			page, err := w.s.GroupsOfAccount(context.Background(), w.acme, paging)
			if err != nil || page.Total != 131 {
				w.Fatalf("%d, %v", page.Total, err)
			}
			for _, g := range page.Items {
				if !want[g.ID] {
					w.Fatalf("%s twice or not ours", g.Name)
				}
				delete(want, g.ID)
				c := g.Cost.Currency()
				if before, ok := last[c]; ok && before < g.Cost.Minor() {
					w.Fatalf("%s %v stands after %d", g.Name, g.Cost, before)
				}
				last[c] = g.Cost.Minor()
				n++
			}
			if page.Next == "" {
				break
			}
			paging.After = page.Next
		}
		if n != 131 || len(want) != 0 {
			w.Errorf("%d groups, %d never listed", n, len(want))
		}
	})
}

func TestAGroupsRowTellsHowItPaysAndItsLastInvoice(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		card := models.NewID()
		w.exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
			VALUES (?, ?, 'card', 0, 'x', 'y', 'Visa', '4242', 'Ana', 8, 2028, ?)`, card, w.acme.AccountID(), accountNow)
		w.exec(`UPDATE billing_groups SET payment_method_id = ? WHERE id = ?`, card, w.primary)
		w.issued(w.acme, w.primary, "2026-08", "BF-2026-000002", invoice.Issued, 100)
		paid := w.issued(w.acme, w.primary, "2026-10", "BF-2026-000009", invoice.Paid, 200)
		for i, at := range []int{-3, -1} {
			w.exec(`INSERT INTO payments (id, account_id, invoice_id, kind, method, reference, amount_minor, currency, paid_on, created_at)
				VALUES (?, ?, ?, 'payment', 'bank_transfer', ?, 100, 'EUR', ?, ?)`, models.NewID(), w.acme.AccountID(), paid, fmt.Sprint(i), accountNow.AddDate(0, 0, at), accountNow)
		}
		w.project(w.acme, w.primary, "a")
		page, err := w.s.GroupsOfAccount(context.Background(), w.acme, invoice.Paging{})
		if err != nil || len(page.Items) != 1 {
			w.Fatalf("%v %v", page.Items, err)
		}
		g := page.Items[0]
		if !g.Primary || g.Projects != 1 || g.PayBy != (invoice.PayBy{Kind: "card", Brand: "Visa", Last: "4242"}) || g.Cost != usd(0) {
			w.Errorf("%+v", g)
		}
		if g.Last.Number != "BF-2026-000009" || g.Last.State != invoice.Paid || g.Last.PaidOn == nil || !g.Last.PaidOn.Equal(accountNow.AddDate(0, 0, -1)) {
			w.Errorf("last %+v", g.Last)
		}
	})
}

func TestAlertsNewestFirstAndAtMostThree(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx := context.Background()
		b, err := w.s.BillingOfAccount(ctx, w.acme)
		if err != nil || len(b.Alerts) != 0 || len(b.Costs) != 0 {
			w.Fatalf("%+v, %v", b, err)
		}
		research := w.group(w.acme, "Research")
		w.estimate(w.acme, w.primary, "2026-11", "USD", "1", 5, nil)
		w.estimate(w.acme, research, "2026-11", "USD", "1", 5, nil)
		for i, month := range []string{"2026-09", "2026-10"} {
			w.exec(`INSERT INTO group_months (account_id, group_id, month, state, reason, updated_at) VALUES (?, ?, ?, 'parked', 'no rate', ?)`,
				w.acme.AccountID(), research, month, accountNow.AddDate(0, 0, -9+i))
		}
		failed := w.issued(w.acme, w.primary, "2026-09", "BF-2026-000371", invoice.PaymentFailed, 100)
		w.exec(`UPDATE invoices SET updated_at = ? WHERE id = ?`, accountNow.AddDate(0, 0, -2), failed)
		told := func() string {
			b, err := w.s.BillingOfAccount(ctx, w.acme)
			if err != nil {
				w.Fatal(err)
			}
			var words []string
			for _, a := range b.Alerts {
				words = append(words, fmt.Sprintf("%s %s %s%s%s", a.Kind, a.GroupName, a.Number, a.Month, a.Reason))
			}
			return strings.Join(words, "; ")
		}
		// Research is told once: its first parked month. Default has an estimate and no address.
		other := w.group(w.acme, "Other") // joins the alert about addresses instead of hiding another
		w.estimate(w.acme, other, "2026-11", "USD", "1", 5, nil)
		w.exec(`UPDATE invoices SET created_at = ? WHERE group_id = ?`, accountNow.AddDate(0, 0, -1), other)
		want := "address Default Enter a company name; payment Default BF-2026-000371; parked Research 2026-09no rate"
		if got := told(); got != want {
			w.Errorf("%s\nwant %s", got, want)
		}
		if b, err := w.s.BillingOfAccount(ctx, w.acme); err != nil || !slices.Equal(b.Alerts[0].Groups, []invoice.AlertGroup{{ID: w.primary, Name: "Default"}, {ID: other, Name: "Other"}}) {
			w.Errorf("groups %+v, %v", b.Alerts[0].Groups, err)
		}
		for i := range 4 {
			w.issued(w.acme, w.primary, fmt.Sprintf("2026-0%d", i+1), fmt.Sprintf("BF-2026-00040%d", i), invoice.PaymentFailed, 100)
		}
		if got := told(); strings.Count(got, ";") != 2 {
			w.Errorf("more than three alerts: %s", got)
		}
	})
}

func TestDeletedGroupsKeepTheirInvoices(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		gone := w.group(w.acme, "Gone")
		w.issued(w.acme, gone, "2026-09", "BF-2026-000001", invoice.Issued, 100)
		w.issued(w.acme, gone, "2026-10", "BF-2026-000002", invoice.Issued, 100)
		w.exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, accountNow, gone)
		items, err := w.s.DeletedOfAccount(context.Background(), w.acme)
		if err != nil || len(items) != 1 || items[0].Invoices != 2 || items[0].Last.Number != "BF-2026-000002" || !items[0].DeletedAt.Equal(accountNow) {
			w.Fatalf("%+v, %v", items, err)
		}
		b, err := w.s.BillingOfAccount(context.Background(), w.acme)
		if err != nil || b.Deleted != 1 {
			w.Errorf("%+v, %v", b, err)
		}
		page, err := w.s.GroupsOfAccount(context.Background(), w.acme, invoice.Paging{})
		if err != nil || len(page.Items) != 1 {
			w.Errorf("%+v, %v", page.Items, err)
		}
	})
}

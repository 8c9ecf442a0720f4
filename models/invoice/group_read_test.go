package invoice_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/money"
)

// readLine writes a line as a row.
func (w *accountWorld) readLine(scope access.Scope, invoiceID, project, name, service, kind string, minor int64) string {
	id := models.NewID()
	var projectID *string
	if project != "" {
		projectID = &project
	}
	w.exec(`INSERT INTO invoice_lines (id, account_id, invoice_id, line_key, project_id, project_name, service_name, service_type, service_plan, cloud, line_type, unit, unit_price,
		description, tags, service_month, service_start, service_end, quantity, cost, amount_minor, record_count, tax_category, tax_rate, frozen)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', 'service_charge', 'hours', '1.5', '', '', '2026-11', ?, ?, '2', '3.00000000001', ?, 1, '', '0', ?)`,
		id, scope.AccountID(), invoiceID, []byte(id), projectID, name, service, kind, models.Month("2026-11").Start(), models.Month("2026-11").End(), minor, false)
	return id
}

func TestRunningCostOfAGroup(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx, scope := context.Background(), w.inGroup(w.primary)
		empty, err := w.s.RunningCost(ctx, scope)
		if err != nil || empty.Cost != usd(0) || empty.Credits != usd(0) || empty.Estimate != nil || !empty.UpdatedAt.IsZero() || empty.Month != "2026-11" {
			t.Fatalf("%+v, %v", empty, err)
		}
		w.estimate(w.acme, w.primary, "2026-11", "USD", "1", 12345, nil)
		w.estimate(w.acme, w.primary, "2026-10", "USD", "1", 99999, nil)
		w.estimate(w.acme, w.primary, "2026-09", "USD", "1", 1, nil)
		cost, err := w.s.RunningCost(ctx, scope)
		if err != nil || cost.Cost != usd(12345) || cost.Approximate || cost.NoRate || len(cost.Earlier) != 2 || cost.Earlier[0].Month != "2026-10" || cost.UpdatedAt.IsZero() {
			t.Errorf("%+v, %v", cost, err)
		}
		other := w.group(w.acme, "Research")
		w.estimate(w.acme, other, "2026-11", "EUR", "0.92", 500, nil)
		research, err := w.s.RunningCost(ctx, w.inGroup(other))
		if err != nil || research.Cost != eur(500) || !research.Approximate || !research.NoRate {
			t.Errorf("%+v, %v", research, err)
		}
		w.project(w.acme, w.primary, "a")
		header, err := w.s.GroupHeader(ctx, scope)
		if err != nil || header.Name != "Default" || header.AccountName != "Acme Cloud" || header.Projects != 1 || header.Currency != "USD" || header.PayBy != "" {
			t.Errorf("%+v, %v", header, err)
		}
	})
}

// Two projects may have had the same name on one invoice: each keeps its own lines and sum.
func TestLinesOfProjectsWithOneName(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx, scope := context.Background(), w.inGroup(w.primary)
		a, b := w.project(w.acme, w.primary, "a"), w.project(w.acme, w.primary, "b")
		id := w.estimate(w.acme, w.primary, "2026-11", "USD", "1", 0, nil)
		for i, service := range []string{"s1", "s2", "s3"} {
			w.readLine(w.acme, id, a, "web", service, "pg", int64(i+1))
			w.readLine(w.acme, id, b, "web", service, "kafka", int64(10*(i+1)))
		}
		w.readLine(w.acme, id, "", "", "support", "", 500)
		sheet, err := w.s.Sheet(ctx, scope, "estimate-2026-11", invoice.ByProject)
		if err != nil || sheet.Lines != 7 || len(sheet.Groups) != 3 {
			t.Fatalf("%d lines in %+v, %v", sheet.Lines, sheet.Groups, err)
		}
		page, err := w.s.LinesOf(ctx, scope, sheet, invoice.Paging{})
		if err != nil || len(page.Sets) != 3 || page.Prev != "" || page.Next != "" {
			t.Fatalf("%+v, %v", page, err)
		}
		sums := map[string]money.Amount{"": usd(500), a: usd(6), b: usd(60)}
		for _, set := range page.Sets {
			if set.Sum != sums[set.ProjectID] || set.Continued || !set.Ends {
				t.Errorf("%q: %v, want %v", set.ProjectID, set.Sum, sums[set.ProjectID])
			}
			// A jump to a group begins with its first line.
			from, err := w.s.LinesOf(ctx, scope, sheet, invoice.Paging{After: set.Cursor(invoice.ByProject)})
			if err != nil || from.Sets[0].Lines[0].ID != set.Lines[0].ID {
				t.Errorf("the jump to %q does not begin with its first line, %v", set.ProjectID, err)
			}
		}
		by, err := w.s.Sheet(ctx, scope, "estimate-2026-11", invoice.ByService)
		if err != nil || len(by.Groups) != 3 || by.Groups[1].Name != "kafka" || by.Groups[1].Sum != usd(60) {
			t.Errorf("%+v, %v", by.Groups, err)
		}
	})
}

func TestLinesPageByPage(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx, scope := context.Background(), w.inGroup(w.primary)
		a, b := w.project(w.acme, w.primary, "a"), w.project(w.acme, w.primary, "b")
		id := w.estimate(w.acme, w.primary, "2026-11", "USD", "1", 0, nil)
		want := map[string]bool{}
		for i := range invoice.LinesPerPage + 20 {
			project, name := a, "a"
			if i%2 == 0 {
				project, name = b, "b"
			}
			want[w.readLine(w.acme, id, project, name, fmt.Sprintf("s-%d", i%7), "pg", 1)] = true
		}
		for _, by := range []invoice.LineOrder{invoice.ByProject, invoice.ByService} {
			sheet, err := w.s.Sheet(ctx, scope, "estimate-2026-11", by)
			if err != nil {
				t.Fatal(err)
			}
			first, err := w.s.LinesOf(ctx, scope, sheet, invoice.Paging{})
			if err != nil || first.Next == "" || first.Prev != "" {
				t.Fatalf("%+v, %v", first.Around, err)
			}
			second, err := w.s.LinesOf(ctx, scope, sheet, invoice.Paging{After: first.Next})
			if err != nil || second.Next != "" || second.Prev == "" || !second.Sets[0].Continued || first.Sets[len(first.Sets)-1].Ends {
				t.Fatalf("%+v, %v", second.Around, err)
			}
			back, err := w.s.LinesOf(ctx, scope, sheet, invoice.Paging{Before: second.Prev})
			if err != nil || !slices.Equal(lineIDs(back), lineIDs(first)) || back.Prev != "" || back.Next != first.Next {
				t.Errorf("%s: the way back leads elsewhere, %v", by, err)
			}
			all := append(lineIDs(first), lineIDs(second)...)
			seen := map[string]bool{}
			for _, id := range all {
				seen[id] = true
			}
			if len(all) != len(want) || len(seen) != len(want) {
				t.Errorf("%s: %d lines, %d different ones, want %d", by, len(all), len(seen), len(want))
			}
		}
	})
}

func lineIDs(p invoice.LinesPage) (ids []string) {
	for _, set := range p.Sets {
		for _, l := range set.Lines {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// A month that was closed because nothing was to be paid has no invoice and no row.
func TestAnEmptyMonthIsNotListed(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx, scope := context.Background(), w.inGroup(w.primary)
		id := w.estimate(w.acme, w.primary, "2026-09", "USD", "1", 0, nil)
		w.exec(`UPDATE invoices SET frozen = ? WHERE id = ?`, true, id)
		list, err := w.s.InvoicesOfGroup(ctx, scope, invoice.InvoiceFilter{}, invoice.Paging{})
		if err != nil || list.Any || len(list.Items) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := w.s.Sheet(ctx, scope, "estimate-2026-09", invoice.ByProject); models.KindOf(err) != models.NotFound {
			t.Errorf("%v", err)
		}
	})
}

func TestAddressesThatNameNoInvoice(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		for _, address := range []string{"", "\x00", "a\x00b", "\xff", "estimate-\x00", "estimate-\xff", "estimate-2026-13", "BF 1", "' OR 1=1 --"} {
			if _, err := w.s.Find(context.Background(), w.inGroup(w.primary), address); models.KindOf(err) != models.NotFound {
				w.Errorf("%q: %v", address, err)
			}
		}
	})
}

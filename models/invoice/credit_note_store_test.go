package invoice_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/seller"
	"billfold/models/verify"

	"pgregory.net/rapid"
)

// note credits an invoice and fails the test when it is refused.
func (w *world) note(number, line, amount string) invoice.CreditDone {
	w.Helper()
	done, err := w.invoices.CreditInvoice(w.ctx, operator, number, invoice.CreditRequest{Line: line, Amount: amount, Reason: "a test", Again: true})
	w.must(err)
	return done
}

// prepaid lets the seller issue prepaid credit and claims some for the group.
func (w *world) prepaid(value int64) credit.Claim {
	w.Helper()
	store := seller.NewStore(w.db, w.clock)
	s, _, err := store.Get(w.ctx)
	w.must(err)
	s.Prepaid = seller.MultiPurpose
	w.must(store.Set(w.ctx, operator, s))
	return w.claim(w.group, value, "EUR", func(n *credit.NewCredit) { n.Type = credit.Purchase }, credit.Target{Scope: credit.ForGroup})
}

func TestACreditNoteCopiesItsInvoice(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.use(w.project, "2024-09-06T00:00:00Z", "20.50")
		w.close("2024-09")
		before := w.row(w.group, "2024-09")
		w.bill(w.group, func(i *account.Information) { i.Company = "Renamed Oy" })
		w.now = utc("2025-01-03T10:00:00Z")
		done := w.note("BF-2024-000001", "", "")
		w.want("number", *done.Note.Number, "BF-CN-2025-000001")
		w.want("total", done.Note.TotalMinor, before.TotalMinor)
		w.want("tax", done.Note.TaxMinor, before.TaxMinor)
		after := w.row(w.group, "2024-09")
		w.want("state", after.State, invoice.Credited)
		w.want("due", after.DueMinor, 0)
		w.want("credited", after.CreditedMinor, before.TotalMinor)
		w.want("the invoice's seal is unchanged", fmt.Sprintf("%x", after.Seal), fmt.Sprintf("%x", before.Seal))
		full, err := w.invoices.Full(w.ctx, done.Note.ID)
		w.must(err)
		w.want("lines", len(full.Lines), 2)
		w.want("the customer is the invoice's", full.Snapshot.Customer.Company, "Acme Oy")
		w.want("names the invoice", full.Snapshot.Corrects.Number, "BF-2024-000001")
		w.want("and the reason", full.Snapshot.Corrects.Reason, "a test")
		w.want("a whole line keeps its quantity", full.Lines[0].Quantity.String()+full.Lines[0].Unit, "1hours")
		w.want("its date", full.InvoiceDate.UTC().Format(time.DateOnly), "2025-01-03")
		var records, jobs int64
		w.must(w.db.Read(w.ctx).Raw(`SELECT COUNT(*) FROM usage_records r JOIN invoice_lines l ON l.id = r.line_id WHERE l.invoice_id = ?`, before.ID).Scan(&records).Error)
		w.must(w.db.Read(w.ctx).Raw(`SELECT COUNT(*) FROM jobs WHERE unique_key = ?`, invoice.JobPDF+":"+done.Note.ID).Scan(&jobs).Error)
		w.want("records stay with the invoice", records, 2)
		w.want("a PDF is queued", jobs, 1)
		_, err = w.invoices.CreditInvoice(w.ctx, operator, "BF-2024-000001", invoice.CreditRequest{Reason: "again"})
		w.want("a second time", models.KindOf(err), models.Conflict)
		w.want("a second time, the counter", w.counter("BF-CN-2025"), 1)
		w.want("paying a credited invoice", models.KindOf(w.pay("BF-2024-000001", "1")), models.Conflict)
	})
}

func (w *world) counter(series string) (n int64) {
	w.Helper()
	w.must(w.db.Read(w.ctx).Raw(`SELECT last_value FROM counters WHERE series = ?`, series).Scan(&n).Error)
	return n
}

func (w *world) pay(number, amount string) error {
	_, err := w.invoices.RecordPayment(w.ctx, operator, invoice.NewPayment{Number: number, Amount: amount, Reference: models.NewID()})
	return err
}

func TestCreditNotesRefuse(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		for _, c := range []struct {
			number  string
			request invoice.CreditRequest
			kind    models.Kind
		}{
			{"BF-2024-000009", invoice.CreditRequest{Reason: "x"}, models.NotFound}, {"", invoice.CreditRequest{Reason: "x"}, models.NotFound},
			{"BF-2024-000001", invoice.CreditRequest{}, models.Invalid}, {"BF-2024-000001", invoice.CreditRequest{Reason: "  "}, models.Invalid},
			{"BF-2024-000001", invoice.CreditRequest{Reason: strings.Repeat("x", 501)}, models.Invalid},
			{"BF-2024-000001", invoice.CreditRequest{Reason: "x", Line: "2"}, models.Invalid},
			{"BF-2024-000001", invoice.CreditRequest{Reason: "x", Line: "1", Amount: "100.01"}, models.Invalid},
			{"BF-2024-000001", invoice.CreditRequest{Reason: "x", Line: "1", Amount: strings.Repeat("9", 40)}, models.Invalid},
		} {
			if _, err := w.invoices.CreditInvoice(w.ctx, operator, c.number, c.request); models.KindOf(err) != c.kind {
				w.Errorf("%s %+v: %v", c.number, c.request, err)
			}
		}
		w.want("nothing was credited", w.row(w.group, "2024-09").CreditedMinor, 0)
		number := *w.note("BF-2024-000001", "1", "1").Note.Number
		_, err := w.invoices.CreditInvoice(w.ctx, operator, number, invoice.CreditRequest{Reason: "x"})
		w.want("a credit note cannot be credited", models.KindOf(err), models.NotFound)
		w.want("nor paid", models.KindOf(w.pay(number, "1")), models.NotFound)
		w.want("nor waived", models.KindOf(w.invoices.SetState(w.ctx, operator, number, invoice.Waived, "x")), models.NotFound)
	})
}

func TestACreditedIssueTakesOnlyAllowedSteps(t *testing.T) {
	each(t, func(w *world) {
		groups := map[string]string{}
		for _, name := range []string{"part", "paid", "waived", "lost"} {
			groups[name] = w.newGroup(name)
			w.use(w.newProject(name, groups[name]), "2024-09-05T00:00:00Z", "100")
		}
		w.close("2024-09")
		row := func(name string) invoice.Row { return w.row(groups[name], "2024-09") }
		number := func(name string) string { return *row(name).Number }
		w.must(w.pay(number("part"), "25.50"))
		w.must(w.pay(number("paid"), ""))
		w.must(w.invoices.SetState(w.ctx, operator, number("waived"), invoice.Waived, "x"))
		w.must(w.invoices.SetState(w.ctx, operator, number("lost"), invoice.Uncollectible, "x"))
		half := w.note(number("part"), "1", "40")
		w.want("partly credited", half.Original.State, invoice.Issued)
		w.want("partly credited, due", row("part").DueMinor, 12_550-2_550-5_020)
		w.want("credited and partly paid", w.note(number("part"), "", "").Original.State, invoice.Credited)
		w.want("its refund", half.Refund.Minor(), 0)
		all := w.note(number("paid"), "", "")
		w.want("a paid one stays paid", row("paid").State, invoice.Paid)
		w.want("and is refunded", all.Refund.Minor(), 12_550)
		w.want("waived", w.note(number("waived"), "", "").Original.State, invoice.Waived)
		w.want("written off", w.note(number("lost"), "1", "10").Original.State, invoice.Uncollectible)
		w.must(w.pay(number("lost"), ""))
		w.want("written off, paid late", row("lost").State, invoice.Paid)
	})
}

func TestCreditNotesGiveCreditBack(t *testing.T) {
	each(t, func(w *world) {
		expires := func(n *credit.NewCredit) { n.ExpiresOn = utc("2024-09-30T00:00:00Z") }
		w.claim(w.group, 3_000, "EUR", expires, credit.Target{Scope: credit.ForProject, ProjectID: w.project})
		w.claim(w.group, 50_000, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForAccount})
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.use(w.project, "2024-09-06T00:00:00Z", "20.50")
		w.close("2024-09")
		w.want("all by credit", w.row(w.group, "2024-09").TotalMinor, 0)
		w.now = utc("2024-11-20T10:00:00Z")
		done := w.note("BF-2024-000001", "", "")
		w.want("nothing to refund", done.Refund.Minor(), 0)
		w.want("credit given back", done.Credits.Minor(), 12_050)
		list, err := w.credits.GroupCredits(w.ctx, w.scope(w.group), w.group)
		w.must(err)
		back := map[string]credit.GroupClaim{}
		for _, c := range list.Claims {
			if c.ReturnedBy == done.Note.ID {
				back[string(c.Scope)] = c
			}
		}
		w.want("claims given back", len(back), 2)
		w.want("the project's", back["project"].Remaining, "30.00 EUR")
		w.want("it can be used for 60 days", back["project"].LastDay().Format(time.DateOnly), "2025-01-19")
		w.want("the account's", back["account"].Remaining, "90.50 EUR")
		w.want("it never ends", back["account"].Expires.IsZero(), true)
		// It pays again, first what belongs to the project.
		w.use(w.project, "2024-11-21T00:00:00Z", "40")
		w.close("2024-10")
		w.close("2024-11")
		w.want("used again", w.row(w.group, "2024-11").CreditsMinor, 4_000)
		again := w.note(*w.row(w.group, "2024-11").Number, "1", "10")
		w.want("and given back again", again.Credits.Minor(), 1_000)
	})
}

func TestPrepaidCreditComesBackBeforeMoney(t *testing.T) {
	each(t, func(w *world) {
		w.prepaid(5_000)
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		w.must(w.pay("BF-2024-000001", ""))
		first := w.note("BF-2024-000001", "1", "20")
		w.want("prepaid credit first", first.Returned, "25.10 EUR")
		w.want("no refund yet", first.Refund, "0.00 EUR")
		rest := w.note("BF-2024-000001", "", "")
		w.want("the rest of it", rest.Returned, "24.90 EUR")
		w.want("then money", rest.Refund, "75.50 EUR")
		row := w.row(w.group, "2024-09")
		w.want("paid less what came back", row.PaidMinor, 7_550-5_000)
		w.want("due", row.DueMinor, 0)
		var usable int64
		w.must(w.db.Read(w.ctx).Raw(`SELECT SUM(remaining_minor) FROM credit_claims WHERE returned_by IS NOT NULL`).Scan(&usable).Error)
		w.want("prepaid credit again", usable, 5_000)
	})
}

func TestCreditOfADeletedGroupComesBackToTheAccount(t *testing.T) {
	each(t, func(w *world) {
		g := w.newGroup("Research")
		p := w.newProject("lab", g)
		w.claim(g, 500, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.use(p, "2024-09-05T00:00:00Z", "10")
		w.close("2024-09")
		_, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{p}, w.group)
		w.must(err)
		w.must(w.invoices.DeleteGroup(w.ctx, w.scope(g), true))
		w.note("BF-2024-000001", "", "")
		var scope string
		w.must(w.db.Read(w.ctx).Raw(`SELECT scope FROM credit_claims WHERE returned_by IS NOT NULL`).Scan(&scope).Error)
		w.want("used for", scope, "account")
	})
}

// A command whose answer was lost and that is sent again credits nothing twice, unless that is wanted.
func TestThePartThatWasCreditedIsNotCreditedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		part := invoice.CreditRequest{Line: "1", Amount: "7", Reason: "outage"}
		credited := func(r invoice.CreditRequest) error {
			_, err := w.invoices.CreditInvoice(w.ctx, operator, "BF-2024-000001", r)
			return err
		}
		w.want("notes of twenty alike at once", w.race(20, func(int) error { return credited(part) }, models.Conflict), 1)
		again, more, other := part, part, part
		again.Again, more.Amount, other.Reason = true, "7.01", "goodwill"
		for _, r := range []invoice.CreditRequest{again, more, other} {
			w.must(credited(r))
		}
		w.want("notes", w.counter("BF-CN-2024"), 4)
	})
}

func TestTwentyCreditNotesAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.claim(w.group, 3_333, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.use(w.project, "2024-09-05T00:00:00Z", "100.01")
		w.close("2024-09")
		before := w.row(w.group, "2024-09")
		// 20 parts of 7.00 of 100.01: 14 fit, of the others none.
		ok := w.race(20, func(int) error {
			_, err := w.invoices.CreditInvoice(w.ctx, operator, "BF-2024-000001", invoice.CreditRequest{Line: "1", Amount: "7", Reason: "x", Again: true})
			return err
		}, models.Invalid)
		w.want("parts that fit", ok, 14)
		w.want("numbers", w.counter("BF-CN-2024"), 14)
		ok = w.race(20, func(int) error {
			_, err := w.invoices.CreditInvoice(w.ctx, operator, "BF-2024-000001", invoice.CreditRequest{Reason: "x"})
			return err
		}, models.Conflict)
		w.want("rests", ok, 1)
		after := w.row(w.group, "2024-09")
		w.want("credited", after.CreditedMinor, before.TotalMinor)
		w.want("state", after.State, invoice.Credited)
		var back int64
		w.must(w.db.Read(w.ctx).Raw(`SELECT SUM(value_minor) FROM credit_claims WHERE returned_by IS NOT NULL`).Scan(&back).Error)
		w.want("credit given back", back, 3_333)
	})
}

// race runs something n times at once and counts what succeeds; the others must fail with the kind.
func (w *world) race(n int, fn func(i int) error, kind models.Kind) (ok int) {
	w.Helper()
	var wait sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wait.Go(func() { errs[i] = fn(i) })
	}
	wait.Wait()
	for _, err := range errs {
		if err == nil {
			ok++
		} else if models.KindOf(err) != kind {
			w.Error(err)
		}
	}
	return ok
}

// TestACreditNoteRacesAPayment: whichever comes first, what was paid and credited together is the
// invoice's total, or what is too much is to be refunded.
func TestACreditNoteRacesAPayment(t *testing.T) {
	each(t, func(w *world) {
		for round := range 6 {
			month := models.Month("2024-09")
			for range round {
				month = month.Next()
			}
			w.use(w.project, month.Start().Format(time.RFC3339), "100")
			w.close(month)
			number := *w.row(w.group, month).Number
			var refund int64
			ok := w.race(2, func(i int) error {
				if i == round%2 {
					_, err := w.invoices.RecordPayment(w.ctx, operator, invoice.NewPayment{Number: number, Reference: number})
					return err
				}
				done, err := w.invoices.CreditInvoice(w.ctx, operator, number, invoice.CreditRequest{Reason: "x"})
				refund = done.Refund.Minor()
				return err
			}, models.Conflict)
			row := w.row(w.group, month)
			w.want("due", row.DueMinor, 0)
			w.want("credited", row.CreditedMinor, row.TotalMinor)
			w.want("refund", refund, row.PaidMinor)
			switch row.State {
			case invoice.Paid:
				w.want("both came through, the payment first", ok, 2)
			case invoice.Credited:
				w.want("the note came first", ok, 1)
			default:
				w.Errorf("the invoice is %s", row.State)
			}
		}
	})
}

// TestCreditedInvoicesAddUp credits random invoices in random parts, with payments in between, until
// nothing is left, and lets verify look at each.
func TestCreditedInvoicesAddUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		month := models.Month("2024-07")
		checks := 0
		rapid.Check(t, func(r *rapid.T) {
			if checks++; checks > 25 {
				return // each is a month of a real database
			}
			month = month.Next()
			if rapid.Bool().Draw(r, "credit") {
				w.claim(w.group, rapid.Int64Range(1, 5_000).Draw(r, "value"), "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
			}
			if rapid.Bool().Draw(r, "prepaid") {
				w.prepaid(rapid.Int64Range(1, 5_000).Draw(r, "value"))
			}
			for range rapid.IntRange(1, 4).Draw(r, "records") {
				at := month.Start().Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "hour")) * time.Hour)
				w.use(w.project, at.Format(time.RFC3339), fmt.Sprintf("%d.%03d", rapid.IntRange(0, 40).Draw(r, "units"), rapid.IntRange(1, 999).Draw(r, "thousandths")))
			}
			w.use(w.project, month.Start().Format(time.RFC3339), "1") // else a month of nothing but fractions has no invoice
			w.close(month)
			row := w.row(w.group, month)
			full, err := w.invoices.Full(w.ctx, row.ID)
			w.must(err)
			var sum int64
			for range rapid.IntRange(0, 6).Draw(r, "parts") {
				line := rapid.IntRange(0, len(full.Lines)-1).Draw(r, "line")
				if full.Lines[line].AmountMinor < 1 {
					continue
				}
				amount := rapid.Int64Range(1, full.Lines[line].AmountMinor).Draw(r, "amount")
				done, err := w.invoices.CreditInvoice(w.ctx, operator, *row.Number, invoice.CreditRequest{Line: fmt.Sprint(line + 1), Amount: fmt.Sprintf("%d.%02d", amount/100, amount%100), Reason: "part", Again: true})
				if kind := models.KindOf(err); err != nil && kind != models.Invalid && kind != models.Conflict {
					r.Fatal(err)
				}
				sum += done.Note.TotalMinor
				if due := w.row(w.group, month).DueMinor; due > 1 && rapid.Bool().Draw(r, "pay") {
					pay := rapid.Int64Range(1, due).Draw(r, "paid")
					w.must(w.pay(*row.Number, fmt.Sprintf("%d.%02d", pay/100, pay%100)))
				}
			}
			done, err := w.invoices.CreditInvoice(w.ctx, operator, *row.Number, invoice.CreditRequest{Reason: "rest"})
			if err != nil && models.KindOf(err) != models.Conflict {
				r.Fatal(err)
			}
			sum += done.Note.TotalMinor
			if after := w.row(w.group, month); sum != row.TotalMinor || after.CreditedMinor != sum || after.DueMinor != 0 {
				r.Fatalf("credited %d of %d, %d is due", sum, row.TotalMinor, after.DueMinor)
			}
		})
		results, err := verify.Run(w.ctx, d, nil)
		w.must(err)
		for _, v := range results {
			for _, x := range v.Violations {
				t.Errorf("invariant %s: %s: %s", x.Invariant, x.Subject, x.Message)
			}
		}
	})
}

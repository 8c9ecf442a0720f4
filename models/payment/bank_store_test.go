package payment_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/payment"
)

// bank imports a file and says in words what became of each entry.
func (w *world) bank(dry bool, file string) (words []string) {
	w.Helper()
	take, err := w.payments.ImportBank(ctx, operator, dry, func(o payment.BankOutcome) error {
		switch {
		case o.Before:
			words = append(words, o.Ref+" before")
		case o.Refused != "":
			words = append(words, o.Ref+" refused: "+o.Reason)
		case o.Reason != "":
			words = append(words, o.Ref+" unmatched: "+o.Reason)
		default:
			words = append(words, fmt.Sprintf("%s pays %s of %s: %s due, %s, %s too much", o.Ref, o.Payment.Amount, o.Payment.Number, o.Payment.Due, o.Payment.State, o.Payment.Excess))
		}
		return nil
	})
	w.must(err)
	_, err = payment.ReadCamt(strings.NewReader(file), nil, take)
	w.must(err)
	return words
}

// rows counts what an import can write.
func (w *world) rows() (words string) {
	w.Helper()
	w.must(w.d.Read(ctx).Raw(`SELECT (SELECT COUNT(*) FROM bank_entries) || ' entries, ' || (SELECT COUNT(*) FROM payments) || ' payments, ' || (SELECT COUNT(*) FROM events) || ' events, ' ||
		(SELECT COUNT(*) FROM jobs) || ' jobs, ' || (SELECT COUNT(*) FROM mails) || ' mails'`).Scan(&words).Error)
	return words
}

func (w *world) wantLines(what string, got []string, want ...string) {
	w.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// paidOn is a file of 3 October 2024.
func paidOn(entries ...string) string {
	return strings.ReplaceAll(camtFile("08", entries...), "2026-11-03", "2024-10-03")
}

func TestBankStatement(t *testing.T) {
	each(t, func(w *world) {
		a, b, c, gone := w.debtor("bank"), w.debtor("bank"), w.debtor(""), w.debtor("bank")
		w.must(w.invoices.SetState(ctx, operator, gone.number, invoice.Waived, "a favour"))
		w.now = w.now.AddDate(0, 0, 3)
		lower := strings.ToLower(strings.ReplaceAll(b.number, "-", " "))
		file := paidOn(
			camtEntry("E1", "125.50", "Invoice "+a.number),
			camtEntry("E2", "25.50", lower),
			camtEntry("E3", "110.00", lower+" rest"),
			camtEntry("E4", "125.50", "for "+a.number),
			camtEntry("E5", "125.50", a.number+" "+b.number),
			camtEntry("E6", "125.50", "for the cloud"),
			strings.ReplaceAll(camtEntry("E7", "125.50", c.number), `"EUR"`, `"USD"`),
			camtEntry("E8", "125.50", "BF-2024-999999"),
			camtEntry("E9", "125.50", gone.number),
			strings.Replace(camtEntry("E10", "125.50", c.number), "<Sts>", "<RvslInd>true</RvslInd><Sts>", 1),
			strings.Replace(camtEntry("E11", "125.50", c.number), "CRDT</CdtDbtInd>", "DBIT</CdtDbtInd><RvslInd>true</RvslInd>", 1),
			strings.Replace(camtEntry("E12", "125.50", c.number), "2026-11-03", "2024-10-09", 1),
		)
		want := []string{
			"E1 pays 125.50 EUR of " + a.number + ": 0.00 EUR due, paid, 0.00 EUR too much",
			"E2 pays 25.50 EUR of " + b.number + ": 100.00 EUR due, issued, 0.00 EUR too much",
			"E3 pays 110.00 EUR of " + b.number + ": 0.00 EUR due, paid, 10.00 EUR too much",
			"E4 unmatched: Invoice " + a.number + " is paid already",
			"E5 unmatched: It names several invoices: " + a.number + ", " + b.number,
			"E6 unmatched: It names no invoice",
			"E7 unmatched: Invoice " + c.number + " is in EUR",
			"E8 unmatched: There is no invoice BF-2024-999999",
			"E9 unmatched: Invoice " + gone.number + " is waived and takes no payment",
			"E10 unmatched: It reverses an earlier debit and is no payment of a customer",
			"E11 refused: an earlier credit was taken back; see to the invoice it had paid",
			"E12 unmatched: It is booked in the future",
		}
		before := w.rows()
		w.wantLines("a dry run", w.bank(true, file), want...)
		w.want("a dry run changes", w.rows(), before)
		w.wantLines("the import", w.bank(false, file), want...)
		after := w.rows()
		w.want("the same file again", strings.Count(strings.Join(w.bank(false, file), "\n"), " before"), 11)
		w.want("the same file again changes", w.rows(), after)
		var row invoice.Row
		w.must(w.d.Read(ctx).Where("id = ?", b.id).Take(&row).Error)
		w.want("to be refunded", row.ToRefund(), "10.00 EUR")
		open, err := w.payments.BankUnmatchedEntries(ctx)
		w.must(err)
		w.want("unmatched", len(open), 8)
	})
}

// The bank's reference came before, but not with this amount: it must neither vanish nor pay by itself.
func TestBankReferenceUsedAgain(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.debtor("bank"), w.debtor("bank")
		w.now = w.now.AddDate(0, 0, 3)
		w.bank(false, paidOn(camtEntry("E1", "100.00", a.number)))
		other := paidOn(camtEntry("E1", "25.50", a.number), camtEntry("E1", "125.50", b.number))
		got := w.bank(false, other)
		if len(got) != 2 || !strings.HasPrefix(got[0], "E1#") || strings.Count(strings.Join(got, ""), "unmatched: The bank's reference E1 came before with another amount, day or text") != 2 {
			w.Errorf("%q", got)
		}
		w.want("due of the first", w.stands(a), "issued 2550")
		w.want("once more", strings.Count(strings.Join(w.bank(false, other), " "), "before"), 2)
		// The operator recorded it by hand under the same reference.
		_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: b.number, Amount: "1.00", Reference: "E7"})
		w.must(err)
		w.wantLines("recorded by hand before", w.bank(false, paidOn(camtEntry("E7", "1.00", b.number))), "E7 unmatched: A payment with the reference E7 is recorded already")
	})
}

func TestBankEntriesOfTheOperator(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.debtor("bank"), w.debtor("bank")
		w.now = w.now.AddDate(0, 0, 3)
		w.bank(false, paidOn(camtEntry("E1", "130.00", "thanks"), camtEntry("E2", "5.00", "interest"), strings.ReplaceAll(camtEntry("E3", "1.00", "x"), `"EUR"`, `"USD"`)))
		kind := func(_ any, err error) models.Kind { return models.KindOf(err) }
		w.want("no such invoice", kind(w.payments.AssignBank(ctx, operator, "E1", "BF-1")), models.NotFound)
		w.want("no such entry", kind(w.payments.AssignBank(ctx, operator, "E9", a.number)), models.NotFound)
		w.want("another currency", kind(w.payments.AssignBank(ctx, operator, "E3", a.number)), models.Conflict)
		done, err := w.payments.AssignBank(ctx, operator, "E1", strings.ToLower(a.number))
		w.must(err)
		w.want("assigned", []any{done.State, done.Due, done.Excess}, "[paid 0.00 EUR 4.50 EUR]")
		w.want("assigned again", kind(w.payments.AssignBank(ctx, operator, "E1", b.number)), models.Conflict)
		w.want("dismissed although it paid", kind(w.payments.DismissBank(ctx, operator, "E1", "x")), models.Conflict)
		w.want("a paid invoice", kind(w.payments.AssignBank(ctx, operator, "E2", a.number)), models.Conflict)
		w.want("no reason", kind(w.payments.DismissBank(ctx, operator, "E2", " ")), models.Invalid)
		w.want("a card number", kind(w.payments.DismissBank(ctx, operator, "E2", "card 4242 4242 4242 4242")), models.Invalid)
		row, err := w.payments.DismissBank(ctx, operator, "E2", "interest of the bank")
		w.must(err)
		w.want("dismissed", row.State, payment.BankDismissed)
		w.want("dismissed again", kind(w.payments.DismissBank(ctx, operator, "E2", "x")), models.Conflict)
		var types []string
		w.must(w.d.Read(ctx).Raw(`SELECT type FROM events WHERE chain = 'installation' AND type LIKE 'bank%' ORDER BY seq`).Scan(&types).Error)
		w.want("events", types, "[bank_entry.unmatched bank_entry.unmatched bank_entry.unmatched bank_entry.dismissed]")
		open, err := w.payments.BankUnmatchedEntries(ctx)
		w.must(err)
		w.want("left", len(open), 1)
	})
}

// Many imports of one file at once pay once.
func TestBankStatementAtTheSameTime(t *testing.T) {
	each(t, func(w *world) {
		a := w.debtor("bank")
		w.now = w.now.AddDate(0, 0, 3)
		file := paidOn(camtEntry("E1", "50.00", a.number), camtEntry("E2", "1.00", "nothing"))
		var wait sync.WaitGroup
		results := make(chan string, 16)
		for range 8 {
			wait.Go(func() {
				for _, line := range w.bank(false, file) {
					results <- line
				}
			})
		}
		wait.Wait()
		close(results)
		n := 0
		for line := range results {
			if !strings.HasSuffix(line, " before") {
				n++
			}
		}
		w.want("entries that were taken in", n, 2)
		w.want("what is due", w.stands(a), "issued 7550")
	})
}

func TestReceiptOfEachPayment(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.debtor("bank"), w.debtor("bank")
		w.now = w.now.AddDate(0, 0, 3)
		w.bank(false, paidOn(camtEntry("E1", "25.50", a.number), camtEntry("E2", "100.00", a.number)))
		_, err := w.invoices.Receipt(ctx, b.scope, b.number, "")
		w.want("nothing paid", models.KindOf(err), models.NotFound)
		_, err = w.invoices.Receipt(ctx, a.scope, a.number, "")
		w.want("not made yet", models.KindOf(err), models.Unavailable)
		var jobs []string
		w.must(w.d.Read(ctx).Raw(`SELECT payload FROM jobs WHERE kind = 'payment.receipt' ORDER BY created_at, id`).Scan(&jobs).Error)
		if len(jobs) != 2 || !strings.Contains(jobs[0], `"due_minor":12550`) || !strings.Contains(jobs[1], `"due_minor":10000`) {
			w.Errorf("%q", jobs)
		}
		var paid []invoice.PaymentRow
		w.must(w.d.Read(ctx).Where("invoice_id = ?", a.id).Order("created_at, id").Find(&paid).Error)
		for i, p := range paid {
			w.must(w.invoices.SaveReceipt(ctx, p.ID, fmt.Append(nil, "receipt ", i)))
			w.must(w.invoices.SaveReceipt(ctx, p.ID, fmt.Append(nil, "receipt ", i)))
			if w.invoices.SaveReceipt(ctx, p.ID, []byte("another")) == nil {
				w.Error("a receipt became another one")
			}
		}
		last, err := w.invoices.Receipt(ctx, a.scope, a.number, "")
		w.must(err)
		w.want("the last", []any{string(last.Content), last.Place, len(last.ETag())}, "[receipt 1 2 64]")
		first, err := w.invoices.Receipt(ctx, a.scope, a.number, paid[0].ID)
		w.must(err)
		w.want("the first", []any{string(first.Content), first.Place}, "[receipt 0 1]")
		_, err = w.invoices.Receipt(ctx, b.scope, b.number, paid[0].ID)
		w.want("of another account's payment", models.KindOf(err), models.NotFound)
		_, err = w.invoices.Receipt(ctx, b.scope, a.number, paid[0].ID)
		w.want("of another account's invoice", models.KindOf(err), models.NotFound)
	})
}

func TestDebts(t *testing.T) {
	each(t, func(w *world) {
		a, b, paid := w.debtor("bank"), w.debtor(""), w.debtor("bank")
		for number, amount := range map[string]string{paid.number: "", b.number: "25.50"} {
			_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: number, Amount: amount, Reference: number})
			w.must(err)
		}
		list, err := w.invoices.Debts(ctx)
		w.must(err)
		var words []string
		for _, d := range list {
			words = append(words, fmt.Sprint(d.Address(), " ", d.AccountName, " ", d.Due(), " ", d.OverdueDays(time.Date(2024, 10, 17, 9, 0, 0, 0, time.UTC))))
		}
		w.wantLines("debts", words, a.number+" Acme 1 125.50 EUR 2", b.number+" Acme 2 100.00 EUR 2")
		sums, err := invoice.SumDebts(list)
		w.want("together", []any{sums, err}, "[[225.50 EUR] <nil>]")
		all, err := w.invoices.Payments(ctx, invoice.PaymentFilter{AccountID: b.scope.AccountID()})
		w.must(err)
		w.want("payments of one account", []any{len(all), all[0].Number, all[0].AccountName, all[0].Amount()}, []any{1, b.number, "Acme 2", "25.50 EUR"})
		_, err = w.invoices.Payments(ctx, invoice.PaymentFilter{Number: "BF-1"})
		w.want("of no invoice", models.KindOf(err), models.NotFound)
	})
}

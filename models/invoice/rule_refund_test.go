package invoice_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
)

func (w *world) refund(number, amount, reference string) (invoice.Refund, error) {
	return w.invoices.RecordRefund(w.ctx, operator, invoice.NewRefund{Number: number, Amount: amount, Reference: reference})
}

// due = max(0, total - credited - prepaid - payments + refunds); the excess returns as prepaid credit first,
// then it is to be refunded (domain.md, "Invoice out" 8).
func TestWhatACreditNoteLeavesOverIsRefunded(t *testing.T) {
	each(t, func(w *world) {
		w.prepaid(5_000)
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		const number = "BF-2024-000001"
		_, err := w.refund(number, "", "early")
		w.want("nothing was paid too much", models.KindOf(err), models.Conflict)
		w.must(w.pay(number, "")) // 75.50 of 125.50: 50.00 was prepaid
		w.note(number, "", "")
		row := w.row(w.group, "2024-09")
		w.want("prepaid credit is back", w.sum(`SELECT SUM(remaining_minor) FROM credit_claims WHERE returned_by IS NOT NULL`), 5_000)
		w.want("to refund", row.ToRefund(), "75.50 EUR")
		for _, bad := range [][2]string{{"0", "a"}, {"-1", "a"}, {"75.51", "a"}, {"1.005", "a"}, {"x", "a"}, {strings.Repeat("9", 40), "a"}, {"1", ""}, {"1", " "}, {"1", strings.Repeat("x", 141)}} {
			if _, err := w.refund(number, bad[0], bad[1]); models.KindOf(err) != models.Invalid {
				w.Errorf("refund of %q with reference %q: %v", bad[0], bad[1], err)
			}
		}
		_, err = w.invoices.RecordRefund(w.ctx, operator, invoice.NewRefund{Number: number, Reference: "a", Date: w.now.AddDate(0, 0, 1)})
		w.want("tomorrow", models.KindOf(err), models.Invalid)
		_, err = w.refund("BF-2024-000009", "", "a")
		w.want("no such invoice", models.KindOf(err), models.NotFound)
		_, err = w.refund("BF-CN-2024-000001", "", "a")
		w.want("a credit note", models.KindOf(err), models.NotFound)

		part, err := w.invoices.RecordRefund(w.ctx, operator, invoice.NewRefund{Number: number, Amount: "25.50", Reference: "one", Date: utc("2024-10-01T00:00:00Z")})
		w.must(err)
		w.want("left", part.Left, "50.00 EUR")
		_, err = w.refund(number, "1", "one")
		w.want("the same reference", models.KindOf(err), models.Conflict)
		rest, err := w.refund(number, "", "two")
		w.must(err)
		w.want("the rest", rest.Amount, "50.00 EUR")
		_, err = w.refund(number, "0.01", "three")
		w.want("more than was paid", models.KindOf(err), models.Conflict)
		row = w.row(w.group, "2024-09")
		w.want("paid less refunds and what came back", row.PaidMinor, 7_550-5_000-2_550-5_000)
		w.want("due", row.DueMinor, 0)
		w.want("state", row.State, invoice.Paid)
		sheet, err := w.invoices.Sheet(w.ctx, w.scope(w.group), number, invoice.ByProject)
		w.must(err)
		var days []string
		for _, p := range sheet.Payments {
			if p.Kind == invoice.KindRefund && p.Reference == "one" {
				days = append(days, p.PaidOn.UTC().Format(time.DateOnly))
			}
		}
		w.want("on the page, of its day", days, "[2024-10-01]")
		w.want("events", w.sum(`SELECT COUNT(*) FROM events WHERE type = 'payment.refunded'`), 2)
	})
}

// A payment of too much is refunded too; a note after a refund asks only for what it leaves over itself.
func TestRefundsAndNotesInTurn(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		const number = "BF-2024-000001"
		w.must(w.pay(number, "130"))
		w.want("paid too much", w.row(w.group, "2024-09").ToRefund(), "4.50 EUR")
		first := w.note(number, "1", "20")
		w.want("of the note", first.Refund, "25.10 EUR")
		w.want("of both", w.row(w.group, "2024-09").ToRefund(), "29.60 EUR")
		_, err := w.refund(number, "20", "one")
		w.must(err)
		second := w.note(number, "", "")
		w.want("of the second note", second.Refund, "100.40 EUR")
		w.want("of all", w.row(w.group, "2024-09").ToRefund(), "110.00 EUR")
		_, err = w.refund(number, "", "two")
		w.must(err)
		row := w.row(w.group, "2024-09")
		w.want("paid less refunds", row.PaidMinor, 0)
		w.want("due", row.DueMinor, 0)
		w.want("state", row.State, invoice.Paid)
	})
}

// A part was paid, then all was waived or credited: the part goes back and the state stays.
func TestARefundChangesNoState(t *testing.T) {
	each(t, func(w *world) {
		for i, state := range []invoice.State{invoice.Waived, invoice.Uncollectible, invoice.Credited} {
			g := w.newGroup(string(state))
			w.use(w.newProject(string(state), g), "2024-09-05T00:00:00Z", "100")
			w.close("2024-08")
			w.close("2024-09")
			number := *w.row(g, "2024-09").Number
			w.must(w.pay(number, "25.50"))
			if state != invoice.Credited {
				w.must(w.invoices.SetState(w.ctx, operator, number, state, "x"))
			}
			w.note(number, "", "")
			done, err := w.refund(number, "", fmt.Sprint("back", i))
			w.must(err)
			w.want("amount", done.Amount, "25.50 EUR")
			w.want("state", w.row(g, "2024-09").State, state)
			w.want("due", w.row(g, "2024-09").DueMinor, 0)
		}
	})
}

// Twenty refunds at once of what five of them use up.
func TestRefundsRace(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		const number = "BF-2024-000001"
		w.must(w.pay(number, ""))
		w.note(number, "1", "40") // 50.20
		ok := w.race(20, func(i int) error {
			_, err := w.refund(number, "10.04", fmt.Sprint("r", i))
			return err
		}, models.Conflict)
		w.want("refunds", ok, 5)
		w.want("to refund", w.row(w.group, "2024-09").ToRefund(), "0.00 EUR")
	})
}

package invoice

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/event"
	"billfold/models/job"
	"billfold/models/money"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// PrepaidReturn is the method of a refund that came back as prepaid credit; its reference is the number
// of the credit note.
const PrepaidReturn = "prepaid_credit"

// documentOrder is the order of lines in the files of an invoice (Full), by which a request names one.
const documentOrder = "project_name, service_name, id"

// CreditDone is an issued credit note and what it did to its invoice.
type CreditDone struct {
	Note     Row
	Original Row // as it is now
	Rows     []LineRow
	CreditNote
}

// Amount is that of the i-th row.
func (d CreditDone) Amount(i int) money.Amount {
	return money.New(d.Rows[i].AmountMinor, money.Currency(d.Note.Currency))
}

// CreditInvoice issues a credit note for an issued invoice: for all that is left of it, or for a part of
// one line. The note gets the next number of its own series, is frozen, and gives used credit back. The
// invoice's lines and usage records stay as they are. Kinds: NotFound, Invalid (line, amount, reason),
// Conflict (nothing is left to credit; the same part was credited for the same reason before).
func (s *Store) CreditInvoice(ctx context.Context, actor access.Actor, number string, r CreditRequest) (done CreditDone, err error) {
	r.Reason = strings.TrimSpace(r.Reason)
	if n := utf8.RuneCountInString(r.Reason); n == 0 || n > maxReason {
		return done, models.Invalidf("reason", "Say why, in up to %d characters; it is printed on the credit note", maxReason)
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row, err := s.lockByNumber(tx, number)
		if err != nil {
			return err
		}
		n := &noting{tx: tx, at: s.clock.Now(), actor: actor, original: row, request: r}
		if err := n.read(); err != nil {
			return err
		}
		if n.note, err = NewCreditNote(n.facts, r, n.at); err != nil {
			return err
		}
		if err := n.first(); err != nil {
			return err
		}
		if err := n.fill(); err != nil {
			return err
		}
		done, err = n.issue()
		return err
	})
	return done, err
}

// noting is a credit note on its way.
type noting struct {
	tx       *gorm.DB
	at       time.Time
	actor    access.Actor
	original Row
	request  CreditRequest
	sources  []LineRow // of the original, in the order of the documents
	facts    Original
	note     CreditNote
	row      Row
	snap     Snapshot
	lines    []LineRow
	taxes    []TaxRow
	prefix   string // of the number
}

// read collects what the rule needs. The account and the original are locked.
func (n *noting) read() error {
	o := n.original
	if err := n.tx.Where("invoice_id = ?", o.ID).Order(documentOrder).Find(&n.sources).Error; err != nil {
		return err
	}
	credited, err := creditedLines(n.tx, o.ID)
	if err != nil {
		return err
	}
	f := Original{Currency: money.Currency(o.Currency), Total: o.TotalMinor, Credited: o.CreditedMinor, UsedAfter: o.PrepaidMinor, Paid: o.PaidMinor,
		Local: money.Currency(o.TaxLocalCurrency), LocalRate: o.TaxLocalRate}
	for _, l := range n.sources {
		f.Lines = append(f.Lines, OriginalLine{l.ID, l.AmountMinor, credited[l.ID], l.TaxCategory, l.TaxRate})
	}
	if err := n.tx.Where("invoice_id = ?", o.ID).Order("position").Find(&f.Taxes).Error; err != nil {
		return err
	}
	f.Reducing, f.Prepaid, err = credit.UsedTx(n.tx, o.AccountID, o.ID)
	n.facts = f
	if err != nil {
		return err
	}
	s, ok, err := seller.Get(n.tx)
	if err == nil && !ok {
		err = models.Conflictf("Who sends the invoices is not known yet; run: billfold seller set")
	}
	n.prefix = s.InvoicePrefix
	return err
}

// creditedLines is how much of each line of an invoice its credit notes have credited.
func creditedLines(tx *gorm.DB, invoiceID string) (map[string]int64, error) {
	var rows []struct {
		ID    string
		Minor int64
	}
	err := tx.Raw(`SELECT l.original_line_id AS id, CAST(SUM(l.amount_minor) AS BIGINT) AS minor FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
		WHERE i.original_id = ? AND i.kind = 'credit_note' GROUP BY l.original_line_id`, invoiceID).Scan(&rows).Error
	credited := make(map[string]int64, len(rows))
	for _, r := range rows {
		credited[r.ID] = r.Minor
	}
	return credited, err
}

// first refuses a part of a line that was credited before by the same amount for the same reason: whoever
// lost the answer to the first command and sends it again credits nothing twice. Kind: Conflict.
func (n *noting) first() error {
	if n.request.Again || n.request.Line == "" {
		return nil // all that is left cannot be credited twice
	}
	l := n.note.Lines[0]
	var number string
	err := n.tx.Raw(`SELECT i.number FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
		WHERE i.original_id = ? AND i.kind = 'credit_note' AND i.reason = ? AND l.original_line_id = ? AND l.amount_minor = ? AND i.subtotal_minor = l.amount_minor
		ORDER BY i.series_number DESC LIMIT 1`, n.original.ID, n.request.Reason, n.sources[l.Index].ID, l.Minor).Scan(&number).Error
	if err == nil && number != "" {
		err = models.Conflictf("%s has credited this part of the line for this reason already. To credit it once more, add --again.", number)
	}
	return err
}

// fill sets everything that the note will say, but its number. Rates, parties and period are the
// original's (domain.md, "Invoice out" 8).
func (n *noting) fill() error {
	o, note := n.original, n.note
	date := n.at.UTC().Truncate(24 * time.Hour)
	n.row = Row{ID: models.NewID(), AccountID: o.AccountID, GroupID: o.GroupID, Kind: KindCreditNote, Month: o.Month, State: Issued, OriginalID: &o.ID,
		Reason: n.request.Reason, Currency: o.Currency, PriceCurrency: o.PriceCurrency, Rate: o.Rate, RateDate: o.RateDate, RateSource: o.RateSource,
		SubtotalMinor: note.Subtotal.Minor(), CreditsMinor: note.Credits.Minor(), TaxableMinor: note.Taxable.Minor(), TaxMinor: note.Tax.Minor(),
		TotalMinor: note.Total.Minor(), TaxLocalCurrency: o.TaxLocalCurrency, TaxLocalRate: o.TaxLocalRate, TaxLocalRateDate: o.TaxLocalRateDate,
		TaxLocalMinor: note.Local.Minor(), TaxNote: o.TaxNote, TaxDate: o.TaxDate, InvoiceDate: &date, IssuedAt: &n.at, Frozen: true, CreatedAt: n.at, UpdatedAt: n.at}
	for _, l := range note.Lines {
		n.lines = append(n.lines, n.line(l))
	}
	for i, t := range note.Taxes {
		t.InvoiceID, t.AccountID, t.Position = n.row.ID, o.AccountID, int64(i+1)
		n.taxes = append(n.taxes, t)
	}
	var err error
	if n.snap, err = o.Decode(); err != nil {
		return err
	}
	n.snap.Credits = nil
	for _, r := range append(append([]credit.Return{}, note.Returns...), note.Prepaid...) {
		a := AppliedCredit{Code: r.Claim.Code, Type: string(r.Claim.Type), Project: r.Claim.ProjectName, Minor: r.Back.Minor(), Remaining: r.Back.Minor(), Prepaid: r.Prepaid}
		if !r.Expires.IsZero() {
			last := r.Expires.Add(-time.Microsecond).Truncate(24 * time.Hour)
			a.Expires = &last
		}
		n.snap.Credits = append(n.snap.Credits, a)
	}
	n.snap.Corrects = &Corrects{Number: *o.Number, Date: o.InvoiceDate.UTC(), Reason: n.request.Reason,
		Due: note.Due.Minor(), Returned: note.Returned.Minor(), Refund: note.Refund.Minor()}
	return nil
}

// line copies a line of the original. A part of a line has no quantity of units, and no line of a note has
// an exact cost: nothing was metered, and the records stay with the original's line.
func (n *noting) line(l NotedLine) LineRow {
	x := n.sources[l.Index]
	original := x.ID
	x.ID, x.InvoiceID, x.OriginalLineID, x.AmountMinor, x.RecordCount, x.Frozen = models.NewID(), n.row.ID, &original, l.Minor, 0, true
	x.Cost = decimal.Zero
	if !l.Whole {
		x.Quantity, x.Unit, x.UnitPrice = decimal.NewFromInt(1), "", nil
	}
	return x
}

// issue takes the number, last of all locks, and writes everything.
func (n *noting) issue() (CreditDone, error) {
	series := fmt.Sprintf("%s-CN-%d", n.prefix, n.row.InvoiceDate.Year())
	number, err := takeNumbers(n.tx, series, 1)
	if err != nil {
		return CreditDone{}, err
	}
	label := fmt.Sprintf("%s-%06d", series, number)
	n.row.Series, n.row.SeriesNumber, n.row.Number = &series, &number, &label
	snapshot, err := json.Marshal(n.snap)
	if err != nil {
		return CreditDone{}, err
	}
	n.row.Snapshot = string(snapshot)
	if n.row.Seal, err = SealOf(n.row, byID(n.lines), n.taxes); err != nil {
		return CreditDone{}, err
	}
	if err := n.save(); err != nil {
		return CreditDone{}, err
	}
	before := n.original
	if err := n.correct(); err != nil {
		return CreditDone{}, err
	}
	if err := n.tell(before); err != nil {
		return CreditDone{}, err
	}
	return CreditDone{n.row, n.original, n.lines, n.note}, job.Enqueue(n.tx, JobPDF, JobPDF+":"+n.row.ID, JobInvoice{n.row.ID})
}

// byID is the order in which lines are sealed.
func byID(lines []LineRow) []LineRow {
	return slices.SortedFunc(slices.Values(lines), func(a, b LineRow) int { return cmp.Compare(a.ID, b.ID) })
}

func (n *noting) save() error {
	if err := n.tx.Create(&n.row).Error; err != nil {
		return err
	}
	if err := n.tx.CreateInBatches(&n.lines, 200).Error; err != nil {
		return err
	}
	if len(n.taxes) > 0 {
		if err := n.tx.Create(&n.taxes).Error; err != nil {
			return err
		}
	}
	return credit.ReturnTx(n.tx, append(append([]credit.Return{}, n.note.Returns...), n.note.Prepaid...), n.row.ID, n.at)
}

// correct brings what is due of the original up to date. What returns as prepaid credit is a refund in
// another form: it counts as such, should a payment be taken back later.
func (n *noting) correct() error {
	o, note := &n.original, n.note
	if note.Returned.Sign() > 0 {
		refund := PaymentRow{ID: models.NewID(), AccountID: o.AccountID, InvoiceID: o.ID, Kind: KindRefund, Method: PrepaidReturn, Reference: *n.row.Number,
			Label: "Prepaid credit", AmountMinor: note.Returned.Minor(), Currency: o.Currency, PaidOn: *n.row.InvoiceDate, CreatedAt: n.at}
		if err := n.tx.Create(&refund).Error; err != nil {
			return err
		}
	}
	wasDue := o.DueMinor
	o.CreditedMinor += note.Total.Minor() // NewCreditNote has added them up
	o.PaidMinor -= note.Returned.Minor()
	o.DueMinor, o.UpdatedAt = note.Due.Minor(), n.at
	if wasDue > 0 && o.DueMinor == 0 && o.State.CanBecome(Credited) {
		o.State = Credited
	}
	return n.tx.Model(&Row{}).Where("id = ?", o.ID).Updates(map[string]any{"credited_minor": o.CreditedMinor, "paid_minor": o.PaidMinor,
		"due_minor": o.DueMinor, "state": o.State, "updated_at": n.at}).Error
}

// tell appends the event, on the group, the invoice and the note.
func (n *noting) tell(before Row) error {
	o, note := n.original, n.note
	after := map[string]any{"state": o.State, "due": o.DueMinor, "credited": o.CreditedMinor, "credit_note": *n.row.Number, "total": note.Total.Decimal(),
		"currency": o.Currency, "reason": n.request.Reason}
	for name, a := range map[string]money.Amount{"credit_returned": note.Credits, "prepaid_returned": note.Returned, "to_refund": note.Refund} {
		if a.Sign() > 0 {
			after[name] = a.Decimal()
		}
	}
	return event.Append(n.tx, n.actor, o.AccountID, n.at, event.Event{Type: "invoice.credited", Category: event.Invoices,
		Sentence: fmt.Sprintf("credited %s of invoice %s by credit note %s: %s", note.Total, *o.Number, *n.row.Number, n.request.Reason),
		Before:   map[string]any{"state": before.State, "due": before.DueMinor, "credited": before.CreditedMinor},
		After:    after, Groups: []string{o.GroupID}, Invoices: []string{o.ID, n.row.ID}})
}

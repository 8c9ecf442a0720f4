package verify_test

import (
	"maps"

	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/invoice"
)

// Cirrus has one invoice, BF-2024-000008 of September, with credit before and after tax. Two notes credit
// parts of it, a payment comes between them, and the second one gives prepaid credit back.
func joinCirrus(w *world) (start, correct func()) {
	cirrus := w.account("Cirrus")
	primary := w.primary(cirrus)
	w.must(w.invoices.SetInformation(ctx, cirrus, primary, *finnish()))
	w.project(cirrus, "cloud", "")
	return func() { w.startCirrus(cirrus, primary) }, w.correctCirrus
}

func (w *world) startCirrus(cirrus access.Scope, group string) {
	w.credit(cirrus, "promotion", "10.00", "CUT-CIRRUS", "2024-09-30", credit.Target{Scope: credit.ForGroup, GroupID: group})
	w.credit(cirrus, credit.Purchase, "20.00", "PAID-AHEAD", "", credit.Target{Scope: credit.ForGroup, GroupID: group})
	w.use("cloud", "pg", "2024-09-04 01:00", "100")
	w.use("cloud", "kafka", "2024-09-04 01:00", "50")
}

func (w *world) correctCirrus() {
	w.note("1", "20.00")
	w.pay(o8, "100.00", "cirrus")
	w.note("2", "50.00")
}

func (w *world) note(line, amount string) {
	w.Helper()
	done, err := w.invoices.CreditInvoice(ctx, operator, o8, invoice.CreditRequest{Line: line, Amount: amount, Reason: "outage"})
	w.must(err)
	w.must(w.invoices.SaveDocument(ctx, done.Note.ID, "pdf", []byte("%PDF-1.4 of "+done.Note.ID)))
}

const o8, cn2 = "BF-2024-000008", "BF-CN-2024-000002"

func init() {
	maps.Copy(names, map[string]string{
		"eight":    `SELECT id FROM invoices WHERE number = 'BF-2024-000008'`,
		"note":     `SELECT id FROM invoices WHERE number = 'BF-CN-2024-000002'`,
		"noteline": `SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number = 'BF-CN-2024-000002'`,
		"returned": `SELECT r.claim_id FROM credit_returns r JOIN credit_uses u ON u.id = r.use_id JOIN invoices i ON i.id = r.note_id WHERE i.number = 'BF-CN-2024-000002' AND NOT u.prepaid`,
	})
}

var noteCases = []breakage{
	change("what is credited", `UPDATE invoices SET credited_minor = credited_minor + 1 WHERE id = {eight}`, "M1 "+o8),
	change("a note names another invoice", `UPDATE invoices SET snapshot = replace(snapshot, 'BF-2024-000008', 'BF-2024-000007') WHERE id = {note}`, "I1 "+cn2),
	change("a note of another month", `UPDATE invoices SET month = '2024-08' WHERE id = {note}`, "I1 "+cn2, "M1 "+cn2, "U3 "+cn2),
	change("a note of another invoice's line", `UPDATE invoice_lines SET original_line_id = {line} WHERE id = {noteline}`, "I1 "+cn2, "M1 line {noteline}"),
	change("more than the line", `UPDATE invoice_lines SET amount_minor = 99999 WHERE id = {noteline}`, "I1 "+cn2, "M1 "+cn2),
	change("records of a note", `UPDATE invoice_lines SET record_count = 1 WHERE id = {noteline}`, "I1 "+cn2, "U2 line {noteline}"),
	change("a note's credits", `UPDATE invoice_taxes SET allowance_minor = allowance_minor + 1, taxable_minor = taxable_minor - 1 WHERE invoice_id = {note}`, "I1 "+cn2, "M1 "+cn2),
	change("a note's tax", `UPDATE invoice_taxes SET tax_minor = tax_minor + 1 WHERE invoice_id = {note}`, "I1 "+cn2, "M1 "+cn2),
	change("the value that came back", `UPDATE credit_claims SET value_minor = value_minor + 1, remaining_minor = remaining_minor + 1 WHERE id = {returned}`, "C1 claim {returned}"),
	change("a return by another note", `UPDATE credit_returns SET note_id = {five} WHERE claim_id = {returned}`, "C1 "+n5, "C1 claim {returned}", "M1 "+cn2, "T1 claim {returned}"),
	change("more came back than was used", `UPDATE credit_returns SET amount_minor = amount_minor + 1000000 WHERE claim_id = {returned}`, "C1 "+o8, "C1 claim {returned}", "M1 "+cn2),
	change("a return without payment", `UPDATE payments SET reference = 'x' WHERE method = 'prepaid_credit'`, "C1 "+cn2),
	change("a return of another account", `UPDATE credit_returns SET account_id = {borealis} WHERE claim_id = {returned}`, "T1 claim {returned}"),
	change("a line that hides as a note's", `UPDATE invoice_lines SET original_line_id = {line} WHERE id = {open}`, "U2 line {open}"),
	change("a paid note", `UPDATE invoices SET state = 'paid' WHERE id = {note}`, "I4 "+cn2),
	change("a note without event", `DELETE FROM event_subjects WHERE subject_id = {note}`, "E1 "+cn2),
	change("came back for too short", `UPDATE credit_claims SET expires_at = '2024-11-30 00:00:00+00:00' WHERE id = {returned}`, "C5 claim {returned}"),
	change("a gap in the notes", `UPDATE invoices SET series_number = 3, number = 'BF-CN-2024-000003' WHERE id = {note}`, "I1 BF-CN-2024-000003", "I3 BF-CN-2024-000003", "I3 BF-CN-2024", "C1 BF-CN-2024-000003"),
}

package verify_test

import (
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

// names are the rows of the world that cases break. One to seven are its invoices, BF-2024-000001 on:
// August of Product, of German, of Borealis; September of Product, of German, of Refunds, of Borealis.
var names = map[string]string{
	"acme":     `SELECT id FROM accounts WHERE name = 'Acme'`,
	"borealis": `SELECT id FROM accounts WHERE name = 'Borealis'`,
	"product":  `SELECT id FROM billing_groups WHERE name = 'Product'`,
	"german":   `SELECT id FROM billing_groups WHERE name = 'German'`,
	"refunds":  `SELECT id FROM billing_groups WHERE name = 'Refunds'`,
	"abroad":   `SELECT g.id FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE a.name = 'Borealis'`,
	"web":      `SELECT id FROM projects WHERE name = 'web'`,
	"api":      `SELECT id FROM projects WHERE name = 'api'`,
	"lab":      `SELECT id FROM projects WHERE name = 'lab'`,
	"north":    `SELECT id FROM projects WHERE name = 'north'`,
	"one":      `SELECT id FROM invoices WHERE number = 'BF-2024-000001'`,
	"four":     `SELECT id FROM invoices WHERE number = 'BF-2024-000004'`,
	"five":     `SELECT id FROM invoices WHERE number = 'BF-2024-000005'`,
	"running":  `SELECT i.id FROM invoices i JOIN billing_groups g ON g.id = i.group_id WHERE g.name = 'Product' AND i.state = 'estimate'`,
	"line":     `SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number = 'BF-2024-000001' AND project_name = 'web'`,
	"late":     `SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number = 'BF-2024-000004' AND service_month = '2024-08'`,
	"timely":   `SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number = 'BF-2024-000004' AND service_month = '2024-09'`,
	"gift":     `SELECT id FROM invoice_lines WHERE project_name = 'gift'`,
	"open":     `SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.state = 'estimate' AND project_name = 'web'`,
	"support":  `SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.state = 'estimate' AND project_name = ''`,
	"record":   `SELECT r.record_id FROM usage_records r JOIN invoice_lines l ON l.id = r.line_id JOIN invoices i ON i.id = l.invoice_id WHERE i.state = 'estimate' AND project_name = 'web'`,
	"moved":    `SELECT r.record_id FROM usage_records r JOIN invoice_lines l ON l.id = r.line_id JOIN invoices i ON i.id = l.invoice_id WHERE i.number = 'BF-2024-000002' AND project_name = 'api'`,
	"claim":    `SELECT c.id FROM credit_claims c JOIN credits k ON k.id = c.credit_id WHERE k.code = 'CUT-GROUP'`,
	"special":  `SELECT c.id FROM credit_claims c JOIN credits k ON k.id = c.credit_id WHERE k.code = 'CUT-PROJECT'`,
	"event":    `SELECT seq FROM events WHERE sentence LIKE 'created the project lab%'`,
	"next":     `SELECT seq FROM events WHERE sentence LIKE 'created the project back%'`,
	"new":      `SELECT '0198c0de-0000-7000-8000-000000000001'`,
	"new2":     `SELECT '0198c0de-0000-7000-8000-000000000002'`,
}

// breakage is one change of the database and the invariants, with subjects, that verify must name; no others.
type breakage struct {
	name string
	on   db.Dialect // "" for both
	sql  []string
	tx   func(tx *gorm.DB, names map[string]string) error
	want []string
}

const (
	n1, n4, n5 = "BF-2024-000001", "BF-2024-000004", "BF-2024-000005"
	middle     = `WHERE project_id = {api} AND valid_from IS NOT NULL AND valid_to IS NOT NULL`
	aCharge    = `INSERT INTO payments (id, account_id, invoice_id, kind, method, reference, amount_minor, currency, paid_on, created_at) `
)

func change(name string, sql string, want ...string) breakage {
	return breakage{name: name, sql: []string{sql}, want: want}
}

func changes(name string, sql []string, want ...string) breakage {
	return breakage{name: name, sql: sql, want: want}
}

var moneyCases = []breakage{
	{name: "a float in SQLite", on: db.SQLite, sql: []string{`UPDATE payments SET amount_minor = 1.5 WHERE reference = 'part'`}, want: []string{"M2 payments.amount_minor"}},
	{name: "an exponent in SQLite", on: db.SQLite, sql: []string{`UPDATE usage_records SET cost = '1e-3' WHERE record_id = {record}`}, want: []string{"M2 usage_records.cost"}},
	{name: "a float column", on: db.Postgres, sql: []string{`ALTER TABLE payments ALTER amount_minor TYPE double precision`}, want: []string{"M2 payments.amount_minor"}},
	change("a line's amount", `UPDATE invoice_lines SET amount_minor = amount_minor + 1 WHERE id = {line}`, "M1 "+n1, "M3 line {line}", "I1 "+n1),
	change("a running line's amount", `UPDATE invoice_lines SET amount_minor = amount_minor + 1 WHERE id = {open}`, "M3 line {open}", "U2 estimate {running}"),
	change("a line's tax rate", `UPDATE invoice_lines SET tax_rate = '0.1' WHERE id = {late}`, "M1 "+n4, "I1 "+n4),
	change("a tax", `UPDATE invoice_taxes SET tax_minor = tax_minor + 1 WHERE invoice_id = {four} AND position = 1`, "M1 "+n4, "I1 "+n4),
	change("a taxable amount", `UPDATE invoice_taxes SET taxable_minor = taxable_minor + 1 WHERE invoice_id = {four} AND position = 1`, "M1 "+n4, "I1 "+n4),
	change("an allowance", `UPDATE invoice_taxes SET allowance_minor = allowance_minor + 1 WHERE invoice_id = {one}`, "M1 "+n1, "I1 "+n1),
	change("a subtotal", `UPDATE invoices SET subtotal_minor = subtotal_minor + 1 WHERE id = {four}`, "M1 "+n4, "I1 "+n4),
	change("the credits", `UPDATE invoices SET credits_minor = credits_minor + 1 WHERE id = {one}`, "M1 "+n1, "I1 "+n1),
	change("the total", `UPDATE invoices SET total_minor = total_minor + 1 WHERE id = {four}`, "M1 "+n4, "I1 "+n4),
	change("the prepaid amount", `UPDATE invoices SET prepaid_minor = prepaid_minor - 1 WHERE id = {one}`, "M1 "+n1, "I1 "+n1),
	change("the amount due", `UPDATE invoices SET due_minor = due_minor - 1 WHERE id = {four}`, "M1 "+n4),
	change("the paid sum", `UPDATE invoices SET paid_minor = paid_minor - 1 WHERE id = {one}`, "M1 "+n1),
	change("a payment's amount", `UPDATE payments SET amount_minor = amount_minor + 1 WHERE reference = 'part'`, "M1 "+n1),
	change("a payment's currency", `UPDATE payments SET currency = 'USD' WHERE reference = 'part'`, "M4 "+n1),
	change("a credit's currency", `UPDATE credits SET currency = 'USD' WHERE code = 'CUT-GROUP'`, "M4 "+n1),
}

var usageCases = []breakage{
	change("a record's cost", `UPDATE usage_records SET cost = '4.200000000000000001' WHERE record_id = {record}`, "U2 line {open}"),
	change("a record's quantity", `UPDATE usage_records SET quantity = '2' WHERE record_id = {record}`, "U2 line {open}"),
	change("a line's count", `UPDATE invoice_lines SET record_count = 2 WHERE id = {open}`, "U1 line {open}"),
	change("a deleted record", `DELETE FROM usage_records WHERE record_id = {record}`, "U1 line {open}", "U2 line {open}"),
	change("a record without a line", `UPDATE usage_records SET line_id = {new} WHERE record_id = {record}`, "U1 line {open}", "U1 record {record}", "U2 line {open}"),
	change("a record on another line", `UPDATE usage_records SET line_id = {support} WHERE record_id = {record}`,
		"U1 line {open}", "U2 line {open}", "U1 line {support}", "U2 line {support}", "U3 line {support}"),
	change("a record of another account", `UPDATE usage_records SET account_id = {borealis} WHERE record_id = {record}`, "T1 line {open}"),
	changes("a cost in a month that was closed without invoice", []string{`UPDATE invoice_lines SET cost = '0.001' WHERE id = {gift}`,
		`UPDATE usage_records SET cost = '0.001' WHERE line_id = {gift} AND start_at = (SELECT MIN(start_at) FROM usage_records WHERE line_id = {gift})`}, "U2 line {gift}"),
	change("an estimate's subtotal", `UPDATE invoices SET subtotal_minor = subtotal_minor + 1 WHERE id = {running}`, "U2 estimate {running}"),
	change("a project's amount", `UPDATE estimate_projects SET amount_minor = amount_minor + 1 WHERE invoice_id = {running} AND project_id = {web}`, "U2 estimate {running}"),
	change("a project's amount in another account's list", `UPDATE estimate_projects SET account_id = {borealis} WHERE invoice_id = {running} AND project_id = {web}`, "U2 estimate {running}"),
	change("a project's amount in another month's list", `UPDATE estimate_projects SET month = '2024-11' WHERE invoice_id = {running} AND project_id = {web}`, "U2 estimate {running}"),
	change("a project's amount in another currency's list", `UPDATE estimate_projects SET currency = 'SEK' WHERE invoice_id = {running} AND project_id = {web}`, "U2 estimate {running}"),
	change("a project without amount", `DELETE FROM estimate_projects WHERE invoice_id = {running} AND project_id = {web}`, "U2 estimate {running}"),
	change("charges without project and without amount", `DELETE FROM estimate_projects WHERE invoice_id = {running} AND project_id <> {web}`, "U2 estimate {running}"),
	change("a line's month", `UPDATE invoice_lines SET service_month = '2024-09' WHERE id = {open}`, "U3 line {open}"),
	change("a line of a later month", `UPDATE invoice_lines SET service_month = '2024-11' WHERE id = {open}`, "U3 line {open}", "U3 estimate {running}"),
	change("a line's period", `UPDATE invoice_lines SET service_end = '2024-10-09 00:00:00+00:00' WHERE id = {open}`, "U3 line {open}"),
	change("a month closed over an estimate", `INSERT INTO group_months (account_id, group_id, month, state, reason, updated_at) VALUES ({acme}, {product}, '2024-10', 'closed', '', '2024-10-03 00:00:00+00:00')`, "U3 estimate {running}"),
	change("a month open again", `DELETE FROM group_months WHERE invoice_id = {four}`, "U3 "+n4),
	change("a month with another's invoice", `UPDATE group_months SET invoice_id = {one} WHERE invoice_id = {four}`, "U3 "+n4, "U3 group {product}"),
	change("usage after the issue", `UPDATE usage_records SET received_at = '2025-01-01 00:00:00+00:00' WHERE line_id = {timely}`, "U4 "+n4),
	changes("a record taken in twice", []string{`UPDATE invoice_lines SET record_count = 2 WHERE id = {open}`,
		`INSERT INTO usage_records (id, account_id, record_id, content_hash, line_id, start_at, end_at, quantity, cost, received_at)
		SELECT {new}, account_id, record_id, content_hash, line_id, start_at, end_at, '0', '0', received_at FROM usage_records WHERE record_id = {record}`}, "U5 record {record}"),
}

var groupCases = []breakage{
	change("an assignment is gone", `DELETE FROM project_assignments `+middle, "G1 project {api}", "G1 record {moved}"),
	change("an assignment ends early", `UPDATE project_assignments SET valid_to = '2024-08-19 00:00:00+00:00' `+middle, "G1 project {api}"),
	change("all assignments are gone", `DELETE FROM project_assignments WHERE project_id = {lab}`, "G1 project {lab}", "G1 record r3", "G1 record r10", "G1 record r17", "G1 record r28"),
	change("an assignment to another group", `UPDATE project_assignments SET group_id = {refunds} `+middle, "G1 record {moved}"),
	change("a project shown elsewhere", `UPDATE projects SET group_id = {german} WHERE id = {web}`, "G1 project {web}"),
	change("a project in a group of another account", `UPDATE projects SET group_id = {abroad} WHERE id = {web}`, "G1 project {web}", "G2 project {web}"),
	change("an assignment to a group of another account", `UPDATE project_assignments SET group_id = {abroad} `+middle, "G1 record {moved}", "G2 project {api}"),
	change("two primary groups", `UPDATE billing_groups SET is_primary = true WHERE id = {product}`, "G4 account {acme}"),
	change("no primary group", `UPDATE billing_groups SET is_primary = false WHERE id = {abroad}`, "G4 account {borealis}"),
	change("a deleted group with projects", `UPDATE billing_groups SET deleted_at = '2024-10-01 00:00:00+00:00' WHERE id = {product}`, "G4 group {product}"),
	change("billing information of another account", `UPDATE billing_information SET account_id = {borealis} WHERE group_id = {product}`, "T1 group {product}"),
	changes("a payment method of another account", []string{`UPDATE billing_groups SET payment_method_id = (SELECT id FROM payment_methods WHERE kind = 'bank_transfer') WHERE id = {product}`,
		`UPDATE payment_methods SET account_id = {borealis} WHERE kind = 'bank_transfer'`}, "T1 group {product}"),
}

var invoiceCases = []breakage{
	change("a seal", `UPDATE invoices SET seal = {bytes} WHERE id = {one}`, "I1 "+n1),
	change("a snapshot", `UPDATE invoices SET snapshot = replace(snapshot, 'Espoo', 'Turku') WHERE id = {one}`, "I1 "+n1),
	change("a line's description", `UPDATE invoice_lines SET description = 'x' WHERE id = {line}`, "I1 "+n1),
	change("a PDF", `UPDATE invoice_documents SET content = {bytes} WHERE invoice_id = {one}`, "I1 "+n1),
	change("a PDF's size", `UPDATE invoice_documents SET size = size + 1 WHERE invoice_id = {one}`, "I1 "+n1),
	change("a line thawed", `UPDATE invoice_lines SET frozen = false WHERE id = {line}`, "I1 line {line}"),
	change("an invoice thawed", `UPDATE invoices SET frozen = false WHERE id = {four}`, "I1 "+n4, "I1 line {late}", "I1 line {timely}", "U3 group {product}"),
	change("two invoices of a month", `UPDATE invoices SET month = '2024-09' WHERE id = {running}`, "I2 group {product}", "U2 estimate {running}", "U3 estimate {running}"),
	change("a gap", `UPDATE invoices SET series_number = 19, number = 'BF-2024-000019' WHERE id = {four}`, "I1 BF-2024-000019", "I3 BF-2024-000019", "I3 "+n5, "I3 BF-2024"),
	change("a number written otherwise", `UPDATE invoices SET number = 'BF-2024-4' WHERE id = {four}`, "I1 BF-2024-4", "I3 BF-2024-4"),
	change("a counter", `UPDATE counters SET last_value = last_value + 1`, "I3 BF-2024", "I3 BF-CN-2024"),
	change("no counter", `DELETE FROM counters`, "I3 BF-2024", "I3 BF-CN-2024"),
	change("a state", `UPDATE invoices SET state = 'issued' WHERE id = {one}`, "I4 "+n1),
	change("a state that no event leads to", `UPDATE invoices SET state = 'waived' WHERE id = {five}`, "I4 "+n5),
	{name: "a step that is not allowed", sql: []string{`UPDATE invoices SET state = 'waived' WHERE id = {one}`}, tx: func(tx *gorm.DB, names map[string]string) error {
		return event.Append(tx, access.OperatorActor(), names["acme"], day("2024-10-03 12:00"), event.Event{Type: "invoice.waived", Category: event.Invoices,
			Before: map[string]any{"state": "paid"}, After: map[string]any{"state": "waived"}, Invoices: []string{names["one"]}})
	}, want: []string{"I4 " + n1}},
	changes("charged twice", []string{aCharge + `SELECT {new}, account_id, {four}, 'payment', 'card', 'a', 1, 'EUR', paid_on, created_at FROM payments WHERE reference = 'part'`,
		aCharge + `SELECT {new2}, account_id, {four}, 'payment', 'card', 'b', 1, 'EUR', paid_on, created_at FROM payments WHERE reference = 'part'`,
		`UPDATE invoices SET paid_minor = 2, due_minor = due_minor - 2 WHERE id = {four}`}, "E1 "+n4, "P1 "+n4),
	change("an invoice of another account", `UPDATE invoices SET account_id = {borealis} WHERE id = {running}`, "T1 estimate {running}", "T1 line {open}", "T1 line {support}", "U2 estimate {running}"),
	change("a line of another account", `UPDATE invoice_lines SET account_id = {borealis} WHERE id = {open}`, "T1 line {open}"),
	change("a document of another account", `UPDATE invoice_documents SET account_id = {borealis} WHERE invoice_id = {one}`, "T1 "+n1),
	change("a tax of another account", `UPDATE invoice_taxes SET account_id = {borealis} WHERE invoice_id = {one}`, "T1 "+n1),
	change("a payment of another account", `UPDATE payments SET account_id = {borealis} WHERE reference = 'part'`, "T1 "+n1),
}

var creditCases = []breakage{
	change("what remains", `UPDATE credit_claims SET remaining_minor = remaining_minor + 1 WHERE id = {claim}`, "C1 claim {claim}"),
	change("a claim's value", `UPDATE credit_claims SET value_minor = value_minor + 1, remaining_minor = remaining_minor + 1 WHERE id = {claim}`, "C1 claim {claim}"),
	change("a count of claims", `UPDATE credits SET claim_count = claim_count + 1 WHERE code = 'NORTH'`, "C2 NORTH"),
	change("a limit of claims", `UPDATE credits SET claim_limit = 0 WHERE code = 'NORTH'`, "C2 NORTH"),
	changes("claimed twice", []string{`UPDATE credits SET claim_count = 2 WHERE code = 'CUT-GROUP'`,
		`INSERT INTO credit_claims (id, account_id, credit_id, scope, group_id, value_minor, remaining_minor, expires_at, claimed_at)
		SELECT {new}, account_id, credit_id, scope, group_id, value_minor, value_minor, expires_at, claimed_at FROM credit_claims WHERE id = {claim}`}, "C2 CUT-GROUP"),
	change("used by another account", `UPDATE credit_claims SET account_id = {borealis} WHERE credit_id = (SELECT id FROM credits WHERE code = 'CUT-ACCOUNT')`, "C3 "+n1),
	change("used by another group", `UPDATE credit_claims SET group_id = {german} WHERE id = {claim}`, "C3 "+n1),
	change("used for another project", `UPDATE credit_claims SET project_id = {lab} WHERE id = {special}`, "C3 "+n1),
	change("used after tax", `UPDATE credit_uses SET prepaid = true WHERE claim_id = {claim}`, "C3 "+n1, "M1 "+n1),
	change("for a group of another account", `UPDATE credit_claims SET group_id = {abroad} WHERE id = {claim}`, "C3 "+n1, "T1 claim {claim}"),
	change("for a project of another account", `UPDATE credit_claims SET project_id = {north} WHERE id = {special}`, "C3 "+n1, "T1 claim {special}"),
	change("expired on the last day", `UPDATE credit_claims SET expires_at = '2024-08-31 12:00:00+00:00' WHERE id = {claim}`, "C5 "+n1),
	change("claimed afterwards", `UPDATE credit_claims SET claimed_at = '2024-09-01 00:00:00+00:00' WHERE id = {claim}`, "C5 "+n1),
	change("started afterwards", `UPDATE credits SET starts_at = '2024-09-01 00:00:00+00:00' WHERE code = 'CUT-GROUP'`, "C5 "+n1),
}

var eventCases = []breakage{
	change("a sentence", `UPDATE events SET sentence = 'nothing.' WHERE seq = {event}`, "E2 event {event}"),
	change("an actor", `UPDATE events SET actor_name = 'Bo' WHERE seq = {event}`, "E2 event {event}"),
	change("a hash", `UPDATE events SET hash = {bytes} WHERE seq = {event}`, "E2 event {event}", "E2 event {next}"),
	change("a missing event", `DELETE FROM events WHERE seq = {event}`, "E2 event {next}"),
	change("the last event is missing", `DELETE FROM events WHERE chain = {borealis} AND position = (SELECT length FROM event_chains WHERE chain = {borealis})`, "E2 chain {borealis}"),
	change("the end of a chain", `UPDATE event_chains SET last_hash = {bytes} WHERE chain = {borealis}`, "E2 chain {borealis}"),
	change("a chain is missing", `DELETE FROM event_chains WHERE chain = {borealis}`, "E2 chain {borealis}"),
	change("an event of another account", `UPDATE events SET account_id = {borealis} WHERE seq = {event}`, "E2 event {event}", "T1 event {event}"),
	change("an event listed in another account", `UPDATE event_subjects SET account_id = {borealis} WHERE event_seq = {event}`, "T1 event {event}"),
	change("an issue without event", `DELETE FROM event_subjects WHERE subject_id = {five}`, "E1 "+n5, "I4 "+n5),
	change("a payment without event", `DELETE FROM event_subjects WHERE subject_id = {one} AND event_seq = (SELECT MIN(seq) FROM events WHERE type = 'payment.recorded')`, "E1 "+n1),
	change("a refund without event", `INSERT INTO payments (id, account_id, invoice_id, kind, method, reference, amount_minor, currency, paid_on, created_at)
		SELECT '01900000-0000-7000-8000-000000000001', account_id, id, 'refund', 'bank_transfer', 'back', 1, currency, invoice_date, invoice_date FROM invoices WHERE id = {one}`, "E1 "+n1, "M1 "+n1),
}

package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const statement = `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>FI2112345600000785</IBAN></Id></Acct>
<Ntry><Amt Ccy="USD">12.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-10-02</Dt></BookgDt><AcctSvcrRef>E1</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Acme Oy</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>bf 2024 000001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">9.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-10-02</Dt></BookgDt><AcctSvcrRef>E2</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>thanks</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="PLN">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-10-02</Dt></BookgDt><AcctSvcrRef>E3</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>`

func TestPaymentsOnTheCommandLine(t *testing.T) {
	l := newLine(t)
	l.customer()
	l.ok("", "usage", "import", l.file("focus.csv", focus), "--create-projects")
	l.ok("", "seller", "set", "--name", "Seller Inc", "--address-line1", "1 Main Street", "--city", "Austin", "--region", "TX", "--postal-code", "78701", "--country", "US")
	l.ok("", "tax", "import")
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 1", "--city", "Espoo", "--postal-code", "02100", "--country", "FI")
	l.says("Nobody owes anything.", "invoices", "unpaid")
	l.says("No payments.", "payments", "list")
	l.says("Nothing is unmatched.", "payments", "unmatched")
	l.ok("", "invoices", "close", "--month", "2024-09")
	number := "BF-2024-000001"
	var debts []owed
	l.json(&debts, "invoices", "unpaid")
	if len(debts) != 1 || debts[0].Number != number || debts[0].Account != "Acme" || debts[0].Due != debts[0].Total || debts[0].OverdueDays != 0 {
		t.Errorf("%+v", debts)
	}
	total := debts[0].Total
	l.says("Together "+total+" USD.", "invoices", "unpaid")

	file := l.file("statement.xml", statement)
	l.says("1 payments would be recorded, 1 unmatched, 0 there before. 1 refused.", "payments", "import", file, "--dry-run")
	l.says("No payments.", "payments", "list")
	var done bankImport
	l.json(&done, "payments", "import", file)
	if done.Statements != 1 || done.Credits != 3 || done.Recorded != 1 || done.Unmatched != 1 || done.Refused != 1 || len(done.Entries) != 3 {
		t.Errorf("%+v", done)
	}
	if e := done.Entries[0]; e.Result != "recorded" || e.Payment.Number != number || e.Payment.Amount != "12.00" || e.Payer != "Acme Oy" || e.Date != "2024-10-02" {
		t.Errorf("%+v", e)
	}
	if e := done.Entries[2]; e.Result != "refused" || e.Amount != "5.00" || e.Currency != "PLN" || !strings.Contains(e.Reason, "PLN") {
		t.Errorf("%+v", e)
	}
	l.says("0 payments recorded, 0 unmatched, 2 there before. 1 refused.", "payments", "import", file)
	l.refused("was not taken in: line 5: the file ends too early", "payments", "import", l.file("cut.xml", statement[:len(statement)-20]))
	l.refused("was not taken in: line 1: a DOCTYPE is not allowed", "payments", "import", l.file("doctype.xml", strings.Replace(statement, "<Document", "<!DOCTYPE x><Document", 1)))
	l.refused("cannot read", "payments", "import", "/nowhere.xml")

	l.says("unmatched: It names no invoice", "payments", "unmatched")
	l.refused("missing flags: --reason", "payments", "dismiss", "E2")
	l.refused("There is no bank transfer E9", "payments", "assign", "E9", number)
	var paid recorded
	l.json(&paid, "payments", "assign", "E2", number)
	if paid.State != "paid" || paid.Due != "0.00" || paid.Amount != "9.00" || paid.Excess == "0.00" || paid.PaymentID == "" {
		t.Errorf("%+v, the invoice is of %s", paid, total)
	}
	l.refused("is a payment of an invoice already", "payments", "dismiss", "E2", "--reason", "x")
	l.says("Nothing is unmatched.", "payments", "unmatched")
	var list []listedPayment
	l.json(&list, "payments", "list", "--invoice", number)
	if len(list) != 2 || list[0].Label != "Bank transfer" || list[1].Reference == list[0].Reference || list[0].Account != "Acme" {
		t.Errorf("%+v", list)
	}
	l.says("It was never charged.", "payments", "charges", number)
	l.refused("There is no invoice BF-9", "payments", "charges", "BF-9")
	l.refused("There is no invoice BF-9", "payments", "list", "--invoice", "BF-9")
	l.says("Nobody owes anything.", "invoices", "unpaid")
	l.ok("", "verify")
}

// says runs a command that must print the words.
func (l *line) says(words string, args ...string) {
	l.t.Helper()
	if out := l.ok("", args...); !strings.Contains(out, words) {
		l.t.Errorf("%q prints %q, not %q", args, out, words)
	}
}

// json runs a command with --json and reads what it prints.
func (l *line) json(into any, args ...string) {
	l.t.Helper()
	if err := json.Unmarshal([]byte(l.ok("", append(args, "--json")...)), into); err != nil {
		l.t.Fatal(err)
	}
}

package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCreditNotesOnTheCommandLine(t *testing.T) {
	l := newLine(t)
	l.customer()
	l.ok("", "usage", "import", l.file("focus.csv", focus), "--create-projects")
	l.ok("", "seller", "set", "--name", "Seller Inc", "--address-line1", "1 Main Street", "--city", "Austin", "--region", "TX", "--postal-code", "78701", "--country", "US")
	l.ok("", "tax", "import") // this seller wants to charge European customers VAT
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 1", "--city", "Espoo", "--postal-code", "02100", "--country", "FI")
	l.ok("", "invoices", "close", "--month", "2024-09")
	number := "BF-2024-000001"
	l.refused("missing flags: --reason", "invoices", "credit", number)
	l.refused("There is no invoice BF-1", "invoices", "credit", "BF-1", "--reason", "x")
	l.refused("amount: Enter an amount above zero and up to 12.35 USD", "invoices", "credit", number, "--line", "2", "--amount", "12.36", "--reason", "x")
	l.refused("line: Enter the place of a line", "invoices", "credit", number, "--line", "3", "--reason", "x")
	var note creditNote
	if err := json.Unmarshal([]byte(l.ok("", "invoices", "credit", number, "--line", "2", "--amount", "2.35", "--reason", "Outage", "--json")), &note); err != nil {
		t.Fatal(err)
	}
	if note.Number != "BF-CN-2024-000001" || note.Subtotal != "2.35" || note.Tax != "0.60" || note.Total != "2.95" || note.InvoiceDue != "12.55" || note.InvoiceState != "issued" || len(note.Lines) != 1 || note.Lines[0].Amount != "2.35" {
		t.Errorf("%+v", note)
	}
	l.ok("", "payments", "record", number, "--reference", "RF1")
	if out := l.ok("", "invoices", "credit", number, "--reason", "Goodwill"); !strings.Contains(out, "Credit note BF-CN-2024-000002 credits 12.55 USD of invoice BF-2024-000001, which is paid: 0.00 USD due. Refund 12.55 USD, then run billfold payments refund BF-2024-000001.") {
		t.Error(out)
	}
	l.refused("All of this invoice is credited already", "invoices", "credit", number, "--reason", "x")
	l.refused("missing flags: --reference", "payments", "refund", number)
	l.refused("amount: Enter an amount above zero and up to 12.55 USD, which is to be refunded", "payments", "refund", number, "--reference", "BACK1", "--amount", "12.56")
	l.refused("date: Write the day as YYYY-MM-DD", "payments", "refund", number, "--reference", "BACK1", "--date", "1.10.2024")
	if out := l.ok("", "payments", "refund", number, "--reference", "BACK1", "--amount", "2.55", "--date", "2024-10-01", "--json"); strings.TrimSpace(out) != `{"amount":"2.55","currency":"USD","invoice_number":"BF-2024-000001","state":"paid","to_refund":"10.00"}` {
		t.Error(out)
	}
	if out := l.ok("", "payments", "refund", number, "--reference", "BACK2"); !strings.Contains(out, "10.00 USD of invoice BF-2024-000001 refunded, 0.00 USD still to be refunded. It is paid.") {
		t.Error(out)
	}
	l.refused("Nothing of invoice BF-2024-000001 is to be refunded", "payments", "refund", number, "--reference", "BACK3")
	l.ok("", "verify")
	if out := l.ok("", "invoices", "credit", "--help"); !strings.Contains(out, "Usage: billfold invoices credit ") {
		t.Error(out)
	}
}

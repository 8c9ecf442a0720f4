package documents

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"billfold/models/money"
)

func readCSV(t *testing.T, inv Invoice) [][]string {
	t.Helper()
	var out bytes.Buffer
	if err := CSV(&out, inv); err != nil {
		t.Fatal(err)
	}
	text, bom := strings.CutPrefix(out.String(), "\ufeff")
	if !bom {
		t.Error("no byte order mark")
	}
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Error("line ends are not CRLF (RFC 4180)")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCSV(t *testing.T) {
	inv := withCredits()
	inv.Projects[0].Lines[1].Amount = eur(-1234)
	inv = reckon(inv, inv.Taxes...)
	rows := readCSV(t, inv)
	if got := strings.Join(rows[0], ","); got != "invoice_number,line_type,project,service,type,plan,cloud,begin,end,quantity,unit,unit_price,amount,currency,description" {
		t.Errorf("head %s", got)
	}
	if got := strings.Join(rows[1], ","); got != "BF-2026-000412,service_charge,data-platform,orders-db,pg,business-16,google-europe-west1,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,744,hours,0.10805108,80.39,EUR," {
		t.Errorf("line %s", got)
	}
	sum, credits := money.Zero("EUR"), 0
	for _, row := range rows[1:] {
		a, err := money.Parse(row[12], "EUR")
		if err != nil {
			t.Fatal(err)
		}
		sum = must(sum.Add(a))
		if row[1] == "credit_consumption" {
			credits++
		}
	}
	if sum != inv.Taxable || credits != 2 || len(rows) != 1+7+2 {
		t.Errorf("%d rows, %d credits, sum %s; want 10, 2, %s", len(rows), credits, sum, inv.Taxable)
	}
	if last := strings.Join(rows[9], ","); last != "BF-2026-000412,credit_consumption,checkout,,outage,,,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,,,,-42.17,EUR,Credit OUTAGE-17" {
		t.Errorf("credit %s", last)
	}
}

func TestCSVFormulas(t *testing.T) {
	for in, want := range map[string]string{
		`=HYPERLINK("http://x";"y")`: `'=HYPERLINK("http://x";"y")`, "+1+2": "'+1+2", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1",
		" =1": "' =1", "＝1": "'＝1", "-12.50": "-12.50", "+7": "+7", "plain": "plain", "a=b": "a=b", "": "", "say \"hi\", ok": "say \"hi\", ok",
	} {
		inv := sample("EUR", 1)
		inv.Projects[0].Name, inv.Projects[0].Lines[0].Description = in, in
		row := readCSV(t, inv)[1]
		if row[2] != want || row[14] != want {
			t.Errorf("%q became %q and %q, want %q", in, row[2], row[14], want)
		}
	}
}

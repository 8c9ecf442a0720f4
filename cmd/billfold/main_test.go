package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// line is one run of the command line on a database of its own.
type line struct {
	t   *testing.T
	dir string
}

func newLine(t *testing.T) *line {
	dir := t.TempDir()
	t.Setenv("BILLFOLD_DATABASE_URL", "sqlite:"+filepath.Join(dir, "test.db"))
	t.Setenv("BILLFOLD_CLOCK", "2024-10-02T08:00:00Z")
	l := &line{t: t, dir: dir}
	l.ok("", "migrate")
	return l
}

func (l *line) run(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func (l *line) ok(stdin string, args ...string) string {
	l.t.Helper()
	code, out, errs := l.run(stdin, args...)
	if code != 0 {
		l.t.Fatalf("billfold %s: exit %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

// refused wants exit code 1, nothing on stdout, and an error on stderr that has the words.
func (l *line) refused(words string, args ...string) {
	l.t.Helper()
	code, out, errs := l.run("", args...)
	if code != 1 || out != "" || !strings.Contains(errs, words) {
		l.t.Errorf("billfold %s: exit %d, stdout %q, stderr %q; want exit 1 and %q", strings.Join(args, " "), code, out, errs, words)
	}
}

func (l *line) file(name, content string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

func (l *line) customer() {
	l.t.Helper()
	l.ok("a long enough secret\n", "users", "create", "ana@example.com")
	l.ok("", "accounts", "create", "Acme", "--owner", "ana@example.com")
}

const focus = `"BilledCost","BillingCurrency","ChargeCategory","ChargeDescription","ChargePeriodStart","ChargePeriodEnd","PricingQuantity","PricingUnit","RegionId","ResourceId","ResourceName","Id","ServiceName","SkuId","SubAccountId","SubAccountName","Tags"
0.00000080000,"USD","Usage","Requests","2024-09-18 22:00:00","2024-09-18 23:00:00",2,"Requests","us-west-2","arn:1",NULL,1,"Queue","SKU1","111","Atlas Nimbus",NULL
12.34500000001,"USD","Usage","Hours","2024-09-19 22:00:00","2024-09-19 23:00:00",1,"Hours","us-west-2","arn:2",NULL,2,"Compute","SKU2","222","Zenith Eclipse","{""team"": ""a""}"
`

func TestFromUsageToInvoice(t *testing.T) {
	l := newLine(t)
	l.customer()
	path := l.file("focus.csv", focus)
	first := l.ok("", "usage", "import", path, "--create-projects", "--json")
	if strings.TrimSpace(first) != `{"accepted":2,"duplicates":0}` {
		t.Errorf("first import: %s", first)
	}
	if again := l.ok("", "usage", "import", path, "--create-projects", "--json"); strings.TrimSpace(again) != `{"accepted":0,"duplicates":2}` {
		t.Errorf("second import: %s", again)
	}
	l.refused("run: billfold seller set", "invoices", "close", "--month", "2024-09")
	l.ok("", "seller", "set", "--name", "Seller Inc", "--address-line1", "1 Main Street", "--city", "Austin", "--region", "TX", "--postal-code", "78701", "--country", "US")
	if out := l.ok("", "invoices", "close", "--month", "2024-09"); !strings.Contains(out, "parked") || !strings.Contains(out, "billing information is incomplete") {
		t.Errorf("without billing information: %s", out)
	}
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 1", "--city", "Espoo", "--postal-code", "02100", "--country", "FI")
	var report closeReport
	if err := json.Unmarshal([]byte(l.ok("", "invoices", "close", "--month", "2024-09", "--json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Groups[0].Total != "12.35" {
		t.Errorf("a seller outside the EU charges %s, without tax rates of its own", report.Groups[0].Total)
	}
	if report.Issued != 1 || report.ExactCosts["USD"] != "12.34500080001" || report.RoundedSums["USD"] != "12.35" || report.ExactSums["USD"] != "12.34500080001" {
		t.Errorf("report: %+v", report)
	}
	number := report.Groups[0].Number
	if number != "BF-2024-000001" {
		t.Errorf("number %q", number)
	}
	if out := l.ok("", "payments", "record", number, "--reference", "RF1", "--json"); !strings.Contains(out, `"state":"paid"`) {
		t.Errorf("payment: %s", out)
	}
	l.ok("", "verify")
}

func TestASellerInTheEUGetsItsRates(t *testing.T) {
	l := newLine(t)
	l.customer()
	l.ok("", "usage", "import", l.file("focus.csv", focus), "--create-projects")
	l.ok("", "seller", "set", "--name", "Seller Oy", "--address-line1", "Katu 1", "--city", "Helsinki", "--postal-code", "00100", "--country", "FI")
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 1", "--city", "Espoo", "--postal-code", "02100", "--country", "FI")
	if out := l.ok("", "invoices", "close", "--month", "2024-09"); !strings.Contains(out, "no exchange rate from USD to EUR") {
		t.Errorf("VAT on a dollar invoice must be stated in euro too: %s", out)
	}
	l.ok("", "rates", "import", l.file("rates.csv", "date,base,currency,rate\n2024-09-30,EUR,USD,1.1196\n"))
	if out := l.ok("", "invoices", "close", "--month", "2024-09"); !strings.Contains(out, "with tax 15.50 USD") {
		t.Errorf("25.5%% on 12.35: %s", out)
	}
}

func TestBadInputIsRefusedInOneSentence(t *testing.T) {
	l := newLine(t)
	l.customer()
	l.refused("unknown flag --nope", "serve", "--nope")
	l.refused("Write the month as YYYY-MM", "invoices", "close", "--month", "2024-13")
	l.refused("ends on 31 Oct 2024", "invoices", "close", "--month", "2024-10")
	l.refused("There is no user bo@example.com", "accounts", "create", "X", "--owner", "bo@example.com")
	l.refused("must be sqlite:PATH or postgres://", "migrate", "--database-url", "mysql://x")
	l.refused("does not exist", "migrate", "--database-url", "sqlite:/no/such/folder/x.db")
	l.refused("RFC 3339", "migrate", "--clock", "tomorrow")
	l.refused("cannot read /no/such/file", "usage", "import", "/no/such/file")
	l.refused("is not a billing currency", "credits", "issue", "--type", "promotion", "--value", "1", "--currency", "XXX")
	l.refused("Password must be", "users", "create", "bo@example.com")
	l.refused("There is no invoice BF-1", "payments", "record", "BF-1", "--reference", "x")
	if _, _, errs := l.run("", "migrate", "--database-url", "postgres://u:topsecret@127.0.0.1:1/x"); strings.Contains(errs, "topsecret") {
		t.Errorf("the password is in the error: %s", errs)
	}
}

func TestUsageWithErrorsTakesInNothing(t *testing.T) {
	l := newLine(t)
	l.customer()
	bad := strings.Replace(focus, "12.34500000001", "twelve", 1)
	l.refused(`line 3`, "usage", "import", l.file("bad.csv", bad), "--create-projects")
	l.refused(`BilledCost`, "usage", "import", l.file("bad.csv", bad), "--create-projects")
	if out := l.ok("", "usage", "import", l.file("good.csv", focus), "--create-projects", "--json"); strings.TrimSpace(out) != `{"accepted":2,"duplicates":0}` {
		t.Errorf("something of the bad file was taken in: %s", out)
	}
}

func TestServeRefusals(t *testing.T) {
	l := newLine(t)
	l.customer()
	l.refused("not a demo's", "serve", "--demo", "--listen", "127.0.0.1:0")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	l.refused("is in use by another program", "serve", "--listen", taken.Addr().String())
	release, err := exclusively(os.Getenv("BILLFOLD_DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	l.refused("is in use by a running billfold serve", "serve", "--listen", "127.0.0.1:0")
	l.refused("is in use by a running billfold serve", "migrate")
	release()
	l.refused("--public-url must be https", "serve", "--listen", "127.0.0.1:0", "--public-url", "http://billing.example.com")
	l.refused("needs --public-url", "serve", "--listen", "0.0.0.0:0")
}

func TestEveryCommandHasHelp(t *testing.T) {
	l := newLine(t)
	for _, words := range []string{"", "serve", "migrate", "accounts create", "users create", "usage import", "invoices close", "credits issue", "seller set",
		"rates import", "tax import", "billing-information set", "payments record", "verify", "vat confirm"} {
		args := append(strings.Fields(words), "--help")
		if out := l.ok("", args...); !strings.Contains(out, "Usage: billfold "+words) {
			t.Errorf("billfold %s --help: %s", words, out)
		}
	}
}

package usage_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/usage"
)

// What producers send by mistake or on purpose, each between good records: refused by record, field and
// reason, with nothing taken in.
func TestBadRecordsAreRefused(t *testing.T) {
	large := strings.Repeat("x", 10<<20)
	digits := strings.Repeat("4", 40)
	type bad struct {
		native [2]string         // replace the first by the second in line 2
		focus  map[string]string // cells of row 2, line 3
		field  string            // of NDJSON; column of FOCUS when it differs, after a slash
		says   string
	}
	cases := map[string]bad{
		"reversed":       {[2]string{`T01:00`, `T00:00`}, map[string]string{"ChargePeriodEnd": "2024-09-30 22:00:00"}, "end/ChargePeriodEnd", "the end must be after the start"},
		"future":         {[2]string{`"start":"2026-11-01T00:00:00Z","end":"2026-11-01`, `"start":"2027-11-01T00:00:00Z","end":"2027-11-01`}, map[string]string{"ChargePeriodStart": "2027-09-30 22:00:00", "ChargePeriodEnd": "2027-09-30 23:00:00"}, "start/ChargePeriodStart", "is in the future"},
		"too long ago":   {[2]string{`"start":"2026`, `"start":"1970`}, map[string]string{"ChargePeriodStart": "1970-01-01 00:00:00"}, "start/ChargePeriodStart", "too long ago"},
		"over a year":    {[2]string{`"start":"2026-11`, `"start":"2025-10`}, map[string]string{"ChargePeriodStart": "2023-09-29 22:00:00"}, "end/ChargePeriodEnd", "366 days"},
		"line type":      {[2]string{`"cost"`, `"line_type":"gift","cost"`}, map[string]string{"ChargeCategory": "Gift"}, "line_type/ChargeCategory", "one of"},
		"tax":            {[2]string{`"cost"`, `"line_type":"tax","cost"`}, map[string]string{"ChargeCategory": "Tax"}, "line_type/ChargeCategory", ""},
		"currency":       {[2]string{`"cost"`, `"currency":"EUR","cost"`}, map[string]string{"BillingCurrency": "EUR"}, "currency/BillingCurrency", ""},
		"10 MB of tags":  {[2]string{`"cost"`, `"tags":{"k":"` + large + `"},"cost"`}, map[string]string{"Tags": `{"k":"` + large + `"}`}, "tags/Tags", "shorten the tags to 65536 bytes together; they have 10485761"},
		"40 digits":      {[2]string{`0.01`, digits}, map[string]string{"BilledCost": digits}, "cost/BilledCost", "more than 20 digits"},
		"40 decimals":    {[2]string{`0.01`, "0." + digits}, map[string]string{"BilledCost": "0." + digits}, "cost/BilledCost", "more than 18 decimals"},
		"exponent":       {[2]string{`"0.01"`, `1e999999`}, map[string]string{"BilledCost": "1e999999"}, "cost/BilledCost", "is not a number"},
		"exponent text":  {[2]string{`0.01`, `1e-999999999`}, map[string]string{"BilledCost": "1e-999999999"}, "cost/BilledCost", "is not a number"},
		"1e999":          {[2]string{`0.01`, `1e999`}, map[string]string{"BilledCost": "1e999"}, "cost/BilledCost", "more than 20 digits"},
		"infinity":       {[2]string{`0.01`, `Infinity`}, map[string]string{"BilledCost": "Infinity"}, "cost/BilledCost", "is not a number"},
		"NUL":            {[2]string{`"bad"`, `"bad\u0000"`}, map[string]string{"Id": "bad\x00"}, "record_id/Id", "U+0000"},
		"NUL in a tag":   {[2]string{`"cost"`, `"tags":{"k":"\u0000"},"cost"`}, map[string]string{"Tags": `{"k":"\u0000"}`}, "tags/Tags", `tag "k": take out the control character U+0000`},
		"not UTF-8":      {[2]string{`"s"`, "\"s\xff\""}, map[string]string{"ResourceName": "s\xff"}, "/ResourceName", "UTF-8"},
		"tags not UTF-8": {[2]string{`"cost"`, "\"tags\":{\"k\":\"\xff\"},\"cost\""}, map[string]string{"Tags": "{\"k\":\"\xff\"}"}, "/Tags", "UTF-8"},
		"nested tags":    {[2]string{`"cost"`, `"tags":{"k":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `},"cost"`}, map[string]string{"Tags": `{"k":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`}, "tags/Tags", "plain text"},
		"deeply nested":  {[2]string{`"cost"`, `"tags":` + strings.Repeat(`{"k":`, 1<<20) + "1" + strings.Repeat("}", 1<<20) + `,"cost"`}, map[string]string{"Tags": strings.Repeat(`{"k":`, 1<<20) + "1" + strings.Repeat("}", 1<<20)}, "/Tags", "nested too deeply"},
		"half a pair":    {[2]string{`"s"`, `"s\ud800"`}, map[string]string{"Tags": `{"k":"\ud800"}`}, "service_name/Tags", ""},
		"a million keys": {[2]string{`"cost"`, manyKeys(200_000) + `,"cost"`}, map[string]string{"Tags": "{" + manyKeys(200_000) + "}"}, "k0/Tags", ""},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		for name, c := range cases {
			native, column, _ := strings.Cut(c.field, "/")
			line := `{"record_id":"bad","project":"api","service_name":"s","start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00Z","cost":"0.01"}`
			changed := strings.Replace(line, c.native[0], c.native[1], 1)
			if changed == line {
				t.Fatalf("%s changes nothing", name)
			}
			cells := map[string]string{"SubAccountId": "42", "Id": "bad"}
			for k, v := range c.focus {
				cells[k] = v
			}
			good := map[string]string{"SubAccountId": "42", "Id": "good"}
			for format, f := range map[string]struct{ text, where, field string }{
				"NDJSON": {strings.ReplaceAll(line, "bad", "good") + "\n" + changed + "\n", "line 2", native},
				"FOCUS":  {focusHeader + "\n" + focusRow(good) + "\n" + focusRow(cells) + "\n", "line 3, id ", column},
			} {
				got, err := w.importing(context.Background(), f.text, nil)
				if models.KindOf(err) != models.Invalid || got != (usage.Result{}) {
					t.Errorf("%s, %s: %+v %.300v", format, name, got, err)
					continue
				}
				if text := err.Error(); !strings.Contains(text, f.where) || !strings.Contains(text, f.field+": ") || !strings.Contains(text, c.says) || len(text) > 64<<10 {
					t.Errorf("%s, %s: %.500s", format, name, text)
				}
			}
		}
		if w.shape() != "" || w.count(`SELECT COUNT(*) FROM usage_records`) != 0 {
			t.Errorf("taken in: %s", w.shape())
		}
	})
}

func manyKeys(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `,"k%d":"v"`, i)
	}
	return out.String()[1:]
}

// repeated gives a text, then one character for ever, up to n bytes, without holding them.
type repeated struct {
	start string
	c     byte
	n, at int64
}

func (r *repeated) Read(p []byte) (int, error) {
	n := 0
	for ; n < len(p) && r.at < r.n; n, r.at = n+1, r.at+1 {
		p[n] = r.c
		if r.at < int64(len(r.start)) {
			p[n] = r.start[r.at]
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A line of 100 MB, or a quote that is never closed, is refused at 16 MB and not read into memory.
func TestLongLinesAreNotReadIntoMemory(t *testing.T) {
	for name, c := range map[string]struct {
		start string
		c     byte
		line  int
	}{
		"NDJSON":       {nativeLine + "\n" + `{"record_id":"`, 'x', 2},
		"FOCUS":        {focusHeader + "\n" + focusRow(nil) + "\n\"", 'x', 3},
		"open quote":   {focusHeader + "\n" + focusRow(nil) + "\n\"", '\n', 3},
		"FOCUS header": {`"BilledCost`, 'x', 1},
		"brackets":     {nativeLine + "\n", '[', 2},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		source := &repeated{start: c.start, c: c.c, n: 1 << 30}
		_, err := readAll(source, usage.FormatAuto)
		runtime.ReadMemStats(&after)
		if models.KindOf(err) != models.Invalid || !strings.Contains(err.Error(), fmt.Sprintf("line %d: it is longer than 16777216 bytes", c.line)) {
			t.Errorf("%s: %.300v", name, err)
		}
		if source.at > 20<<20 {
			t.Errorf("%s: %d bytes were read", name, source.at)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 300<<20 {
			t.Errorf("%s: %d MB of memory were used", name, used>>20)
		}
	}
}

// Numbers that code hands over are bound as quickly as written ones: none is ever written out.
func TestHugeExponentsAreRefusedAtOnce(t *testing.T) {
	for _, exponent := range []int32{1 << 30, -1 << 30} {
		done := make(chan string)
		go func() {
			r := rec("r", "2026-11-01T00:00:00Z", "1")
			huge := decimal.New(7, exponent)
			r.Cost = &huge
			done <- fmt.Sprint(r.Check(now))
		}()
		select {
		case got := <-done:
			if !strings.Contains(got, "cost") || !strings.Contains(got, "the number has more than") {
				t.Error(got)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("1e%d takes for ever", exponent)
		}
	}
}

package usage_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"billfold/models/money"
	"billfold/models/usage"
)

// FuzzFOCUS reads anything: it must never panic, refuse only with a line and a reason, and let
// nothing through that a database would refuse or round.
func FuzzFOCUS(f *testing.F) {
	f.Add(focusHeader + "\n" + focusRow(nil) + "\n")
	f.Add("\ufeff" + focusHeader + "\r\n" + focusRow(map[string]string{"Id": "NULL", "Tags": `{"a": "b"}`}) + "\r\n")
	f.Add(focusHeader + "\n" + focusRow(map[string]string{"ChargeCategory": "Tax", "BilledCost": "1e999"}))
	f.Add(strings.Replace(focusHeader, `"Id"`, `"id"`, 1) + "\n" + focusRow(map[string]string{"ResourceId": strings.Repeat("é", 300)}))
	f.Fuzz(func(t *testing.T, text string) { holds(t, text, usage.FormatFOCUS) })
}

// FuzzNative is the same for NDJSON.
func FuzzNative(f *testing.F) {
	f.Add(nativeLine + "\n" + nativeLine)
	f.Add(`{"record_id":"r","project":"p","cost":1e-18,"tags":{"a":null}}`)
	f.Fuzz(func(t *testing.T, text string) { holds(t, text, usage.FormatBillfold) })
}

func holds(t *testing.T, text string, format usage.Format) {
	recs, err := readAll(strings.NewReader(text), format)
	if err != nil {
		var p *usage.Problems
		if !errors.As(err, &p) || len(recs) > 0 || p.Total == 0 || p.List[0].Line < 1 || p.List[0].Reason == "" {
			t.Fatalf("%d records, %v", len(recs), err)
		}
		if !utf8.ValidString(err.Error()) {
			t.Fatalf("the error is not UTF-8: %q", err)
		}
		return
	}
	for _, r := range recs {
		if bad := r.Check(now); len(bad) > 0 {
			t.Fatalf("taken, but %v", bad)
		}
		if r.Cost == nil || money.Bound(*r.Cost) != nil || r.Line < 1 || r.ID == "" || len(r.ContentHash("p")) != 32 {
			t.Fatalf("taken: %+v", r)
		}
	}
}

package usage_test

import (
	"errors"
	"strings"
	"testing"

	"billfold/models/usage"
)

const nativeLine = `{"record_id":"r1","project_external_id":"42","project":"api","service_name":"pg","service_type":"pg","service_plan":"b4","cloud":"gcp","start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00+00:00","quantity":1.50,"unit":"h","unit_price":"0.1234567890123456789e1","cost":null,"description":"d","line_type":"extra_charge","tags":{"env":"prod"}}`

func TestNativeLine(t *testing.T) {
	recs, err := read("\n" + nativeLine + "\r\n\n")
	if err != nil || len(recs) != 1 {
		t.Fatal(err)
	}
	r := recs[0]
	if r.ID != "r1" || r.ProjectExternalID != "42" || r.Project != "api" || r.ServiceName != "pg" || r.ServicePlan != "b4" || r.Cloud != "gcp" ||
		r.Quantity.String() != "1.5" || r.UnitPrice.String() != "1.234567890123456789" || r.Cost.String() != "1.851851835185185184" ||
		r.LineType != usage.ExtraCharge || r.Tags["env"] != "prod" || r.Line != 2 || r.Unit != "h" || r.Description != "d" || r.ServiceType != "pg" {
		t.Errorf("%+v cost %s", r, r.Cost)
	}
}

func TestNativeDecimalsAreNoFloats(t *testing.T) {
	// 0.1 + 0.2 and 2^53 + 1 are what floats lose.
	for _, literal := range []string{"9007199254740993.000000000000000001", `"9007199254740993.000000000000000001"`} {
		recs, err := read(`{"record_id":"r","project":"p","service_name":"s","start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00Z","cost":` + literal + `}`)
		if err != nil || recs[0].Cost.String() != "9007199254740993.000000000000000001" || recs[0].Quantity.String() != "1" {
			t.Errorf("%s: %v %v", literal, recs, err)
		}
	}
}

func TestNativeErrors(t *testing.T) {
	with := func(old, new string) string {
		if !strings.Contains(nativeLine, old) {
			t.Fatalf("no %q in the line", old)
		}
		return strings.Replace(nativeLine, old, new, 1)
	}
	for name, c := range map[string]struct{ line, field, says string }{
		"unknown field":   {with(`"cloud"`, `"clowd"`), "clowd", "there is no such field"},
		"field twice":     {with(`"cloud"`, `"unit"`), "", `"unit" is there twice`},
		"not JSON":        {`{"record_id":`, "", "not valid JSON"},
		"two objects":     {nativeLine + nativeLine, "", "something after the JSON object"},
		"an array":        {"[" + nativeLine + "]", "", "not a JSON object"},
		"number as text":  {with(`"r1"`, `1`), "record_id", "string in quotes"},
		"NaN":             {with(`1.50`, `"NaN"`), "quantity", "is not a number"},
		"truth as number": {with(`1.50`, `true`), "quantity", "is not a number"},
		"19 decimals":     {with(`1.50`, `0.0000000000000000001`), "quantity", "more than 18 decimals"},
		"no quantity":     {with(`1.50`, `null`), "quantity", "give the quantity"},
		"time as number":  {with(`"2026-11-01T00:00:00Z"`, `1730419200`), "start", "as a string"},
		"bad time":        {with(`"2026-11-01T00:00:00Z"`, `"yesterday"`), "start", "is not a time"},
		"the future":      {with(`"2026-11-01T00:00:00Z"`, `"2026-11-22T14:06:00Z"`), "start", "in the future"},
		"tags as a list":  {with(`{"env":"prod"}`, `["env"]`), "tags", "JSON object"},
		"NUL":             {with(`"b4"`, `"b\u0000"`), "service_plan", "control character"},
		"broken UTF-8":    {with(`"b4"`, "\"b\xff\""), "", "UTF-8"},
		"too long":        {with(`"b4"`, `"`+strings.Repeat("b", 16<<20)+`"`), "", "longer than 16777216 bytes"},
	} {
		recs, err := readAll(strings.NewReader(nativeLine+"\n"+c.line+"\n"), usage.FormatBillfold)
		var p *usage.Problems
		if !errors.As(err, &p) || len(recs) != 0 {
			t.Errorf("%s: %v %v", name, recs, err)
			continue
		}
		found := false
		for _, one := range p.List {
			found = found || one.Line == 2 && one.Field == c.field && strings.Contains(one.Reason, c.says)
		}
		if !found {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFormatIsToldByTheContent(t *testing.T) {
	for text, says := range map[string]string{
		" \n{\"a\":1}":  "there is no such field",
		"a,b\n":         "this column is missing",
		"[{\"a\":1}]\n": "not a JSON object",
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := usage.ParseFormat("xml"); err == nil {
		t.Error("xml is a format")
	}
	if recs, err := readAll(strings.NewReader(""), usage.FormatBillfold); err != nil || len(recs) != 0 {
		t.Errorf("no records: %v %v", recs, err)
	}
}

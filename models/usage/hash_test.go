package usage_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models/usage"
)

func checked(t *testing.T, change func(r *usage.Record)) usage.Record {
	t.Helper()
	r := good()
	r.Tags = map[string]string{"env": "prod", "team": "core"}
	change(&r)
	if bad := r.Check(now); len(bad) > 0 {
		t.Fatal(bad)
	}
	return r
}

func TestHashesTellContentApart(t *testing.T) {
	base := checked(t, func(*usage.Record) {})
	content, line := base.ContentHash("p"), base.LineKey("p")
	for name, c := range map[string]struct {
		change      func(r *usage.Record)
		sameContent bool
		sameLine    bool
	}{
		"other id":                   {func(r *usage.Record) { r.ID = "r2" }, true, true},
		"other way to the project":   {func(r *usage.Record) { r.Project, r.ProjectExternalID = "", "x" }, true, true},
		"more zeros":                 {func(r *usage.Record) { r.UnitPrice, r.Quantity = num("0.500"), *num("1.0") }, true, true},
		"cost written out":           {func(r *usage.Record) { r.Cost = num("0.50") }, true, true},
		"line type written out":      {func(r *usage.Record) { r.LineType = usage.ServiceCharge }, true, true},
		"another zone":               {func(r *usage.Record) { r.Start = r.Start.In(time.FixedZone("", 7200)) }, true, true},
		"other quantity":             {func(r *usage.Record) { r.Quantity = *num("2") }, false, true},
		"other cost":                 {func(r *usage.Record) { r.Cost = num("0.6") }, false, true},
		"a second earlier":           {func(r *usage.Record) { r.Start = r.Start.Add(-time.Second) }, false, true},
		"a second longer":            {func(r *usage.Record) { r.End = r.End.Add(time.Second) }, false, true},
		"the month before":           {func(r *usage.Record) { r.Start = r.Start.AddDate(0, -1, 0) }, false, false},
		"service":                    {func(r *usage.Record) { r.ServiceName = "x" }, false, false},
		"type":                       {func(r *usage.Record) { r.ServiceType = "x" }, false, false},
		"plan":                       {func(r *usage.Record) { r.ServicePlan = "x" }, false, false},
		"cloud":                      {func(r *usage.Record) { r.Cloud = "x" }, false, false},
		"line type":                  {func(r *usage.Record) { r.LineType = usage.ExtraCharge }, false, false},
		"unit":                       {func(r *usage.Record) { r.Unit = "x" }, false, false},
		"unit price":                 {func(r *usage.Record) { r.UnitPrice = num("0.51"); r.Cost = num("0.5") }, false, false},
		"no unit price":              {func(r *usage.Record) { r.UnitPrice = nil; r.Cost = num("0.5") }, false, false},
		"price of zero":              {func(r *usage.Record) { r.UnitPrice = num("0"); r.Cost = num("0.5") }, false, false},
		"description":                {func(r *usage.Record) { r.Description = "x" }, false, false},
		"a tag more":                 {func(r *usage.Record) { r.Tags["a"] = "" }, false, false},
		"a tag's value":              {func(r *usage.Record) { r.Tags["env"] = "dev" }, false, false},
		"a border moved":             {func(r *usage.Record) { r.ServiceType, r.ServicePlan = "pgb", "usiness-4" }, false, false},
		"tags moved into each other": {func(r *usage.Record) { r.Tags = map[string]string{"env": "prodt", "eam": "core"} }, false, false},
	} {
		r := checked(t, c.change)
		if got := bytes.Equal(r.ContentHash("p"), content); got != c.sameContent {
			t.Errorf("%s: same content %v", name, got)
		}
		if got := r.LineKey("p") == line; got != c.sameLine {
			t.Errorf("%s: same line %v", name, got)
		}
	}
	if bytes.Equal(base.ContentHash("q"), content) || base.LineKey("q") == line {
		t.Error("another project has the same hash")
	}
	none, zero := checked(t, func(r *usage.Record) { r.UnitPrice, r.Cost = nil, num("0") }), checked(t, func(r *usage.Record) { r.UnitPrice = num("0") })
	if none.LineKey("p") == zero.LineKey("p") {
		t.Error("no price and a price of zero are the same line")
	}
}

func TestTagsJSON(t *testing.T) {
	if got := usage.TagsJSON(map[string]string{"b": `<"x">`, "a": ""}); got != `{"a":"","b":"<\"x\">"}` {
		t.Error(got)
	}
	if got := usage.TagsJSON(nil); got != "{}" {
		t.Error(got)
	}
}

// Hashes are stored: those of an earlier version must come out again, or nothing would be a duplicate.
func TestHashesStayAsTheyAre(t *testing.T) {
	long := map[string]string{"": "", "é": "\"\\<\u2028", "big": strings.Repeat("x", 5000)}
	for i, c := range []struct {
		r             usage.Record
		content, line string
	}{
		{good(), "3dba8dd52072e2a8", "9eff8c40f852607d"},
		{checked(t, func(*usage.Record) {}), "eb89ff236e43e1a3", "2bbafe1076c70807"},
		{checked(t, func(r *usage.Record) { r.UnitPrice, r.Cost = nil, num("-99999999999999999999.999999999999999999") }), "dc667ae7fc5de6f6", "6a7872a51ecf0f51"},
		{checked(t, func(r *usage.Record) { r.UnitPrice, r.Cost, r.Quantity = num("1e19"), num("0.00"), *num("1e-18") }), "fb452159cf951365", "60e3505e4aaef08e"},
		{checked(t, func(r *usage.Record) {
			r.LineType, r.Description, r.Unit = usage.ExtraCharge, strings.Repeat("ü", 1000), "h"
		}), "62fe67385b3d7349", "efe00c75078ab2a0"},
		{usage.Record{ID: "x", Tags: long, Cost: num("1.50")}, "130635979fdc42d6", "988de486ce7132ff"},
	} {
		key := c.r.LineKey("project")
		if content, line := fmt.Sprintf("%.8x", c.r.ContentHash("owner")), fmt.Sprintf("%.8x", key[:]); content != c.content || line != c.line {
			t.Errorf("%d: %q, %q", i, content, line)
		}
	}
}

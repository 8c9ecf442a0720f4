package usage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models/usage"
)

var now = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

func num(s string) *decimal.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

func good() usage.Record {
	return usage.Record{
		ID: "r1", Project: "api-prod", ServiceName: "pg-main", ServiceType: "pg", ServicePlan: "business-4",
		Cloud: "google-europe-west1", Start: now.Add(-time.Hour), End: now, Quantity: *num("1"), Unit: "hour", UnitPrice: num("0.5"),
	}
}

func TestCheckRefuses(t *testing.T) {
	const id = "01890000-0000-7000-8000-000000000000"
	for name, c := range map[string]struct {
		change func(r *usage.Record)
		field  string // empty: nothing is wrong
	}{
		"nothing":                {func(r *usage.Record) {}, ""},
		"no id":                  {func(r *usage.Record) { r.ID = "" }, "record_id"},
		"id of 255 characters":   {func(r *usage.Record) { r.ID = strings.Repeat("ü", 255) }, ""},
		"id of 256 characters":   {func(r *usage.Record) { r.ID = strings.Repeat("ü", 256) }, "record_id"},
		"NUL":                    {func(r *usage.Record) { r.ServicePlan = "a\x00b" }, "service_plan"},
		"broken UTF-8":           {func(r *usage.Record) { r.Cloud = "a\xffb" }, "cloud"},
		"long description":       {func(r *usage.Record) { r.Description = strings.Repeat("a", 1001) }, "description"},
		"no service":             {func(r *usage.Record) { r.ServiceName = "" }, "service_name"},
		"support by word":        {func(r *usage.Record) { r.ServiceName, r.LineType, r.Description = "", usage.SupportCharge, "Gold" }, ""},
		"support of nothing":     {func(r *usage.Record) { r.ServiceName, r.LineType = "", usage.SupportCharge }, "service_name"},
		"unknown line type":      {func(r *usage.Record) { r.LineType = "tax" }, "line_type"},
		"nobody pays":            {func(r *usage.Record) { r.Project = "" }, "project"},
		"project and group":      {func(r *usage.Record) { r.BillingGroupID = id }, "billing_group_id"},
		"group":                  {func(r *usage.Record) { r.Project, r.BillingGroupID = "", id }, ""},
		"group by name":          {func(r *usage.Record) { r.Project, r.BillingGroupID = "", "Default" }, "billing_group_id"},
		"project twice":          {func(r *usage.Record) { r.ProjectID = id }, "project_id"},
		"project id":             {func(r *usage.Record) { r.Project, r.ProjectID = "", id }, ""},
		"project id is no id":    {func(r *usage.Record) { r.Project, r.ProjectID = "", "1" }, "project_id"},
		"external id and name":   {func(r *usage.Record) { r.ProjectExternalID = "42" }, ""},
		"no start":               {func(r *usage.Record) { r.Start = time.Time{} }, "start"},
		"year 1970":              {func(r *usage.Record) { r.Start, r.End = time.Unix(0, 0), time.Unix(60, 0) }, "start"},
		"4 minutes ahead":        {func(r *usage.Record) { r.Start, r.End = now.Add(5*time.Minute), now.Add(time.Hour) }, ""},
		"more than 5 ahead":      {func(r *usage.Record) { r.Start, r.End = now.Add(5*time.Minute+time.Microsecond), now.Add(time.Hour) }, "start"},
		"no end":                 {func(r *usage.Record) { r.End = time.Time{} }, "end"},
		"end at start":           {func(r *usage.Record) { r.End = r.Start }, "end"},
		"end a nanosecond late":  {func(r *usage.Record) { r.End = r.Start.Add(time.Nanosecond) }, "end"}, // nothing is left of it
		"366 days":               {func(r *usage.Record) { r.Start = r.End.Add(-366 * 24 * time.Hour) }, ""},
		"more than 366 days":     {func(r *usage.Record) { r.Start = r.End.Add(-366*24*time.Hour - time.Microsecond) }, "end"},
		"neither price nor cost": {func(r *usage.Record) { r.UnitPrice = nil }, "cost"},
		"19 decimals":            {func(r *usage.Record) { r.UnitPrice = num("0.0000000000000000001") }, "unit_price"},
		"19 decimals of cost":    {func(r *usage.Record) { r.Cost = num("0.0000000000000000001") }, "cost"},
		"quantity too large":     {func(r *usage.Record) { r.Quantity = *num("100000000000000000000") }, "quantity"},
		"cost too large":         {func(r *usage.Record) { r.Quantity, r.UnitPrice = *num("99999999999999999999"), num("2") }, "unit_price"},
		"negative price":         {func(r *usage.Record) { r.UnitPrice = num("-1") }, ""},
		"tags of 64 KB":          {func(r *usage.Record) { r.Tags = map[string]string{"k": strings.Repeat("a", 64<<10-1)} }, ""},
		"tags above":             {func(r *usage.Record) { r.Tags = map[string]string{"k": strings.Repeat("a", 64<<10)} }, "tags"},
		"tag without a name":     {func(r *usage.Record) { r.Tags = map[string]string{"": "x"} }, "tags"},
		"tag in broken UTF-8":    {func(r *usage.Record) { r.Tags = map[string]string{"k": "\xff"} }, "tags"},
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			c.change(&r)
			bad := r.Check(now)
			switch {
			case c.field == "" && len(bad) > 0:
				t.Errorf("refused: %v", bad)
			case c.field != "" && (len(bad) != 1 || bad[0].Name != c.field || bad[0].Message == ""):
				t.Errorf("got %v, want one problem of %s", bad, c.field)
			}
		})
	}
}

func TestCheckNamesEveryBadField(t *testing.T) {
	bad := (&usage.Record{}).Check(now)
	var names []string
	for _, b := range bad {
		names = append(names, b.Name)
	}
	if got := strings.Join(names, " "); got != "record_id service_name project start end cost" {
		t.Errorf("an empty record: %s", got)
	}
}

func TestCostIsRoundedOnceHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ price, quantity, cost string }{
		{"0.5", "3", "1.5"},
		{"0.000000001", "0.0000000005", "0.000000000000000001"},         // 5 in the 19th place goes up
		{"-0.000000001", "0.0000000005", "-0.000000000000000001"},       // and away from zero
		{"0.000000001", "0.00000000049", "0"},                           // 4.9 goes down
		{"0.333333333333333333", "3", "0.999999999999999999"},           // nothing to round
		{"0.333333333333333333", "0.1", "0.033333333333333333"},         // 3 in the 19th place
		{"12345678901.123456789", "1000000000", "12345678901123456789"}, // 20 digits
	} {
		r := good()
		r.UnitPrice, r.Quantity = num(c.price), *num(c.quantity)
		if bad := r.Check(now); len(bad) > 0 || r.Cost.String() != c.cost {
			t.Errorf("%s x %s = %v, %v; want %s", c.price, c.quantity, r.Cost, bad, c.cost)
		}
	}
	r := good()
	r.Cost = num("7")
	if bad := r.Check(now); len(bad) > 0 || r.Cost.String() != "7" {
		t.Errorf("a given cost must win: %v %v", r.Cost, bad)
	}
}

func TestCheckBringsIntoOneForm(t *testing.T) {
	r := good()
	zone := time.FixedZone("CET", 3600)
	r.Start = r.Start.Add(123456789 * time.Nanosecond).In(zone)
	if bad := r.Check(now); len(bad) > 0 {
		t.Fatal(bad)
	}
	if r.Start.Location() != time.UTC || r.Start.Nanosecond() != 123456000 || r.LineType != usage.ServiceCharge {
		t.Errorf("start %v, line type %q", r.Start, r.LineType)
	}
}

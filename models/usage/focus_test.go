package usage_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/usage"
)

const focusHeader = `"BilledCost","BillingCurrency","ChargeCategory","ChargeDescription","ChargePeriodEnd","ChargePeriodStart","PricingQuantity","PricingUnit","RegionId","ResourceId","ResourceName","Id","ServiceName","SkuId","SubAccountId","SubAccountName","Tags"`

func focusRow(cells map[string]string) string {
	row := map[string]string{
		"BilledCost": "0.00001605990", "BillingCurrency": "USD", "ChargeCategory": "Usage", "ChargeDescription": "$0.40 per million requests",
		"ChargePeriodEnd": "2024-09-30 23:00:00", "ChargePeriodStart": "2024-09-30 22:00:00", "PricingQuantity": "2.00000000000",
		"PricingUnit": "Requests", "RegionId": "us-west-2", "ResourceId": "arn:aws:sqs:1", "ResourceName": "NULL", "Id": "11472",
		"ServiceName": "Amazon SQS", "SkuId": "G95F", "SubAccountId": "51738928782", "SubAccountName": "Atlas Nimbus", "Tags": "NULL",
	}
	maps.Copy(row, cells)
	var out []string
	for _, name := range strings.Split(strings.ReplaceAll(focusHeader, `"`, ""), ",") {
		out = append(out, `"`+strings.ReplaceAll(row[name], `"`, `""`)+`"`)
	}
	return strings.Join(out, ",")
}

// readAll reads a file as a whole, as only tests may.
func readAll(r io.Reader, format usage.Format) ([]usage.Record, error) {
	var all []usage.Record
	err := usage.Read(r, usage.ReadOptions{Format: format, PriceCurrency: "USD", Now: now}, func(batch []usage.Record) error {
		all = append(all, batch...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func read(text string) ([]usage.Record, error) {
	return readAll(strings.NewReader(text), usage.FormatAuto)
}

func readFOCUS(rows ...string) ([]usage.Record, error) {
	return read(focusHeader + "\n" + strings.Join(rows, "\n") + "\n")
}

func TestFOCUSRow(t *testing.T) {
	recs, err := readFOCUS(focusRow(map[string]string{"Tags": `{"env": "prod", "n": 1, "flag": true, "none": null, " env": "<x>"}`}))
	if err != nil || len(recs) != 1 {
		t.Fatal(len(recs), err)
	}
	r := recs[0]
	got := fmt.Sprint(r.ID, "|", r.ProjectExternalID, "|", r.Project, "|", r.ServiceName, "|", r.ServiceType, "|", r.ServicePlan, "|", r.Cloud, "|",
		r.Start.Format("2006-01-02T15:04:05Z07:00"), "|", r.End.Format("2006-01-02T15:04:05Z07:00"), "|", r.Quantity, "|", r.Unit, "|", r.UnitPrice, "|", r.Cost, "|",
		r.Description, "|", r.LineType, "|", usage.TagsJSON(r.Tags), "|", r.Line)
	want := "11472|51738928782|Atlas Nimbus|arn:aws:sqs:1|Amazon SQS|G95F|us-west-2|2024-09-30T22:00:00Z|2024-09-30T23:00:00Z|2|Requests|<nil>|0.0000160599|" +
		`$0.40 per million requests|service_charge|{" env":"<x>","env":"prod","flag":"true","n":"1","none":""}|2`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFOCUSVariants(t *testing.T) {
	for name, c := range map[string]struct {
		cells map[string]string
		show  func(r usage.Record) string
		want  string
	}{
		"time with T and Z":    {map[string]string{"ChargePeriodStart": "2024-09-30T22:00:00Z"}, func(r usage.Record) string { return r.Start.Format("15:04") }, "22:00"},
		"time with T":          {map[string]string{"ChargePeriodStart": "2024-09-30T22:00:00"}, func(r usage.Record) string { return r.Start.Format("15:04") }, "22:00"},
		"time without seconds": {map[string]string{"ChargePeriodStart": "2024-09-30T22:00Z"}, func(r usage.Record) string { return r.Start.Format("15:04") }, "22:00"},
		"time with fractions":  {map[string]string{"ChargePeriodStart": "2024-09-30 22:00:00.123456Z"}, func(r usage.Record) string { return r.Start.Format("15:04:05.000000") }, "22:00:00.123456"},
		"time with an offset":  {map[string]string{"ChargePeriodStart": "2024-09-30T22:00:00+02:00"}, func(r usage.Record) string { return r.Start.Format("15:04") }, "20:00"},
		"resource by name":     {map[string]string{"ResourceName": "my-vm"}, func(r usage.Record) string { return r.ServiceName }, "my-vm"},
		"no resource":          {map[string]string{"ResourceId": ""}, func(r usage.Record) string { return r.ServiceName }, "Amazon SQS"},
		"purchase":             {map[string]string{"ChargeCategory": "Purchase"}, func(r usage.Record) string { return string(r.LineType) }, "extra_charge"},
		"adjustment":           {map[string]string{"ChargeCategory": "Adjustment"}, func(r usage.Record) string { return string(r.LineType) }, "extra_charge"},
		"credit":               {map[string]string{"ChargeCategory": "Credit", "BilledCost": "-2.6137"}, func(r usage.Record) string { return string(r.LineType) + r.Cost.String() }, "extra_charge-2.6137"},
		"exponent":             {map[string]string{"BilledCost": "8E-7"}, func(r usage.Record) string { return r.Cost.String() }, "0.0000008"},
		"no quantity":          {map[string]string{"PricingQuantity": "NULL"}, func(r usage.Record) string { return r.Quantity.String() + r.Unit }, "1"},
		"name only":            {map[string]string{"SubAccountId": "NULL"}, func(r usage.Record) string { return r.ProjectExternalID + r.Project }, "Atlas Nimbus"},
		"line break in text":   {map[string]string{"ChargeDescription": "a\n b"}, func(r usage.Record) string { return r.Description }, "a b"},
		"comma and quote":      {map[string]string{"ChargeDescription": `a, "b"`}, func(r usage.Record) string { return r.Description }, `a, "b"`},
		"tags of nothing":      {map[string]string{"Tags": "{}"}, func(r usage.Record) string { return usage.TagsJSON(r.Tags) }, "{}"},
	} {
		recs, err := readFOCUS(focusRow(c.cells))
		if err != nil || len(recs) != 1 || c.show(recs[0]) != c.want {
			t.Errorf("%s: %v %v, want %s", name, recs, err, c.want)
		}
	}
	long := strings.Repeat("r", 300)
	recs, err := readFOCUS(focusRow(map[string]string{"ResourceId": long + "1"}), focusRow(map[string]string{"Id": "2", "ResourceId": long + "2"}))
	if err != nil || len(recs[0].ServiceName) != 255 || recs[0].ServiceName == recs[1].ServiceName {
		t.Errorf("long resource ids: %v %v", recs, err)
	}
}

func TestFOCUSErrorsNameLineColumnAndReason(t *testing.T) {
	for name, c := range map[string]struct {
		cells        map[string]string
		column, says string
	}{
		"tax":              {map[string]string{"ChargeCategory": "Tax"}, "ChargeCategory", "tax is added when the invoice is issued"},
		"unknown category": {map[string]string{"ChargeCategory": "Gift"}, "ChargeCategory", "Usage, Purchase, Adjustment, Credit"},
		"no cost":          {map[string]string{"BilledCost": "NULL"}, "BilledCost", "give the cost"},
		"a word as cost":   {map[string]string{"BilledCost": "free"}, "BilledCost", `"free" is not a number`},
		"19 decimals":      {map[string]string{"BilledCost": "0.1234567890123456789"}, "BilledCost", "more than 18 decimals"},
		"other currency":   {map[string]string{"BillingCurrency": "EUR"}, "BillingCurrency", "usage comes in USD"},
		"no start":         {map[string]string{"ChargePeriodStart": ""}, "ChargePeriodStart", "give a time"},
		"bad start":        {map[string]string{"ChargePeriodStart": "30.09.2024"}, "ChargePeriodStart", "is not a time"},
		"end before start": {map[string]string{"ChargePeriodEnd": "2024-09-30 21:00:00"}, "ChargePeriodEnd", "the end must be after the start"},
		"nobody pays":      {map[string]string{"SubAccountId": "NULL", "SubAccountName": ""}, "SubAccountId", "which sub account pays"},
		"tags are no JSON": {map[string]string{"Tags": "env=prod"}, "Tags", "JSON object"},
		"tags nested":      {map[string]string{"Tags": `{"a":{"b":1}}`}, "Tags", "plain text"},
		"tag twice":        {map[string]string{"Tags": `{"a":"1","a":"2"}`}, "Tags", "twice"},
		"quantity":         {map[string]string{"PricingQuantity": "many"}, "PricingQuantity", "is not a number"},
		"long plan":        {map[string]string{"SkuId": strings.Repeat("s", 256)}, "SkuId", "shorten it to 255"},
		"long sub account": {map[string]string{"SubAccountId": strings.Repeat("s", 256)}, "SubAccountId", "shorten it to 255"},
	} {
		recs, err := readFOCUS(focusRow(nil), focusRow(c.cells))
		var p *usage.Problems
		if !errors.As(err, &p) || len(recs) != 0 || models.KindOf(err) != models.Invalid {
			t.Errorf("%s: %v %v", name, recs, err)
			continue
		}
		if p.Total != 1 || p.List[0].Line != 3 || p.List[0].Field != c.column || !strings.Contains(p.List[0].Reason, c.says) || p.List[0].RecordID != "11472" {
			t.Errorf("%s: %+v", name, p.List)
		}
	}
}

func TestFOCUSHeaderAndShape(t *testing.T) {
	row := focusRow(nil)
	for name, c := range map[string]struct{ text, says string }{
		"empty":          {"", "line 1: the file is empty"},
		"other columns":  {"a,b\n1,2\n", "line 1, BilledCost: this column is missing"},
		"column missing": {strings.Replace(focusHeader, `"BilledCost"`, `"Cost"`, 1) + "\n" + row, "line 1, BilledCost: this column is missing"},
		"column twice":   {strings.Replace(focusHeader, `"SkuId"`, `"Tags"`, 1) + "\n" + row, "line 1, Tags: this column is there twice"},
		"short row":      {focusHeader + "\n1,2,3\n", "line 2: the row has 3 columns, the header has 17"},
		"stray quote":    {focusHeader + "\n" + row + "\na\"b,c\n", "line 3: the row is not CSV"},
		"UTF-16":         {"\xff\xfeB\x00i\x00", "UTF-16"},
	} {
		recs, err := read(c.text)
		if err == nil || len(recs) > 0 || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	for name, text := range map[string]string{
		"BOM and CRLF":     "\ufeff" + focusHeader + "\r\n" + row + "\r\n",
		"no line break":    focusHeader + "\n" + row,
		"unknown column":   focusHeader + ",x_Team\n" + row + ",core\n",
		"spaces in header": strings.Replace(focusHeader, `"SkuId"`, `" SkuId "`, 1) + "\n" + row,
	} {
		if recs, err := read(text); err != nil || len(recs) != 1 || recs[0].Line != 2 || recs[0].Tags != nil {
			t.Errorf("%s: %v %v", name, recs, err)
		}
	}
	if recs, err := read(focusHeader + "\n"); err != nil || len(recs) != 0 {
		t.Errorf("no rows: %v %v", recs, err)
	}
}

func TestProblemsAreListedUpToACap(t *testing.T) {
	var rows []string
	for i := range 150 {
		rows = append(rows, focusRow(map[string]string{"Id": fmt.Sprint("r", i), "BilledCost": "x"}))
	}
	_, err := readFOCUS(rows...)
	var p *usage.Problems
	if !errors.As(err, &p) || p.Total != 150 || len(p.List) != 100 {
		t.Fatal(err)
	}
	for _, part := range []string{"nothing was taken in, because of 150 problems:\n", "\n  line 2, id r0, BilledCost: \"x\" is not a number\n", "\n  and 50 more"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
}

func TestFOCUSRowsWithoutIds(t *testing.T) {
	ids := func(header string, rows ...string) (out []string) {
		recs, err := read(header + "\n" + strings.Join(rows, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range recs {
			out = append(out, r.ID)
		}
		return out
	}
	const header = "BilledCost,PricingQuantity,ListUnitPrice,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,SubAccountId"
	const rest = ",USD,Usage,2024-09-01T00:00:00Z,2024-09-01T01:00:00Z,S,"
	got := ids(header, "1,1,1"+rest+"a", "1,1,1"+rest+"a", "2,3,4"+rest+"a", "1,1,1"+rest+"b")
	if got[0][:len(got[0])-2] != got[1][:len(got[1])-2] || !strings.HasSuffix(got[0], "-1") || !strings.HasSuffix(got[1], "-2") || !strings.HasSuffix(got[2], "-3") {
		t.Errorf("rows alike but for amounts count up: %v", got)
	}
	if got[3][:20] == got[0][:20] {
		t.Errorf("another sub account has the same hash: %v", got)
	}
	moved := ids("SubAccountId,BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,Tags", "b,9"+rest[:len(rest)-1]+",NULL")
	if moved[0] != got[3] {
		t.Errorf("columns in another order and an empty one more: %v, want %s", moved, got[3])
	}
	withSome := ids(header+",Id", "1,1,1"+rest+"b,NULL", "1,1,1"+rest+"b,77")
	if withSome[0] != got[3] || withSome[1] != "77" {
		t.Errorf("a row without id beside one with: %v", withSome)
	}
}

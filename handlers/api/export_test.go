//lint:file-ignore SA1019 Clients still make the calls that the contract calls deprecated; that they work is what is tested.

package api_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/usage"

	"github.com/aiven/go-client-codegen/handler/billinggroup"
	"github.com/shopspring/decimal"
)

// exported is a world with an invoice, and an estimate that a credit is taken off.
func exported(t *testing.T, d *db.DB) (w *world, group string, last, now models.Month) {
	t.Helper()
	w = newWorld(t, d)
	w.sell()
	w.issue("HELLO10")
	w.project("web")
	w.project("=odd, \"project\"")
	c := w.client("admin")
	group = must(c.BillingGroupList(t.Context()))[0].BillingGroupId
	must(c.BillingGroupUpdate(t.Context(), group, &billinggroup.BillingGroupUpdateIn{Company: text("Acme"), AddressLines: &[]string{"Street 2"}, City: text("Austin"),
		ZipCode: text("73301"), State: text("TX"), CountryCode: text("CA"), BillingCurrency: "USD"}))
	must(c.BillingGroupCreditsClaim(t.Context(), group, &billinggroup.BillingGroupCreditsClaimIn{Code: "HELLO10"}))
	at := time.Now().UTC()
	now, last = models.MonthOf(at), models.MonthOf(at).Prev()
	w.use("web", last.Start().Add(time.Hour), strings.Fields("a b c d e f g h i j k l")...)
	cost := decimal.RequireFromString("0.5")
	must(usage.NewStore(d, nil).Ingest(t.Context(), access.OperatorActor(), []usage.Record{{ID: "odd", Project: "=odd, \"project\"", ServiceName: "<å,\"\\", Description: "+1 &", Cloud: "",
		Start: last.Start(), End: last.Start().Add(1500 * time.Microsecond), Cost: &cost, Quantity: cost, Tags: map[string]string{`"`: "x", "b": "<&>"}}}, usage.Options{}))
	must(invoice.NewStore(d, nil).Close(t.Context(), last, invoice.CloseOptions{}))
	w.use("web", at.Add(-time.Minute), "now")
	return w, group, last, now
}

// exportRow is a line as a program of another's reads it.
type exportRow map[string]any

func (w *world) export(group, query, accept string) []exportRow {
	w.t.Helper()
	status, body := w.send("admin", "GET", "/v1/billing-group/"+group+"/lines?"+query, "", "Accept", accept)
	if status != 200 {
		w.t.Fatalf("%s: %d %s", query, status, body)
	}
	var rows []exportRow
	switch accept {
	case ndjson:
		for scanner := bufio.NewScanner(strings.NewReader(body)); scanner.Scan(); {
			var row exportRow
			if err := json.Unmarshal(scanner.Bytes(), &row); err != nil {
				w.t.Fatalf("%s: %v", scanner.Text(), err)
			}
			rows = append(rows, row)
		}
	case "text/csv":
		table := must(csv.NewReader(strings.NewReader(body)).ReadAll())
		for _, r := range table[1:] {
			row := exportRow{}
			for i, name := range table[0] {
				row[name] = r[i]
			}
			rows = append(rows, row)
		}
	default:
		var all struct{ Lines []exportRow }
		if err := json.Unmarshal([]byte(body), &all); err != nil {
			w.t.Fatalf("%v: %s", err, body)
		}
		rows = all.Lines
	}
	return rows
}

func TestLinesOverMonths(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, group, last, now := exported(t, d)
		all := w.export(group, "", jsonBatch)
		if len(all) != 15 {
			t.Fatalf("%d lines, want 13 of the invoice, and one and a credit of the estimate", len(all))
		}
		// The amounts of each month add up to what its invoice says.
		sums := map[string]decimal.Decimal{}
		for _, row := range all {
			number := row["invoice_number"].(string)
			sums[number] = sums[number].Add(decimal.RequireFromString(row["line_total_local"].(string)))
		}
		for _, inv := range must(w.client("admin").BillingGroupInvoiceList(t.Context(), group)) {
			if sums[inv.InvoiceNumber].StringFixed(2) != inv.TotalVatZero {
				t.Errorf("%s: the lines add up to %s, the invoice says %s", inv.InvoiceNumber, sums[inv.InvoiceNumber], inv.TotalVatZero)
			}
		}
		// Each is what the invoice's own list says, key by key.
		status, body := w.send("admin", "GET", "/v1/billing-group/"+group+"/invoice/"+all[0]["invoice_number"].(string)+"/lines", "")
		var listed struct{ Lines []exportRow }
		if err := json.Unmarshal([]byte(body), &listed); err != nil || status != 200 || len(listed.Lines) != 13 {
			t.Fatalf("%d %v %s", status, err, body)
		}
		for i, row := range listed.Lines {
			for key, value := range row {
				if got, ok := all[i][key]; !ok || fmt.Sprint(got) != fmt.Sprint(value) {
					t.Errorf("line %d: %s is %q, on the invoice %q", i, key, got, value)
				}
			}
			if len(all[i]) != len(row)+4 || all[i]["billing_month"] != string(last) {
				t.Errorf("line %d: %v", i, all[i])
			}
		}
		// All forms say the same, and going on behind any line gives what comes after it.
		for _, accept := range []string{ndjson, "text/csv", jsonBatch} {
			same := func(query string, want []exportRow) {
				t.Helper()
				got := w.export(group, query, accept)
				if len(got) != len(want) {
					t.Fatalf("%s %s: %d lines, want %d", accept, query, len(got), len(want))
				}
				for i := range want {
					for key, value := range want[i] {
						text := fmt.Sprint(got[i][key])
						if accept == "text/csv" {
							text = strings.TrimPrefix(text, "'")
							if value == nil {
								value = ""
							} else if tags, ok := value.(map[string]any); ok {
								var back map[string]any
								if json.Unmarshal([]byte(text), &back) != nil {
									t.Errorf("tags: %s", text)
								}
								text, value = fmt.Sprint(back), fmt.Sprint(tags)
							}
						}
						if text != fmt.Sprint(value) {
							t.Errorf("%s %s, line %d: %s is %q, want %q", accept, query, i, key, text, value)
						}
					}
				}
			}
			same("", all)
			same("to="+string(last), all[:13])
			same("from="+string(now), all[13:])
			same("from="+string(last)+"&to="+string(now)+"&limit=999", all)
			same("to="+string(last.Prev()), nil)
			for i, row := range all {
				same("cursor="+row["cursor"].(string), all[i+1:])
			}
		}
		if cell := w.export(group, "", "text/csv")[0]["project_name"]; cell != "'=odd, \"project\"" {
			t.Errorf("a formula: %q", cell)
		}
	})
}

func TestLinesOverMonthsRefuse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, group, last, now := exported(t, d)
		path := "/v1/billing-group/" + group + "/lines?"
		for query, words := range map[string]string{
			"from=2026":                            `"field":"from"`,
			"to=May":                               `"field":"to"`,
			"cursor=x":                             `"field":"cursor"`,
			"cursor=2026-01.c0":                    `"field":"cursor"`,
			"cursor=2001-01." + group:              `"field":"cursor"`,
			"cursor=" + string(now) + ".c2":        `"field":"cursor"`,
			"cursor=" + string(last) + "." + group: `"field":"cursor"`,
			"from=2999-01&cursor=" + string(last) + ".c1": `"field":"cursor"`,
		} {
			if status, body := w.send("admin", "GET", path+query, ""); status != 400 || !strings.Contains(body, words) {
				t.Errorf("%s: %d %s", query, status, body)
			}
		}
		if status, _ := w.send("admin", "GET", "/v1/billing-group/"+models.NewID()+"/lines", ""); status != 404 {
			t.Errorf("another account's group: %d", status)
		}
		for accept, kind := range map[string]string{"": "application/json", "*/*": "application/json", "text/html": "application/json", "text/csv;q=0.5, application/x-ndjson": ndjson,
			"text/csv, application/json;q=0.9": "text/csv; charset=utf-8"} {
			if got := w.kind(path, accept); got != kind {
				t.Errorf("Accept %q gives %q", accept, got)
			}
		}
	})
}

// kind is the type of an answer.
func (w *world) kind(path, accept string) string {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+path, nil))
	r.Header.Set("Authorization", "Bearer "+w.tokens["admin"])
	r.Header.Set("Accept", accept)
	answer := must(http.DefaultClient.Do(r))
	_ = answer.Body.Close()
	return answer.Header.Get("Content-Type")
}

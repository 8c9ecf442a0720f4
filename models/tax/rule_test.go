package tax

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
)

// A standard rate is the one in force on the last day of the service month, whatever day of a month it
// begins; the region's goes before the country's, also an older one of the region.
func TestRatesAtTheirDates(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	row := func(country, region, from, rate string) Rate {
		return Rate{Country: country, Region: region, ValidFrom: day(from), Rate: decimal.RequireFromString(rate), Name: "VAT"}
	}
	stored := []Rate{row("FI", "", "2024-09-01", "0.255"), row("FI", "", "2013-01-01", "0.24"), row("FI", "", "2024-12-31", "0.26"), row("FI", "", "2025-02-15", "0.27"),
		row("FI", "AX", "2020-01-01", "0.1"), row("FI", "AX", "2024-10-01", "0.11"), row("SE", "", "2000-01-01", "0.25")}
	for _, c := range []struct {
		region string
		month  models.Month
		want   string
	}{
		{"", "2012-12", "missing"}, {"", "2013-01", "0.24"}, {"", "2024-02", "0.24"}, {"", "2024-08", "0.24"}, {"", "2024-09", "0.255"}, {"", "2024-11", "0.255"}, {"", "2024-12", "0.26"},
		{"", "2025-01", "0.26"}, {"", "2025-02", "0.27"}, {"", "2099-12", "0.27"}, {"AX", "2019-12", "0.24"}, {"AX", "2020-01", "0.1"}, {"AX", "2024-09", "0.1"},
		{"AX", "2024-10", "0.11"}, {"AX", "2025-02", "0.11"}, {"Uusimaa", "2024-09", "0.255"},
	} {
		d := Decide(seller.Seller{Country: "FI"}, Customer{Country: "FI", Region: c.region})
		line, err := NewTreatment(d, stored, c.month.LastDay()).For(c.month)
		if got := line.Rate.String(); (c.want == "missing") != (err != nil) || (err == nil && got != c.want) {
			t.Errorf("%s %s: %s %v, want %s", c.region, c.month, got, err, c.want)
		}
	}
}

// In the EU, of all countries and states of a VAT id, only a confirmed id of the customer's own other member
// state shifts the tax to the customer; the others pay their own country's rate, or are outside the scope.
func TestReverseChargeOnlyWithAConfirmedIDOfTheCountry(t *testing.T) {
	for from := range members {
		for _, to := range []string{"AT", "DE", "GR", "FI", "GB", "NO", "US", "CH", "XI"} {
			for _, status := range []string{"none", "checking", "unconfirmed", "confirmed"} {
				for _, id := range []string{"", "AT1", "DE1", "EL1", "GR1", "FI1", "XI1", "GB1"} {
					d := Decide(seller.Seller{Country: from}, Customer{Country: to, VATID: id, VATStatus: status})
					prefix := to
					if to == "GR" {
						prefix = "EL"
					}
					want := Standard
					switch own := len(id) > 2 && id[:2] == prefix; {
					case !members[to]:
						want = OutOfScope
					case from != to && status == "confirmed" && own:
						want = Reverse
					}
					if d.Category != want || (want == Standard && d.Country != to) || (want != Standard && d.Note == "") {
						t.Errorf("%s to %s with %s %q: %+v, want %s", from, to, status, id, d, want)
					}
				}
			}
		}
	}
}

package invoice

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

func TestTaxedAlike(t *testing.T) {
	day := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
	rates := []tax.Rate{{Country: "FI", ValidFrom: day(2013, 1), Rate: decimal.RequireFromString("0.24"), Name: "VAT"},
		{Country: "FI", ValidFrom: day(2024, 9), Rate: decimal.RequireFromString("0.255"), Name: "VAT"},
		{Country: "FI", ValidFrom: day(2025, 9), Rate: decimal.RequireFromString("0.255"), Name: "New VAT"}}
	standard := tax.NewTreatment(tax.Decision{Category: tax.Standard, Country: "FI"}, rates, day(2025, 1))
	for _, c := range []struct {
		treatment tax.Treatment
		months    []models.Month
		alike     bool
	}{
		{standard, []models.Month{"2024-09", "2024-12", "2025-11"}, true}, // another name is no other rate
		{standard, []models.Month{"2024-08", "2024-09"}, false},
		{standard, []models.Month{"2012-12"}, false}, // no rate: the lines must be looked at
		{tax.NewTreatment(tax.Decision{Category: tax.Reverse}, rates, day(2025, 1)), []models.Month{"2001-01", "2024-08", "2024-09"}, true},
	} {
		if got := taxedAlike(c.treatment, c.months); got != c.alike {
			t.Errorf("%v: %v, want %v", c.months, got, c.alike)
		}
	}
}

package views

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/money"
)

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		minor      int64
		currency   money.Currency
		want, bare string
	}{
		{1284537, "EUR", "€12,845.37", "12,845.37"},
		{0, "EUR", "€0.00", "0.00"},
		{-40000, "EUR", "−€400.00", "−400.00"},
		{5, "GBP", "£0.05", "0.05"},
		{99999, "GBP", "£999.99", "999.99"},
		{1250, "CAD", "$12.50 CAD", "12.50"},
		{131000, "USD", "$1,310.00 USD", "1,310.00"},
		{-131000, "AUD", "−$1,310.00 AUD", "−1,310.00"},
		{100, "NZD", "$1.00 NZD", "1.00"},
		{100, "SGD", "$1.00 SGD", "1.00"},
		{123450, "SEK", "1,234.50 SEK", "1,234.50"},
		{123450, "NOK", "1,234.50 NOK", "1,234.50"},
		{-123450, "DKK", "−1,234.50 DKK", "−1,234.50"},
		{123450, "CHF", "1,234.50 CHF", "1,234.50"},
		{1200, "JPY", "¥1,200", "1,200"},
		{-7, "JPY", "−¥7", "−7"},
		{100000000000, "EUR", "€1,000,000,000.00", "1,000,000,000.00"},
	} {
		a := money.New(c.minor, c.currency)
		if got := Money(a); got != c.want {
			t.Errorf("Money(%v) = %q, want %q", a, got, c.want)
		}
		if got := MoneyBare(a); got != c.bare {
			t.Errorf("MoneyBare(%v) = %q, want %q", a, got, c.bare)
		}
	}
}

func TestEveryBillingCurrencyIsNamed(t *testing.T) {
	seen := map[string]money.Currency{}
	for _, c := range money.Currencies() {
		s := Money(money.New(1200, c))
		if other, taken := seen[s]; taken {
			t.Errorf("12 of %s and of %s both read %q", c, other, s)
		}
		seen[s] = c
	}
}

func TestQuantity(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "1440.50": "1,440.5", "0.00001605990": "0.0000160599", "-1234.5": "−1,234.5",
		"999": "999", "1000": "1,000", "12345678901234567890.123456789012345678": "12,345,678,901,234,567,890.123456789012345678",
	} {
		if got := Quantity(decimal.RequireFromString(in)); got != want {
			t.Errorf("Quantity(%s) = %q, want %q", in, got, want)
		}
	}
	if got := ExactCost(money.NewCost(decimal.RequireFromString("0.00001605990"), "USD")); got != "0.0000160599 USD" {
		t.Errorf("ExactCost = %q", got)
	}
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{138993, 420554, "33.0%"}, {138994, 420554, "33.1%"}, {1, 1, "100.0%"}, {0, 5, "0.0%"}, {5, 0, "0.0%"}, {-1, 4, Minus + "25.0%"}} {
		if got := Share(money.New(c.part, "EUR"), money.New(c.whole, "EUR")); got != c.want {
			t.Errorf("Share(%d, %d) = %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestDates(t *testing.T) {
	moment := at("2026-11-22T16:05:09+02:00") // shown in UTC
	for name, c := range map[string]struct{ got, want string }{
		"date":          {Date(at("2026-11-14T00:00:00Z")), "14 Nov 2026"},
		"date of none":  {Date(time.Time{}), ""},
		"day in UTC":    {Date(at("2026-12-01T01:00:00+02:00")), "30 Nov 2026"},
		"date and time": {DateTime(moment), "22 Nov 2026 14:05:09"},
		"clock":         {Clock(moment), "14:05 UTC"},
		"moment":        {Moment(moment), "22 Nov 2026 14:05 UTC"},
		"event":         {EventTime(moment), "2026-11-22 14:05:09"},
		"period":        {Period(models.Month("2026-10")), "1 Oct 2026 to 31 Oct 2026 (UTC)"},
		"leap February": {Period(models.Month("2028-02")), "1 Feb 2028 to 29 Feb 2028 (UTC)"},
		"running":       {RunningPeriod("2026-11", moment), "1–22 Nov 2026"},
		"first day":     {RunningPeriod("2026-11", at("2026-11-01T09:00:00Z")), "1 Nov 2026"},
		"past month":    {RunningPeriod("2026-10", moment), "1–31 Oct 2026"},
		"last second":   {RunningPeriod("2026-11", at("2026-11-30T23:59:59.5Z")), "1–30 Nov 2026"},
		"service":       {ServicePeriod(at("2026-11-03T00:00:00Z"), at("2026-11-10T00:00:00Z")), "3 Nov 2026 to 9 Nov 2026"},
		"service, hour": {ServicePeriod(at("2026-11-03T10:00:00Z"), at("2026-11-03T11:00:00Z")), "3 Nov 2026"},
		"just now":      {Ago(moment, moment.Add(59*time.Second)), "just now"},
		"minutes":       {Ago(moment, moment.Add(8*time.Minute)), "8 minutes ago"},
		"one hour":      {Ago(moment, moment.Add(119*time.Minute)), "1 hour ago"},
		"a day":         {Ago(moment, moment.Add(24*time.Hour)), ""},
		"future":        {Ago(moment, moment.Add(-time.Second)), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestCounts(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"none":       {Count(0, "project", "projects"), "0 projects"},
		"one":        {Count(1, "project", "projects"), "1 project"},
		"many":       {Count(12000, "event", "events"), "12,000 events"},
		"below":      {CountUpTo(999, 1000, "event", "events"), "999 events"},
		"limit":      {CountUpTo(1000, 1000, "event", "events"), "1,000+ events"},
		"small file": {FileSize(12), "1 KB"},
		"file":       {FileSize(22_100), "22 KB"},
		"big file":   {FileSize(1_400_000), "1.4 MB"},
		"nobody":     {List(nil), ""},
		"alone":      {List([]string{"Ana Lima"}), "Ana Lima"},
		"three":      {List([]string{"Ana Lima", "Bo Chen", "Cy Dahl"}), "Ana Lima, Bo Chen and Cy Dahl"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

package tax_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models/seller"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

func TestWhy(t *testing.T) {
	for name, c := range map[string]struct {
		from     string
		to       tax.Customer
		category tax.Category
		rule     string
		article  string
	}{
		"domestic":        {"FI", tax.Customer{Country: "FI", VATID: "FI1", VATStatus: "confirmed"}, tax.Standard, "same country", "Articles 44, 45 and 96"},
		"zero rated":      {"FI", tax.Customer{Country: "FI"}, tax.ZeroRated, "same country", "Articles 44, 45 and 96"},
		"reverse":         {"FI", tax.Customer{Country: "DE", VATID: "DE1", VATStatus: "confirmed"}, tax.Reverse, "reverse charge", "Articles 44 and 196"},
		"Greece":          {"FI", tax.Customer{Country: "GR", VATID: "EL1", VATStatus: "confirmed"}, tax.Reverse, "reverse charge", "Articles 44 and 196"},
		"not confirmed":   {"FI", tax.Customer{Country: "DE", VATID: "DE1", VATStatus: "unconfirmed"}, tax.Standard, "Without a confirmed VAT ID", "Article 58"},
		"of elsewhere":    {"FI", tax.Customer{Country: "DE", VATID: "AT1", VATStatus: "confirmed"}, tax.Standard, "not one of Germany", "Article 58"},
		"without VAT id":  {"FI", tax.Customer{Country: "DE"}, tax.Standard, "without a VAT ID", "Article 58"},
		"outside the EU":  {"FI", tax.Customer{Country: "US", Region: "CA"}, tax.OutOfScope, "outside the scope", "Article 44 (business) or 58 (private)"},
		"American seller": {"US", tax.Customer{Country: "US", Region: "California"}, tax.Standard, "stored for CA, United States", ""},
		"no sales tax":    {"US", tax.Customer{Country: "FR"}, tax.OutOfScope, "no tax rate for France", ""},
	} {
		r, ok := tax.Why(seller.Seller{Country: c.from}, c.to, c.category)
		if !ok || !strings.Contains(r.Rule, c.rule) || !strings.HasPrefix(r.Article, c.article) || (c.article == "") != (r.Article == "") || len(r.Because) != 2 {
			t.Errorf("%s: %+v, %v", name, r, ok)
		}
	}
	if _, ok := tax.Why(seller.Seller{Country: "FI"}, tax.Customer{Country: "US"}, tax.Reverse); ok {
		t.Error("a rule is given for what it does not lead to")
	}
}

// Whatever is decided has a reason, and that category alone.
func TestEveryDecisionHasAReason(t *testing.T) {
	at := time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)
	rows := []tax.Rate{{Country: "FI", Rate: decimal.New(255, -3)}, {Country: "DE", Rate: decimal.New(19, -2)}, {Country: "US", Region: "CA", Rate: decimal.New(7, -2)}}
	month := tax.Category("")
	for _, from := range []string{"FI", "DE", "US", "CH"} {
		for _, to := range []string{"FI", "DE", "GR", "US", "FR", "CH"} {
			for _, id := range []string{"", "FI1", "DE1", "EL1", "FR1"} {
				for _, status := range []string{"none", "checking", "confirmed", "unconfirmed"} {
					s, c := seller.Seller{Country: from}, tax.Customer{Country: to, Region: "CA", VATID: id, VATStatus: status}
					treated := tax.NewTreatment(tax.Decide(s, c), rows, at)
					for _, category := range []tax.Category{tax.Standard, tax.Reverse, tax.OutOfScope} {
						r, ok := tax.Why(s, c, category)
						if category == treated.Category && (!ok || r.Rule == "") {
							t.Errorf("%+v of %s is %s for no reason", c, from, category)
						}
						if optional := treated.Optional && category != tax.Reverse; ok && category != treated.Category && !optional {
							t.Errorf("%+v of %s is %s and not %s, and yet there is a reason: %s", c, from, treated.Category, category, r.Rule)
						}
					}
					month = treated.Category
				}
			}
		}
	}
	if month == "" {
		t.Fatal("nothing was tried")
	}
}

package tax

import (
	"fmt"
	"strings"

	"billfold/models/seller"
)

// Reason is why an invoice is taxed as it is, in words for its reader.
type Reason struct {
	Rule    string   // the rule in a sentence
	Because []string // what was known of seller and customer
	Article string   // where the rule stands, empty where the operator's own table of rates is the rule
}

const directive = ", Directive 2006/112/EC"

// Why says by which rule a category was chosen, as Decide chooses it. ok is false when these facts lead to
// another category: then the rule is not known.
func Why(s seller.Seller, c Customer, category Category) (r Reason, ok bool) {
	d := Decide(s, c)
	r.Because = because(s, c)
	place := countryName(d.Country)
	charged := category == Standard || category == ZeroRated
	switch {
	case d.Optional:
		if category == OutOfScope {
			r.Rule = "The seller is not in the EU and has no tax rate for " + countryName(code(c.Country)) + ", so no sales tax is collected."
			return r, true
		}
		if d.Region != "" {
			place = d.Region + ", " + place
		}
		r.Rule = "The seller is not in the EU. It charges the rate that it has stored for " + place + "."
		return r, charged
	case d.Category == OutOfScope:
		r.Rule = "A customer outside the EU is outside the scope of EU VAT: the place of supply is where the customer is."
		r.Article = "Article 44 (business) or 58 (private)" + directive
		return r, category == OutOfScope
	case d.Category == Reverse:
		r.Rule = "A customer with a confirmed VAT ID of another EU country accounts for the VAT: reverse charge."
		r.Article = "Articles 44 and 196" + directive
		return r, category == Reverse
	case d.Country == code(s.Country):
		r.Rule = "Seller and customer are in the same country: its rate applies."
		r.Article = "Articles 44, 45 and 96" + directive
	case d.CustomerVATID != "" && c.VATStatus == "confirmed":
		r.Rule = "The VAT ID is not one of " + place + ", so that there is no reverse charge: the rate of " + place + " applies."
		r.Article = "Article 58" + directive
	case d.CustomerVATID != "":
		r.Rule = "Without a confirmed VAT ID the rate of the customer's country applies: that of " + place + "."
		r.Article = "Article 58" + directive
	default:
		r.Rule = "A customer in another EU country without a VAT ID pays the rate of that country: " + place + "."
		r.Article = "Article 58" + directive
	}
	return r, charged
}

func because(s seller.Seller, c Customer) []string {
	in := func(who, country, region string) string {
		where := countryName(code(country))
		switch {
		case country == "":
			return who + ": country not given"
		case strings.TrimSpace(region) != "":
			where += ", " + strings.TrimSpace(region)
		}
		if InEU(country) {
			return fmt.Sprintf("%s: %s, in the EU", who, where)
		}
		return fmt.Sprintf("%s: %s, not in the EU", who, where)
	}
	return []string{in("Seller", s.Country, ""), in("Customer", c.Country, c.Region)}
}

package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"
	"billfold/models/people"
	"billfold/models/seller"
)

const (
	acme     = "Acme Cloud"
	borealis = "Borealis"
	cirrus   = "Cirrus Labs"
)

var operatorProfile = seller.Seller{
	Name: "Northwind Platforms Oy", AddressLine1: "Kalevankatu 12", City: "Helsinki", PostalCode: "00100", Country: "FI", VATID: "FI20774740",
	RegistrationID: "2077474-0", LegalLine: "Northwind Platforms Oy, Helsinki. Business ID 2077474-0. A fictitious company of the Billfold demo.",
	ContactEmail: "billing@northwind.example", SupportURL: "https://support.northwind.example/billing",
	IBAN: "FI2112345600000785", BIC: "NDEAFIHH", Bank: "Demo Bank", InvoicePrefix: "BF", PriceCurrency: "EUR", Prepaid: seller.MultiPurpose,
}

// group is a billing group of the story with the projects it holds at first.
type group struct {
	account  string
	name     string
	info     account.Information
	projects []string
}

var helsinki = account.Information{Company: "Acme Cloud Oy", AddressLine1: "Mannerheimintie 5", City: "Helsinki", PostalCode: "00100", Country: "FI",
	VATID: "FI12345671", Currency: "EUR", PurchaseOrder: "PO-2025-118", InvoiceText: "Cost centre 4200, Platform", InvoiceEmails: []string{"invoices@acme.example"}, ContactEmails: []string{"ana.lima@acme.example"}}

var berlin = account.Information{Company: "Acme Research GmbH", AddressLine1: "Torstraße 140", City: "Berlin", PostalCode: "10119", Country: "DE",
	VATID: "DE136695976", Currency: "EUR", BuyerReference: "RND-7", InvoiceEmails: []string{"rechnungen@acme.example"}}

var seattle = account.Information{Company: "Acme Cloud, Inc.", AddressLine1: "1201 3rd Avenue", AddressLine2: "Suite 1100", City: "Seattle", Region: "WA", PostalCode: "98101", Country: "US",
	Currency: "USD", InvoiceEmails: []string{"ap@acme.example"}}

// world is every group of the demo; the first of an account is its primary one.
var world = []group{
	{acme, "Engineering production", helsinki, []string{"web-frontend", "checkout-api", "identity", "notifications", "search", "inventory", "pricing-engine", "mobile-backend", "audit-log", "edge-cache", "image-resizer", "feature-flags"}},
	{acme, "Research", berlin, []string{"llm-evaluation", "recommendations", "experiment-tracker", "vision-models", "notebooks", "feature-store"}},
	{acme, "Data platform US", seattle, []string{"data-lake", "event-stream", "warehouse", "metrics-pipeline", "reporting", "data-quality", "clickstream"}},
	{acme, "Customer demos", helsinki, []string{"demo-emea", "demo-us", "trial-sandbox", "dev-sandbox", "onboarding"}},
	{acme, "Sandbox", helsinki, nil},
	{borealis, "Default", account.Information{Company: "Borealis AB", AddressLine1: "Drottninggatan 9", City: "Stockholm", PostalCode: "111 51", Country: "SE", Currency: "SEK"}, []string{"borealis-core", "borealis-maps"}},
	{cirrus, "Default", account.Information{Company: "Cirrus Labs B.V.", AddressLine1: "Herengracht 182", City: "Amsterdam", PostalCode: "1016 BR", Country: "NL", Currency: "EUR"}, []string{"cirrus-lab", "cirrus-site", "cirrus-ml"}},
}

// cast makes the people, accounts, groups and projects.
func (s *story) cast(ctx context.Context, password string) error {
	for _, p := range []struct{ key, name, email string }{
		{"ana", "Ana Lima", Email}, {"bo", "Bo Chen", "bo.chen@acme.example"}, {"siv", "Siv Berg", "siv@borealis.example"}, {"tom", "Tom Visser", "tom@cirrus.example"}} {
		secret := password
		if p.key != "ana" {
			secret = models.NewID() // nobody signs in as them
		}
		user, err := s.people.CreateUser(ctx, access.OperatorActor(), people.NewUser{Email: p.email, Name: p.name, Password: secret})
		if err != nil {
			return err
		}
		s.actors[p.key] = access.Actor{Kind: access.User, ID: user.ID, Name: user.Name, RequestID: "demo", IP: "192.0.2.10"}
	}
	for _, a := range []struct{ name, owner string }{{acme, "ana"}, {borealis, "siv"}, {cirrus, "tom"}} {
		made, err := s.accounts.CreateAccount(ctx, access.OperatorActor(), a.name, s.actors[a.owner].ID)
		if err != nil {
			return err
		}
		s.owned[a.name] = made.ID
	}
	if err := s.people.AddMember(ctx, access.OperatorActor(), s.owned[acme], s.actors["bo"].ID, access.RoleBilling); err != nil {
		return err
	}
	if err := s.people.AddMember(ctx, access.OperatorActor(), s.owned[cirrus], s.actors["ana"].ID, access.RoleViewer); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, g := range world {
		if err := s.raise(ctx, g, !seen[g.account]); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		seen[g.account] = true
		s.now = s.now.Add(7 * time.Minute)
	}
	_, err := s.accounts.ConfirmVAT(ctx, access.OperatorActor(), s.groups[acme+"/Research"], "Demo: the register of a fictitious company")
	return err
}

var owners = map[string]string{acme: "ana", borealis: "siv", cirrus: "tom"}

// raise makes a group with its billing information and projects; the account's own first group is used
// for the first one.
func (s *story) raise(ctx context.Context, g group, first bool) error {
	who := owners[g.account]
	scope, err := s.as(ctx, who, g.account, "")
	if err != nil {
		return err
	}
	key := g.account + "/" + g.name
	if first {
		existing, _, err := s.accounts.Groups(ctx, scope, account.GroupQuery{Limit: 1})
		if err != nil {
			return err
		}
		s.groups[key] = existing[0].ID
		if existing[0].Name != g.name {
			if _, err := s.accounts.RenameGroup(ctx, scope, existing[0].ID, g.name); err != nil {
				return err
			}
		}
		method, err := s.accounts.AllowBankTransfer(ctx, access.OperatorActor(), scope.AccountID(), 30)
		if err != nil {
			return err
		}
		s.groups[g.account+"/method"] = method.ID
	} else {
		made, err := s.accounts.CreateGroup(ctx, scope, account.NewGroup{Name: g.name})
		if err != nil {
			return err
		}
		s.groups[key] = made.Group.ID
	}
	id := s.groups[key]
	groupScope, err := s.as(ctx, who, "", key)
	if err != nil {
		return err
	}
	info, err := s.accounts.BillingInformation(ctx, groupScope, id)
	if err != nil {
		return err
	}
	wanted := g.info
	wanted.Version = info.Version
	if err := s.invoices.SetInformation(ctx, groupScope, id, wanted); err != nil {
		return err
	}
	if err := s.accounts.ChoosePaymentMethod(ctx, groupScope, id, s.groups[g.account+"/method"]); err != nil {
		return err
	}
	for _, name := range g.projects {
		s.now = s.now.Add(90 * time.Second)
		made, err := s.accounts.CreateProject(ctx, scope, account.NewProject{Name: name, GroupID: id})
		if err != nil {
			return err
		}
		s.projects[name] = made.ID
	}
	return nil
}

// exchangeRates writes a rate for every week of the story, moving gently around a mean.
func exchangeRates(first, last models.Month, end time.Time) io.Reader {
	var b strings.Builder
	b.WriteString("date,base,currency,rate\n")
	mean := map[money.Currency]int64{"USD": 11240, "SEK": 112300, "GBP": 8510}
	day, n := first.Start().AddDate(0, 0, -7), int64(0)
	for ; day.Before(last.End()) && !day.After(end); day = day.AddDate(0, 0, 3) {
		for _, c := range []money.Currency{"USD", "SEK", "GBP"} {
			wave := (n*37+int64(c[0])*11)%201 - 100 // -100 to 100, in 1/10,000 of the mean
			value := mean[c] * (10_000 + wave)
			fmt.Fprintf(&b, "%s,EUR,%s,%d.%08d\n", day.Format(time.DateOnly), c, value/100_000_000, value%100_000_000)
		}
		n++
	}
	return strings.NewReader(b.String())
}

package main

import (
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
)

func accountByName(a *app, d *db.DB, clock models.Clock, idOrName string) (string, error) {
	found, err := account.NewStore(d, clock).FindAccount(a.ctx, idOrName)
	return found.ID, err
}

type creditsCmd struct {
	Issue creditsIssueCmd `cmd:"" help:"Issue a credit code that accounts can claim."`
}

type creditsIssueCmd struct {
	Type     string `required:"" help:"discount employee evaluation internal other outage partner promotion purchase referral sponsorship trial"`
	Value    string `required:"" help:"What each claim is worth, such as 250.00."`
	Currency string `required:"" help:"Billing currency, such as EUR."`
	Code     string `help:"The code (default: a random one)."`
	Starts   string `help:"First day of use (default: now)." placeholder:"YYYY-MM-DD"`
	Expires  string `help:"Last day of use, UTC (default: never expires)." placeholder:"YYYY-MM-DD"`
	Claims   int64  `default:"1" help:"How many accounts may claim it."`
}

func (c *creditsIssueCmd) Run(a *app) error {
	currency, err := money.ParseCurrency(c.Currency)
	if err != nil {
		return models.Invalidf("currency", "%s", err)
	}
	value, err := money.Parse(c.Value, currency)
	if err != nil {
		return models.Invalidf("value", "Enter the value as an amount: %s", err)
	}
	n := credit.NewCredit{Code: c.Code, Type: credit.Type(c.Type), Value: value, Claims: c.Claims}
	if n.Starts, err = day("starts", c.Starts); err != nil {
		return err
	}
	if n.ExpiresOn, err = day("expires", c.Expires); err != nil {
		return err
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		made, err := credit.NewStore(d, clock).Issue(a.ctx, operator(), n)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"code": made.Code, "type": c.Type, "value": value.Decimal(), "currency": currency, "claims": c.Claims},
			"Credit code %s issued: %s, for %d accounts.", made.Code, value, c.Claims)
	})
}

func day(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, models.Invalidf(flag, "Write the day as YYYY-MM-DD")
	}
	return t, nil
}

type billingInformationCmd struct {
	Set billingInformationSetCmd `cmd:"" help:"Set a billing group's billing information; only the given flags change."`
}

type billingInformationSetCmd struct {
	Group         string  `required:"" help:"Id of the billing group, or ACCOUNT/GROUP by their names."`
	Company       *string `help:"Company name on the invoice."`
	AddressLine1  *string `name:"address-line1"`
	AddressLine2  *string `name:"address-line2"`
	AddressLine3  *string `name:"address-line3"`
	City          *string
	Region        *string
	PostalCode    *string
	Country       *string   `help:"ISO 3166-1 code of two letters."`
	VATID         *string   `name:"vat-id"`
	Currency      *string   `help:"Billing currency (default: the price currency)."`
	PurchaseOrder *string   `help:"Purchase order number."`
	InvoiceText   *string   `help:"Text on invoices."`
	InvoiceEmail  *[]string `help:"Where invoices go; repeat for more."`
	ContactEmail  *[]string `help:"Billing contacts; repeat for more."`
}

func (c *billingInformationSetCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		accounts := account.NewStore(d, clock)
		groupID, err := accounts.FindGroup(a.ctx, c.Group)
		if err != nil {
			return err
		}
		scope, err := access.New(d).ForGroup(a.ctx, operator(), groupID, access.Write)
		if err != nil {
			return err
		}
		info, err := accounts.BillingInformation(a.ctx, scope, groupID)
		if err != nil {
			return err
		}
		invoices := invoice.NewStore(d, clock)
		if info.Currency == "" {
			if info.Currency, err = invoices.PriceCurrency(a.ctx); err != nil {
				return err
			}
		}
		c.apply(&info)
		if err := invoices.SetInformation(a.ctx, scope, groupID, info); err != nil {
			return err
		}
		return a.print(map[string]any{"billing_group_id": groupID, "company": info.Company, "country": info.Country, "currency": info.Currency},
			"Billing information of %s saved.", c.Group)
	})
}

func (c *billingInformationSetCmd) apply(info *account.Information) {
	for _, field := range []struct {
		to   *string
		from *string
	}{{&info.Company, c.Company}, {&info.AddressLine1, c.AddressLine1}, {&info.AddressLine2, c.AddressLine2}, {&info.AddressLine3, c.AddressLine3},
		{&info.City, c.City}, {&info.Region, c.Region}, {&info.PostalCode, c.PostalCode}, {&info.Country, c.Country}, {&info.VATID, c.VATID},
		{&info.PurchaseOrder, c.PurchaseOrder}, {&info.InvoiceText, c.InvoiceText}} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if c.Currency != nil {
		info.Currency = money.Currency(*c.Currency)
	}
	if c.InvoiceEmail != nil {
		info.InvoiceEmails = *c.InvoiceEmail
	}
	if c.ContactEmail != nil {
		info.ContactEmails = *c.ContactEmail
	}
}

type vatCmd struct {
	Confirm vatConfirmCmd `cmd:"" help:"Confirm a customer's VAT id on evidence of your own."`
}

type vatConfirmCmd struct {
	Group    string `arg:"" help:"Id of the billing group, or ACCOUNT/GROUP by their names."`
	Evidence string `required:"" help:"What the confirmation rests on; kept in the event log."`
}

func (c *vatConfirmCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		accounts := account.NewStore(d, clock)
		groupID, err := accounts.FindGroup(a.ctx, c.Group)
		if err != nil {
			return err
		}
		info, err := accounts.ConfirmVAT(a.ctx, operator(), groupID, c.Evidence)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"billing_group_id": groupID, "vat_id": info.VATID, "vat_status": info.VATStatus}, "VAT id %s confirmed.", info.VATID)
	})
}

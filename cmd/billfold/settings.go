package main

import (
	"fmt"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/seller"
	"billfold/models/tax"
)

type sellerCmd struct {
	Set  sellerSetCmd  `cmd:"" help:"Set who sends the invoices; only the given flags change."`
	Show sellerShowCmd `cmd:"" help:"Show it."`
}

type sellerSetCmd struct {
	Name           *string `help:"Full legal name."`
	AddressLine1   *string `name:"address-line1"`
	AddressLine2   *string `name:"address-line2"`
	AddressLine3   *string `name:"address-line3"`
	City           *string
	Region         *string
	PostalCode     *string
	Country        *string `help:"ISO 3166-1 code of two letters; decides which tax rules hold."`
	VATID          *string `name:"vat-id"`
	RegistrationID *string
	LegalLine      *string `help:"Company register line for the foot of invoices."`
	ContactEmail   *string `help:"For billing questions; on /help and in every footer."`
	SupportURL     *string `name:"support-url" help:"Support page; on /help and in every footer."`
	IBAN           *string `name:"iban"`
	BIC            *string `name:"bic"`
	Bank           *string
	InvoicePrefix  *string `help:"First part of invoice numbers (BF)."`
	PriceCurrency  *string `help:"Currency of usage costs (USD)."`

	Prepaid *string `arg:"" optional:"" help:"The words 'prepaid multi-purpose' or 'prepaid none': whether prepaid credit may be sold."`
	Value   *string `arg:"" optional:""`
}

func (c *sellerSetCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		store := seller.NewStore(d, clock)
		if c.Prepaid != nil {
			return c.setPrepaid(a, store)
		}
		s, _, err := store.Get(a.ctx)
		if err != nil {
			return err
		}
		for _, field := range []struct {
			to   *string
			from *string
		}{{&s.Name, c.Name}, {&s.AddressLine1, c.AddressLine1}, {&s.AddressLine2, c.AddressLine2}, {&s.AddressLine3, c.AddressLine3},
			{&s.City, c.City}, {&s.Region, c.Region}, {&s.PostalCode, c.PostalCode}, {&s.Country, c.Country}, {&s.VATID, c.VATID},
			{&s.RegistrationID, c.RegistrationID}, {&s.LegalLine, c.LegalLine}, {&s.ContactEmail, c.ContactEmail}, {&s.SupportURL, c.SupportURL},
			{&s.IBAN, c.IBAN}, {&s.BIC, c.BIC}, {&s.Bank, c.Bank}, {&s.InvoicePrefix, c.InvoicePrefix}} {
			if field.from != nil {
				*field.to = *field.from
			}
		}
		if c.PriceCurrency != nil {
			s.PriceCurrency = money.Currency(*c.PriceCurrency)
		}
		if err := store.Set(a.ctx, operator(), s); err != nil {
			return err
		}
		// A seller in the EU taxes by the EU's rates. One elsewhere would charge European customers VAT by
		// them, so it gets them only by asking (billfold tax import).
		if tax.InEU(s.Normalised().Country) {
			if _, err := tax.NewStore(d, clock).ImportShipped(a.ctx, operator()); err != nil {
				return err
			}
		}
		return printSeller(a, store)
	})
}

func (c *sellerSetCmd) setPrepaid(a *app, store *seller.Store) error {
	if *c.Prepaid != "prepaid" || c.Value == nil || (*c.Value != seller.MultiPurpose && *c.Value != "none") {
		return fmt.Errorf("write: billfold seller set prepaid multi-purpose, or prepaid none")
	}
	value := *c.Value
	if value == "none" {
		value = ""
	}
	if err := store.SetPrepaid(a.ctx, operator(), value); err != nil {
		return err
	}
	return printSeller(a, store)
}

type sellerShowCmd struct{}

func (c *sellerShowCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error { return printSeller(a, seller.NewStore(d, clock)) })
}

func printSeller(a *app, store *seller.Store) error {
	s, ok, err := store.Get(a.ctx)
	if err != nil {
		return err
	}
	if !ok {
		return a.print(s, "The seller is not set yet. Run: billfold seller set --name ... --address-line1 ... --city ... --postal-code ... --country ...")
	}
	return a.print(s, "%s, %s, %s %s, %s. VAT id %s. Prices in %s, invoices %s-YYYY-NNNNNN.",
		s.Name, s.AddressLine1, s.PostalCode, s.City, s.Country, orNone(s.VATID), s.PriceCurrency, s.InvoicePrefix)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

type ratesCmd struct {
	Import ratesImportCmd `cmd:"" help:"Import exchange rates (the ECB's eurofxref CSV, or date,base,currency,rate) and revalue open estimates."`
}

type ratesImportCmd struct {
	File   string `arg:"" help:"Path of the CSV file."`
	Source string `help:"Where the rates are from, printed on invoices (default for the ECB's format: European Central Bank)."`
}

func (c *ratesImportCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		f, err := openFile(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		result, err := rate.NewStore(d, clock).Import(a.ctx, operator(), c.Source, f)
		if err != nil {
			return err
		}
		changed, err := invoice.NewStore(d, clock).RevalueOpen(a.ctx, a.bar("Revaluing estimates"))
		if err != nil {
			return err
		}
		return a.print(map[string]any{"stored": result.Stored, "unchanged": result.Unchanged, "estimates_revalued": changed},
			"%d rates stored, %d were there before; %d estimates revalued.", result.Stored, result.Unchanged, changed)
	})
}

type taxCmd struct {
	Import taxImportCmd `cmd:"" help:"Import tax rates from a CSV file; without a file, the EU rates that ship with Billfold."`
}

type taxImportCmd struct {
	File string `arg:"" optional:"" help:"Path of the CSV file: country,region,valid_from,rate,name,source."`
}

func (c *taxImportCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) (err error) {
		store := tax.NewStore(d, clock)
		var result tax.Result
		if c.File == "" {
			result, err = store.ImportShipped(a.ctx, operator())
		} else {
			f, openErr := openFile(c.File)
			if openErr != nil {
				return openErr
			}
			defer func() { _ = f.Close() }()
			result, err = store.Import(a.ctx, operator(), f)
		}
		if err != nil {
			return err
		}
		return a.print(map[string]any{"stored": result.Stored, "unchanged": result.Unchanged}, "%d tax rates stored, %d were there before.", result.Stored, result.Unchanged)
	})
}

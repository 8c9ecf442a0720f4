package seller_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/seller"
)

func good() seller.Seller {
	return seller.Seller{Name: "Nordic Cloud Oy", AddressLine1: "Aleksanterinkatu 1", City: "Helsinki", PostalCode: "00100",
		Country: "FI", VATID: "FI12345678", ContactEmail: "billing@nordic.example", SupportURL: "https://nordic.example/help",
		IBAN: "FI2112345600000785", BIC: "NDEAFIHH", Bank: "Nordea", InvoicePrefix: "BF", PriceCurrency: "USD"}
}

func TestValidateNamesTheField(t *testing.T) {
	if bad := good().Validate(); len(bad) > 0 {
		t.Fatalf("a good profile is refused: %v", bad)
	}
	for name, change := range map[string]func(*seller.Seller){
		"name": func(s *seller.Seller) { s.Name = "" }, "address_line1": func(s *seller.Seller) { s.AddressLine1 = "" },
		"city": func(s *seller.Seller) { s.City = strings.Repeat("x", 51) }, "country": func(s *seller.Seller) { s.Country = "XX" },
		"iban": func(s *seller.Seller) { s.IBAN = "FI2112345600000786" }, "bic": func(s *seller.Seller) { s.BIC = "NORDEA" },
		"contact_email": func(s *seller.Seller) { s.ContactEmail = "Billing <b@x.example>" }, "support_url": func(s *seller.Seller) { s.SupportURL = "javascript:alert(1)" },
		"invoice_prefix": func(s *seller.Seller) { s.InvoicePrefix = "BF-CN" }, "price_currency": func(s *seller.Seller) { s.PriceCurrency = "XXX" },
		"prepaid": func(s *seller.Seller) { s.Prepaid = "single-purpose" }, "legal_line": func(s *seller.Seller) { s.LegalLine = "two\nlines" },
	} {
		s := good()
		change(&s)
		if bad := s.Validate(); len(bad) != 1 || bad[0].Name != name {
			t.Errorf("%s: %v", name, bad)
		}
	}
}

func TestNormalised(t *testing.T) {
	got := seller.Seller{Name: " Nordic ", Country: " fi", IBAN: "fi21 1234 5600 0007 85", PriceCurrency: "eur"}.Normalised()
	if got.Name != "Nordic" || got.Country != "FI" || got.IBAN != "FI2112345600000785" || got.PriceCurrency != "EUR" || got.InvoicePrefix != "BF" {
		t.Errorf("%+v", got)
	}
}

func TestSetWritesOneEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, operator := context.Background(), access.OperatorActor()
		store := seller.NewStore(d, func() time.Time { return time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC) })
		if s, ok, err := store.Get(ctx); err != nil || ok || s != seller.Default() {
			t.Fatalf("empty: %+v %v %v", s, ok, err)
		}
		must(t, store.SetPrepaid(ctx, operator, seller.MultiPurpose))
		if s, ok, err := store.Get(ctx); err != nil || ok || !s.TakesPrepaid() {
			t.Fatalf("prepaid alone: %+v %v %v", s, ok, err)
		}
		must(t, store.Set(ctx, operator, good()))
		must(t, store.Set(ctx, operator, good())) // nothing changes
		changed := good()
		changed.Name = "Nordic Cloud Oyj"
		must(t, store.Set(ctx, operator, changed))
		if s, ok, err := store.Get(ctx); err != nil || !ok || s != changed {
			t.Fatalf("stored: %+v %v %v", s, ok, err)
		}
		var rows []struct{ Type, Before, After string }
		must(t, d.Read(ctx).Raw(`SELECT type, before, after FROM events WHERE chain = 'installation' ORDER BY position`).Scan(&rows).Error)
		if len(rows) != 3 || rows[2].Type != "seller.changed" || !strings.Contains(rows[2].Before, "Nordic Cloud Oy\"") || !strings.Contains(rows[2].After, "Nordic Cloud Oyj") {
			t.Errorf("events: %+v", rows)
		}
		if err := store.Set(ctx, operator, seller.Seller{}); models.KindOf(err) != models.Invalid {
			t.Errorf("empty profile: %v", err)
		}
		if err := store.SetPrepaid(ctx, operator, "yes"); models.KindOf(err) != models.Invalid {
			t.Errorf("prepaid: %v", err)
		}
		if err := store.Set(ctx, access.Actor{Kind: access.User}, good()); models.KindOf(err) != models.Forbidden {
			t.Errorf("user: %v", err)
		}
	})
}

func TestPriceCurrencyStaysOnceUsed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, operator, store := context.Background(), access.OperatorActor(), seller.NewStore(d, nil)
		euro := good()
		euro.PriceCurrency = "EUR"
		must(t, store.Set(ctx, operator, euro))
		now, account, group := time.Now().UTC(), models.NewID(), models.NewID()
		tx := d.Read(ctx)
		must(t, tx.Exec(`INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, 'A', 'a', false, ?)`, account, now).Error)
		must(t, tx.Exec(`INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, 'G', 'g', true, ?)`, group, account, now).Error)
		must(t, tx.Exec(`INSERT INTO invoices (id, account_id, group_id, kind, month, state, reason, currency, price_currency, rate, rate_source, subtotal_minor, credits_minor, taxable_minor, tax_minor, total_minor,
			prepaid_minor, paid_minor, credited_minor, due_minor, tax_local_minor, tax_local_currency, tax_note, snapshot, frozen, created_at, updated_at)
			VALUES (?, ?, ?, 'invoice', '2026-11', 'estimate', '', 'EUR', 'EUR', '1', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', false, ?, ?)`, models.NewID(), account, group, now, now).Error)
		if err := store.Set(ctx, operator, good()); models.KindOf(err) != models.Conflict {
			t.Errorf("another price currency: %v", err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

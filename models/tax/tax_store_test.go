package tax_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/seller"
	"billfold/models/tax"
)

var (
	ctx      = context.Background()
	operator = access.OperatorActor()
)

const file = "country,region,valid_from,rate,name,source\nUS,California,2026-01-01,7.25%,California sales tax,CDTFA\nUS,,2026-01-01,0,US sales tax,\n"

func TestImportAndTreatment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := tax.NewStore(d, nil)
		got, err := store.ImportShipped(ctx, operator)
		if err != nil || got.Stored < 33 || got.Stored != got.Read {
			t.Fatalf("shipped: %+v %v", got, err)
		}
		if again, err := store.ImportShipped(ctx, operator); err != nil || again.Unchanged != got.Stored || again.Stored != 0 {
			t.Errorf("shipped again: %+v %v", again, err)
		}
		if got, err = store.Import(ctx, operator, strings.NewReader(file)); err != nil || got.Stored != 2 {
			t.Errorf("own: %+v %v", got, err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM events WHERE type = 'tax.imported' AND chain = 'installation'`); n != 2 {
			t.Errorf("%d events", n)
		}
		for _, c := range []struct {
			seller   string
			customer tax.Customer
			want     string
		}{
			{"FI", tax.Customer{Country: "FI"}, "Finnish VAT 25.5%"}, {"FI", tax.Customer{Country: "DE", VATID: "DE1", VATStatus: "confirmed"}, "reverse charge"},
			{"US", tax.Customer{Country: "US", Region: "CA"}, "California sales tax 7.25%"}, {"US", tax.Customer{Country: "US", Region: "Texas"}, "US sales tax 0%"},
			{"US", tax.Customer{Country: "CA"}, "no sales tax"}, {"FI", tax.Customer{Country: "US"}, "no VAT"},
		} {
			month := models.Month("2026-10")
			treatment, err := tax.TreatmentTx(d.Read(ctx), seller.Seller{Country: c.seller}, c.customer, month.LastDay())
			if err != nil || treatment.Short(month) != c.want {
				t.Errorf("%+v: %q %v", c.customer, treatment.Short(month), err)
			}
		}
	})
}

func TestStoredRatesChangeOnlyWhileUnused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := tax.NewStore(d, nil)
		own := "country,region,valid_from,rate\nFI,,2024-09-01,0.26\n"
		for _, text := range []string{file, own} {
			if _, err := store.Import(ctx, operator, strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := store.ImportShipped(ctx, operator); err != nil || got.Kept != 1 {
			t.Errorf("the operator's own rate: %+v %v", got, err)
		}
		typo := strings.Replace(file, "7.25%", "7.5%", 1)
		if got, err := store.Import(ctx, operator, strings.NewReader(typo)); err != nil || got.Changed != 1 || got.Unchanged != 1 {
			t.Errorf("a correction before any invoice: %+v %v", got, err)
		}
		issue(t, d, "2026-01")
		_, err := store.Import(ctx, operator, strings.NewReader(file))
		if models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "line 2, rate: the rate of US CA from 2026-01-01 is stored as 0.075") {
			t.Errorf("a change after an invoice: %v", err)
		}
		later := strings.ReplaceAll(file, "2026-01-01", "2026-02-01")
		if got, err := store.Import(ctx, operator, strings.NewReader(later)); err != nil || got.Stored != 2 {
			t.Errorf("a later rate: %+v %v", got, err)
		}
	})
}

func TestImportListsEveryBadPlace(t *testing.T) {
	d := dbtest.New(t, db.SQLite)
	store := tax.NewStore(d, nil)
	for text, places := range map[string][]string{
		"": {"line 1: there are no rates"}, "country,rate,colour\n": {"line 1: column 3: \"colour\" is not one of", "line 1, region: this column is missing", "line 1, valid_from: this column is missing"},
		file + "EL,,2026-01-01,0.24,x,y\nUS,CA,01.01.2026,25.5,x,y\nUS,california,2026-01-01,-1%,x,y\nUS,CA,2026-01-01,0.1,x,y\nFI,,2026-01-01\nFI,,2026-01-01,1e-30,x,\"a\nb\"\n": {
			`line 4, country: "EL" is not a country`, `line 5, valid_from: "01.01.2026" is not a date`, "line 5, rate: write the rate as a fraction", "line 6, rate: write the rate",
			"line 7, valid_from: the rate of US CA from 2026-01-01 is on line 2 already", "line 8: there are 3 values for 6 columns", "line 9, rate: the number has more than 18 decimals", "line 9, source: use at most"},
		"country,region,valid_from,rate\nFI,,\"2026": {"this is not CSV"},
	} {
		_, err := store.Import(ctx, operator, strings.NewReader(text))
		if models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, place := range places {
			if !strings.Contains(err.Error(), place) {
				t.Errorf("%q is not in\n%v", place, err)
			}
		}
		if e, _ := models.AsError(err); len(e.Fields) != len(places) {
			t.Errorf("%d problems, want %d:\n%v", len(e.Fields), len(places), err)
		}
	}
	if n := count(t, d, `SELECT COUNT(*) FROM tax_rates`); n != 0 {
		t.Errorf("%d rates stored", n)
	}
	if _, err := store.ImportShipped(ctx, access.Actor{Kind: access.User}); models.KindOf(err) != models.Forbidden {
		t.Errorf("a user: %v", err)
	}
}

func TestParallelImportsStoreOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		stored := make([]int, 6)
		for i := range stored {
			wg.Go(func() {
				got, err := tax.NewStore(d, nil).Import(ctx, operator, strings.NewReader(file))
				if err != nil {
					t.Error(err)
				}
				stored[i] = got.Stored
			})
		}
		wg.Wait()
		total := 0
		for _, n := range stored {
			total += n
		}
		if total != 2 {
			t.Errorf("%v stored, want 2 once", stored)
		}
	})
}

// issue writes the row of an issued invoice.
func issue(t *testing.T, d *db.DB, month models.Month) {
	t.Helper()
	now, account, group := time.Now().UTC(), models.NewID(), models.NewID()
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, 'A', 'a', false, ?)`, []any{account, now}},
		{`INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, 'G', 'g', true, ?)`, []any{group, account, now}},
		{`INSERT INTO invoices (id, account_id, group_id, kind, month, state, series, series_number, number, reason, currency, price_currency, rate, rate_source, subtotal_minor, credits_minor, taxable_minor, tax_minor, total_minor,
			prepaid_minor, paid_minor, credited_minor, due_minor, tax_local_minor, tax_local_currency, tax_note, tax_date, snapshot, frozen, created_at, updated_at)
			VALUES (?, ?, ?, 'invoice', ?, 'issued', 'BF-2026', 1, 'BF-2026-000001', '', 'USD', 'USD', '1', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', ?, '', true, ?, ?)`,
			[]any{models.NewID(), account, group, string(month), month.LastDay(), now, now}},
	} {
		if err := d.Read(ctx).Exec(q.sql, q.args...).Error; err != nil {
			t.Fatal(err)
		}
	}
}

func count(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	if err := d.Read(ctx).Raw(query).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

package rate_test

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
	"billfold/models/money"
	"billfold/models/rate"

	"github.com/shopspring/decimal"
)

const (
	daily   = "Date, USD, JPY, GBP, \n20 November 2026, 1.0576, 163.42, 0.83440, \n"
	history = "Date,USD,JPY,CYP,\n2026-11-20,1.0576,163.42,N/A,\n2026-11-19,1.0500,161.5,N/A,\n2007-12-31,1.4721,164.93,0.585274,\n"
	plain   = "date,base,currency,rate\n2026-11-20,USD,CHF,0.8812\n"
)

var operator = access.OperatorActor()

func day(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }

func TestImportFormatsAndRateAt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, store := context.Background(), rate.NewStore(d, nil)
		for _, c := range []struct {
			file                    string
			read, stored, unchanged int
		}{{daily, 3, 3, 0}, {history, 7, 5, 2}, {history, 7, 0, 7}, {"\ufeff" + plain, 1, 1, 0}, {daily, 3, 0, 3}} {
			got, err := store.Import(ctx, operator, "", strings.NewReader(c.file))
			if err != nil || got.Read != c.read || got.Stored != c.stored || got.Unchanged != c.unchanged {
				t.Fatalf("%.20q: %+v %v", c.file, got, err)
			}
		}
		for _, c := range []struct{ from, to, on, want, day, source string }{
			{"EUR", "GBP", "2026-11-22", "0.8344", "2026-11-20", rate.ECB}, {"USD", "EUR", "2026-11-20", "0.9455370651", "2026-11-20", rate.ECB},
			{"JPY", "USD", "2026-11-19", "0.006501547988", "2026-11-19", rate.ECB}, {"USD", "CHF", "2026-11-20", "0.8812", "2026-11-20", "Operator"},
			{"EUR", "CYP", "2008-01-02", "0.585274", "2007-12-31", rate.ECB},
		} {
			q, ok, err := rate.RateAt(d.Read(ctx), money.Currency(c.from), money.Currency(c.to), day(c.on))
			if err != nil || !ok || !q.Rate.Equal(decimal.RequireFromString(c.want)) || !q.Date.Equal(day(c.day)) || q.Source != c.source {
				t.Errorf("%s to %s: %+v %v %v", c.from, c.to, q, ok, err)
			}
		}
		if _, ok, err := rate.RateAt(d.Read(ctx), "EUR", "USD", day("2026-11-28")); ok || err != nil {
			t.Errorf("eight days old: %v %v", ok, err)
		}
		if q, ok, err := rate.RateAt(d.Read(ctx), "SEK", "SEK", day("2026-11-28")); !ok || err != nil || !q.Rate.Equal(decimal.NewFromInt(1)) {
			t.Errorf("same: %+v %v %v", q, ok, err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM events WHERE chain = 'installation' AND type = 'rates.imported'`); n != 3 {
			t.Errorf("%d events, want one per import that stored something", n)
		}
	})
}

func TestImportRefusesChangedValues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, store := context.Background(), rate.NewStore(d, nil)
		if _, err := store.Import(ctx, operator, "", strings.NewReader(daily)); err != nil {
			t.Fatal(err)
		}
		_, err := store.Import(ctx, operator, "", strings.NewReader(strings.Replace(history, "1.0576", "1.0577", 1)))
		if models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "line 2, USD: the rate of EUR to USD on 2026-11-20 is stored as 1.0576") {
			t.Errorf("changed value: %v", err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM exchange_rates`); n != 3 {
			t.Errorf("%d rates after a refused import", n)
		}
	})
}

func TestImportListsEveryBadPlace(t *testing.T) {
	d := dbtest.New(t, db.SQLite)
	for file, places := range map[string][]string{
		"": {"line 1: there are no rates"}, "date,base,currency,rate\n": {"line 1: there are no rates"},
		"Datum;USD\n": {"line 1: the first line must be"}, "Date,USD,Euro,\n2026-11-20,1,1,\n": {`line 1: column 3: "Euro"`},
		"Date,USD,JPY,\n2026-11-20,x,0,\n31 June 2026,1,1,\n2026-11-19,1\n2026-11-18,1,1,,5,6\n": {"line 2, USD: \"x\" is not a number", "line 2, JPY: the rate must be above zero",
			`line 3, Date: "31 June 2026" is not a date`, "line 4, JPY: the line ends before", "line 5: there are 6 values for 4 columns"},
		plain + "2026-11-20,usd,chf,0.8812\n2026-13-01,US,CHF,1\n2026-11-20,USD,USD,1\n2026-11-20,USD,SEK,0.00000000000000000001\n2026-11-20,USD\n": {
			"line 3, rate: the rate of USD to CHF on 2026-11-20 is on line 2 already", "line 4, date:", "line 4, base:", "line 5, currency: base and currency are both USD",
			"line 6, rate: the number has more than 18 decimals", "line 7: there are 2 values for 4 columns"},
		plain + "2026-11-21,\"USD,CHF,1\n": {"this is not CSV"}, "PK\x03\x04": {"zip archive"},
	} {
		_, err := rate.NewStore(d, nil).Import(context.Background(), operator, "", strings.NewReader(file))
		if models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v", file, err)
			continue
		}
		for _, place := range places {
			if !strings.Contains(err.Error(), place) {
				t.Errorf("%q: %q is not in\n%v", file, place, err)
			}
		}
		if e, _ := models.AsError(err); len(e.Fields) != len(places) {
			t.Errorf("%q: %d problems, want %d: %v", file, len(e.Fields), len(places), err)
		}
	}
	if n := count(t, d, `SELECT COUNT(*) FROM exchange_rates`); n != 0 {
		t.Errorf("%d rates stored", n)
	}
	if _, err := rate.NewStore(d, nil).Import(context.Background(), access.Actor{Kind: access.User}, "", strings.NewReader(daily)); models.KindOf(err) != models.Forbidden {
		t.Errorf("a user: %v", err)
	}
}

func TestParallelImportsStoreOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		stored := make([]int, 8)
		for i := range stored {
			wg.Go(func() {
				got, err := rate.NewStore(d, nil).Import(context.Background(), operator, "", strings.NewReader(history))
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
		if total != 7 {
			t.Errorf("%v stored, want 7 once", stored)
		}
	})
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := d.Read(context.Background()).Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

package bench

import (
	"testing"

	"billfold/models/db"
	"billfold/models/usage"
)

// prepare makes the environment of a Go benchmark; PostgreSQL is the tests' own, which is not durable.
func prepare(b *testing.B, dialect db.Dialect) *Env {
	e, err := newEnv(b.Context(), tiny(b, dialect))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.close(); err != nil {
			b.Error(err)
		}
	})
	return e
}

// BenchmarkIngest takes in batches of 1,000 records.
func BenchmarkIngest(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		for _, s := range shapes {
			b.Run(string(dialect)+"/"+s.name, func(b *testing.B) {
				e := prepare(b, dialect)
				e.Projects, e.Accounts = 1000, 1
				prepared, w, err := ingestWorld(b.Context(), e)
				if err != nil {
					b.Fatal(err)
				}
				err = e.In(b.Context(), prepared, func(d *db.DB) error {
					store, m, n := usage.NewStore(d, Clock), newMaker(w, s), 0
					for b.Loop() {
						if _, err := store.Ingest(b.Context(), operator, m.batch(n, 1000), usage.Options{}); err != nil {
							return err
						}
						n += 1000
					}
					b.ReportMetric(perSecond(n, b.Elapsed()), "records/s")
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// BenchmarkClosing closes the month of 200 groups with 10 lines each.
func BenchmarkClosing(b *testing.B) {
	const groups = 200
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			e := prepare(b, dialect)
			e.Lines = 10
			prepared, err := closingWorld(b.Context(), e, groups)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				b.StopTimer()
				err := e.In(b.Context(), prepared, func(d *db.DB) error {
					r := closingRound{groups: groups}
					b.StartTimer()
					defer b.StopTimer()
					return r.product(b.Context(), d, e.Progress(""))
				})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(perSecond(groups*b.N, b.Elapsed()), "invoices/s")
		})
	}
}

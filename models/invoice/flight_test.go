package invoice_test

import (
	"fmt"
	"slices"
	"testing"

	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/verify"
)

// A batch that loses to another transaction, early or when it is numbered already, is closed again by itself:
// numbers and credit go in the order of the groups, as if nothing had happened.
func TestABatchThatLosesIsClosedAgain(t *testing.T) {
	for _, table := range []string{"group_months", "events"} {
		for lost := 1; lost <= 4; lost++ {
			t.Run(fmt.Sprint(table, lost), func(t *testing.T) {
				w := newWorld(t, dbtest.New(t, db.Postgres))
				groups := []string{w.group}
				for i := range 5 {
					groups = append(groups, w.newGroup(fmt.Sprint("G", i)))
				}
				slices.Sort(groups)
				for i, g := range groups {
					w.use(w.newProject(fmt.Sprint("p", i), g), "2024-09-05T00:00:00Z", "10")
				}
				w.claim(w.group, 2_500, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForAccount})
				defer invoice.SetGroupsPerTransaction(1)()
				for _, sql := range []string{`CREATE SEQUENCE turns`,
					fmt.Sprintf(`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
						IF nextval('turns') = %d THEN RAISE SQLSTATE '40001'; END IF; RETURN NEW; END $$`, lost),
					`CREATE TRIGGER lose BEFORE INSERT ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION lose()`} {
					w.must(w.db.RunTx(w.ctx, rawly(sql)))
				}
				got := w.close("2024-09")
				for i, g := range groups {
					w.want("number", got[g].Number, fmt.Sprintf("BF-2024-%06d", i+1))
					w.want("credit", w.row(g, "2024-09").CreditsMinor, max(0, min(1_000, 2_500-1_000*i)))
				}
				var turns int
				w.must(w.db.Read(w.ctx).Raw(`SELECT last_value FROM turns`).Scan(&turns).Error)
				w.want("a batch lost", turns > len(groups), true)
				results, err := verify.Run(w.ctx, w.db, nil)
				w.must(err)
				for _, r := range results {
					for _, v := range r.Violations {
						t.Errorf("invariant %s: %s: %s", v.Invariant, v.Subject, v.Message)
					}
				}
			})
		}
	}
}

package bench

import (
	"testing"

	"billfold/models/db"
)

func TestTheAPIIsMeasured(t *testing.T) {
	each(t, func(t *testing.T, dialect db.Dialect, o Options) {
		o.Only = []string{"api-invoices", "api-ingest", "api-export"}
		o.Rounds = 1
		rows := run(t, dialect, o)
		if len(rows) != 6 {
			t.Fatalf("%d rows, want a list, batches of two sizes and an export in three forms", len(rows))
		}
		for _, r := range rows {
			if len(r.Aims) == 0 {
				t.Errorf("%s has no aim", r.Name)
			}
		}
	})
}

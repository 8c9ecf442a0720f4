package db_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"billfold/models/db"
	"billfold/models/db/dbtest"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// TestCopyWritesEveryValueAsItIs copies values of each type, and decimals of all lengths, and reads them back
// as texts.
func TestCopyWritesEveryValueAsItIs(t *testing.T) {
	d := dbtest.New(t, db.Postgres)
	numbers := []string{"0", "1", "-1", "0.1", "-0.000000000000000001", "10000", "9999.9999", "12345678901234567890.123456789012345678", "-99999999999999999999.999999999999999999",
		"0.0001", "0.00001", "1e4", "12e18", "0.00001605990", "100000000", "0.000000000000000000"}
	for range 2000 {
		n := decimal.New(rand.Int64N(1<<uint(1+rand.IntN(62))), -int32(rand.IntN(19)))
		if rand.IntN(3) == 0 {
			n = n.Neg().Mul(decimal.New(1, int32(rand.IntN(4))))
		}
		if n.Abs().GreaterThanOrEqual(decimal.New(1, 20)) { // more than the column takes
			n = n.Shift(-4)
		}
		numbers = append(numbers, n.String())
	}
	at := time.Date(1999, 12, 31, 23, 59, 59, 123456000, time.UTC)
	id := uuid.New()
	long := strings.Repeat("é", 100_000) // more than is sent at a time
	err := d.RunCopyTx(t.Context(), func(tx *gorm.DB, copyFrom db.CopyFrom) error {
		if err := tx.Exec(`CREATE TABLE copied (nth bigint, n numeric(38,18), id uuid, label text, b bytea, at timestamptz, yes boolean, none text)`).Error; err != nil {
			return err
		}
		err := copyFrom("copied", []string{"nth", "n", "id", "label", "b", "at", "yes", "none"}, len(numbers), func(i int, to *db.CopyRow) {
			to.Int(int64(i) - 1)
			to.Numeric(decimal.RequireFromString(numbers[i]))
			to.ID(id.String())
			if to.Text("a\tb"); i == 0 {
				to.Bytes([]byte(long))
			} else {
				to.Bytes([]byte{0, 1, 0xff})
			}
			to.Time(at)
			to.Bool(i%2 == 0)
			to.Null()
		})
		if err != nil {
			return err
		}
		rows, err := tx.Statement.ConnPool.QueryContext(t.Context(), `SELECT nth, n::text, id::text, label, b, at, yes, none IS NULL FROM copied ORDER BY nth`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		n := 0
		for ; rows.Next(); n++ {
			var nth int64
			var number, gotID, label string
			var b []byte
			var when time.Time
			var yes, none bool
			if err := rows.Scan(&nth, &number, &gotID, &label, &b, &when, &yes, &none); err != nil {
				return err
			}
			if want := decimal.RequireFromString(numbers[n]); nth != int64(n)-1 || number != want.Truncate(18).StringFixed(18) {
				t.Errorf("row %d: %s is written as %s", nth, want, number)
			}
			if gotID != id.String() || label != "a\tb" || !when.Equal(at) || yes != (n%2 == 0) || !none || len(b) != 3 && string(b) != long {
				t.Errorf("row %d: %s %q %d bytes %s %t %t", nth, gotID, label, len(b), when, yes, none)
			}
		}
		if n != len(numbers) {
			t.Errorf("%d of %d rows", n, len(numbers))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

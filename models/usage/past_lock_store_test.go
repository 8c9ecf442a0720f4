package usage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// Lines are read without locks of their own, under the account's. Somebody who changes one past that lock
// makes taking in fail, instead of losing what was added meanwhile. On SQLite there is one writer only.
func TestALineChangedPastTheAccountsLockIsNotOverwritten(t *testing.T) {
	d := dbtest.New(t, db.Postgres)
	w := newWorld(t, d)
	w.newProject(w.account, "api", "42")
	w.accept(rec("a", "2026-11-01T00:00:00Z", "1"))
	done := make(chan error, 1)
	w.must(d.RunTx(context.Background(), func(tx *gorm.DB) error {
		if err := tx.Exec(`UPDATE invoice_lines SET record_count = record_count + 1`).Error; err != nil {
			return err
		}
		go func() {
			_, err := w.ingest(rec("b", "2026-11-01T00:00:00Z", "2"))
			done <- err
		}()
		select {
		case err := <-done:
			t.Errorf("it did not wait: %v", err)
			done <- err
		case <-time.After(time.Second):
		}
		return nil
	}))
	if err := <-done; err == nil || !strings.Contains(err.Error(), "1 of 1 invoice lines were changed by somebody else") {
		t.Error(err)
	}
	if n := w.count(`SELECT COUNT(*) FROM usage_records`); n != 1 {
		t.Errorf("%d records", n)
	}
}

package db

import (
	"github.com/glebarez/sqlite"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// The dialects are GORM's own but for two things. Errors of queries, inside and outside of transactions,
// become Unavailable when the database is what failed. And savepoints say when they failed: GORM's own
// swallow the error, after which a group of a closing run that turns out to be impossible half-way could not
// be undone, and its half would be committed with the others.
type (
	liteDialect     struct{ *sqlite.Dialector }
	postgresDialect struct{ *postgres.Dialector }
)

// Translate is what GORM calls with every error.
func (d liteDialect) Translate(err error) error { return translate(err, d.Dialector.Translate) }

// SavePoint begins what RollbackTo undoes.
func (liteDialect) SavePoint(tx *gorm.DB, name string) error { return savePoint(tx, name) }

// RollbackTo undoes everything since the savepoint.
func (liteDialect) RollbackTo(tx *gorm.DB, name string) error { return rollbackTo(tx, name) }

// Translate is what GORM calls with every error.
func (d postgresDialect) Translate(err error) error { return translate(err, d.Dialector.Translate) }

// SavePoint begins what RollbackTo undoes.
func (postgresDialect) SavePoint(tx *gorm.DB, name string) error { return savePoint(tx, name) }

// RollbackTo undoes everything since the savepoint.
func (postgresDialect) RollbackTo(tx *gorm.DB, name string) error { return rollbackTo(tx, name) }

func savePoint(tx *gorm.DB, name string) error { return tx.Exec("SAVEPOINT " + name).Error }

func rollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

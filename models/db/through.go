package db

import "context"

type driverKey struct{}

// ThroughDriver makes Open reach SQLite through another driver that is registered with database/sql, by
// its name. It is there for tests alone, which put one in between that disturbs statements
// (dbtest.Disturbed); without it SQLite's own driver is used. PostgreSQL is disturbed on the wire.
func ThroughDriver(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, driverKey{}, name)
}

// driverName is the driver for SQLite, "" for its own.
func driverName(ctx context.Context) string {
	name, _ := ctx.Value(driverKey{}).(string)
	return name
}

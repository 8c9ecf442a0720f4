package e2e

import (
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// TestDemoStarts starts the product with its demo on an empty database of each kind, signs in, stops
// it in order, and starts it again on what is there.
func TestDemoStarts(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			database := dbtest.EmptyURL(t, dialect)
			for _, start := range []string{"first", "second"} {
				t.Run(start, func(t *testing.T) {
					p := Open(t, Serve(t, database).URL, Options{})
					p.Goto("/sign-in")
					p.Fill("Email address", DemoUser)
					p.Fill("Password", DemoPassword)
					p.Click("Sign in")
					p.Sees("Acme Cloud")
					p.SeesNot("Borealis")
				})
			}
		})
	}
}

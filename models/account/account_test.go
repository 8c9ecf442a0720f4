package account_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	s := account.NewStore(d, func() time.Time { return now })
	a, err := s.CreateAccount(ctx, access.OperatorActor(), "Acme Cloud", "")
	if err != nil {
		t.Fatal(err)
	}
	scope, err := access.New(d).ForAccount(ctx, access.OperatorActor(), a.ID, access.Admin)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.CreateProject(ctx, scope, account.NewProject{Name: "Atlas Nimbus", ExternalID: "51738928782"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CreateProject(ctx, scope, account.NewProject{Name: "atlas  nimbus"})
	if models.KindOf(err) != models.Invalid {
		t.Fatalf("taken name: %v", err)
	}
	got, err := account.HoldersAt(d.Read(ctx), a.ID, []string{p.ID}, now.AddDate(-9, 0, 0))
	if err != nil || got[p.ID] != p.GroupID {
		t.Fatalf("%v %v", got, err)
	}
	if _, err = s.DeleteProject(ctx, scope, p.ID); err != nil {
		t.Fatal(err)
	}
}

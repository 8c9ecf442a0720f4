package people_test

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"

	"gorm.io/gorm"
)

// account makes an account with a group and projects by hand: its room lies above this one.
func account(t *testing.T, d *db.DB, name string, projects ...string) (id string, projectIDs []string) {
	t.Helper()
	id, group := models.NewID(), models.NewID()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err := d.RunTx(ctx(t), func(tx *gorm.DB) error {
		if err := tx.Exec(`INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, ?, ?, ?, ?)`, id, name, name, false, at).Error; err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, 'Default', 'default', ?, ?)`, group, id, true, at).Error; err != nil {
			return err
		}
		for _, p := range projects {
			projectIDs = append(projectIDs, models.NewID())
			if err := tx.Exec(`INSERT INTO projects (id, account_id, group_id, name, name_key, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
				projectIDs[len(projectIDs)-1], id, group, p, p, at).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, projectIDs
}

func TestAddMember(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		ana := create(t, s, "ana@example.com")
		acme, _ := account(t, d, "Acme")
		add := func(account, user string, role access.Role) error {
			return s.AddMember(ctx(t), access.OperatorActor(), account, user, role)
		}
		if err := add(acme, ana.ID, access.RoleBilling); err != nil {
			t.Fatal(err)
		}
		if err := add(acme, ana.ID, access.RoleAdmin); !kind(err, models.Conflict) {
			t.Fatalf("a second time: %v", err)
		}
		if err := add(acme, ana.ID, "owner"); !kind(err, models.Invalid) {
			t.Fatalf("an unknown role: %v", err)
		}
		for _, id := range []string{models.NewID(), "x"} {
			if err := add(id, ana.ID, access.RoleAdmin); !kind(err, models.NotFound) {
				t.Fatalf("account %s: %v", id, err)
			}
			if err := add(acme, id, access.RoleAdmin); !kind(err, models.NotFound) {
				t.Fatalf("user %s: %v", id, err)
			}
		}
		scope, err := access.New(d).ForAccount(ctx(t), access.Actor{Kind: access.User, ID: ana.ID}, acme, access.Read)
		if err != nil || scope.Role() != access.RoleBilling {
			t.Fatalf("%+v, %v", scope, err)
		}
		if n := count(t, d, `SELECT count(*) FROM events WHERE chain = ? AND type = 'member.added'`, acme); n != 1 {
			t.Fatalf("%d events", n)
		}
	})
}

func TestRecentProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, n := newStore(d)
		ana := create(t, s, "ana@example.com")
		acme, own := account(t, d, "Acme", "a1", "a2", "a3", "a4", "a5", "a6")
		_, foreign := account(t, d, "Borealis", "b1")
		if err := s.AddMember(ctx(t), access.OperatorActor(), acme, ana.ID, access.RoleAdmin); err != nil {
			t.Fatal(err)
		}
		names := func() (out string) {
			recent, err := s.Recent(ctx(t), ana.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range recent {
				if p.AccountName != "Acme" || p.Role != access.RoleAdmin {
					t.Fatalf("%+v", p)
				}
				out += p.Name + " "
			}
			return out
		}
		if got := names(); got != "" {
			t.Fatal(got)
		}
		for _, id := range append(own, foreign...) {
			if err := s.See(ctx(t), ana.ID, id); err != nil {
				t.Fatal(err)
			}
			n.advance(time.Second)
		}
		if got := names(); got != "a6 a5 a4 a3 a2 " {
			t.Fatalf("%q: five of the account she may see, the latest first", got)
		}
		if err := s.See(ctx(t), ana.ID, own[0]); err != nil {
			t.Fatal(err)
		}
		if got := names(); got != "a1 a6 a5 a4 a3 " {
			t.Fatal(got)
		}
		if err := d.RunTx(ctx(t), dbExec(`UPDATE projects SET deleted_at = created_at WHERE id = ?`, own[5])); err != nil {
			t.Fatal(err)
		}
		if got := names(); got != "a1 a5 a4 a3 a2 " {
			t.Fatalf("%q with a6 deleted", got)
		}
		for range 30 {
			n.advance(time.Second)
			if err := s.See(ctx(t), ana.ID, models.NewID()); err != nil {
				t.Fatal(err)
			}
		}
		if c := count(t, d, `SELECT count(*) FROM recent_projects`); c > 21 {
			t.Fatalf("%d are remembered", c)
		}
	})
}

package account_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/event"

	"gorm.io/gorm"
)

var noon = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// world is an installation with the account Acme Cloud, its admin Ana Lima and its billing member Bo Chen.
type world struct {
	*testing.T
	d       *db.DB
	s       *account.Store
	mu      sync.Mutex
	now     time.Time
	acme    account.Account
	ana, bo access.Scope
	primary string
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) later(d time.Duration) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	return w.now
}

// each runs a test in a new world on both databases and afterwards holds the world against the invariants.
func each(t *testing.T, run func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &world{T: t, d: d, now: noon}
		w.s = account.NewStore(d, w.clock)
		anaID := w.user("Ana Lima")
		w.acme = must(w.s.CreateAccount(ctx, access.OperatorActor(), "Acme Cloud", anaID))(w)
		w.ana = w.member(w.acme.ID, anaID, "Ana Lima", "")
		w.bo = w.member(w.acme.ID, w.user("Bo Chen"), "Bo Chen", access.RoleBilling)
		w.primary = w.groups()[0].ID
		run(w)
		if !t.Failed() {
			w.checkInvariants()
		}
	})
}

var ctx = context.Background()

// must ends the test on an error.
func must[T any](v T, err error) func(w *world) T {
	return func(w *world) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return v
	}
}

// user makes a user by hand: this room knows users by their ids alone.
func (w *world) user(name string) string {
	w.Helper()
	id := models.NewID()
	w.exec(`INSERT INTO users (id, email, email_key, name, password_hash, created_at) VALUES (?, ?, ?, ?, '', ?)`, id, id+"@example.com", id, name, noon)
	return id
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if err := w.d.RunTx(ctx, func(tx *gorm.DB) error { return tx.Exec(sql, args...).Error }); err != nil {
		w.Fatal(err)
	}
}

// member gives a user a role, unless it is empty, and the scope that goes with it.
func (w *world) member(accountID, userID, name string, role access.Role) access.Scope {
	w.Helper()
	if role != "" {
		w.exec(`INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?)`, accountID, userID, string(role), noon)
	}
	actor := access.Actor{Kind: access.User, ID: userID, Name: name, RequestID: "r-1", IP: "192.0.2.1"}
	return must(access.New(w.d).ForAccount(ctx, actor, accountID, access.Read))(w)
}

// other makes a second account with an admin, a group and a project of its own.
func (w *world) other(name string) (access.Scope, account.Group, account.Project) {
	w.Helper()
	id := w.user("Eve of " + name)
	a := must(w.s.CreateAccount(ctx, access.OperatorActor(), name, id))(w)
	scope := w.member(a.ID, id, "Eve of "+name, "")
	group := must(w.s.CreateGroup(ctx, scope, account.NewGroup{Name: name + " group"}))(w).Group
	project := must(w.s.CreateProject(ctx, scope, account.NewProject{Name: name + " project", ExternalID: "ext-1"}))(w)
	return scope, group, project
}

func (w *world) groups() []account.Group {
	w.Helper()
	list, _, err := w.s.Groups(ctx, w.operator(w.acme.ID), account.GroupQuery{})
	if err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *world) operator(accountID string) access.Scope {
	w.Helper()
	return must(access.New(w.d).ForAccount(ctx, access.OperatorActor(), accountID, access.Admin))(w)
}

func (w *world) group(name string, projectIDs ...string) account.Group {
	w.Helper()
	return must(w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: name, ProjectIDs: projectIDs}))(w).Group
}

func (w *world) project(name string) account.Project {
	w.Helper()
	return must(w.s.CreateProject(ctx, w.ana, account.NewProject{Name: name}))(w)
}

// history is who held a project when.
func (w *world) history(projectID string) []account.Assignment {
	w.Helper()
	return must(account.LoadHistory(w.d.Read(ctx), w.acme.ID, []string{projectID}))(w)[projectID]
}

func (w *world) events(accountID string) []event.Row {
	w.Helper()
	var rows []event.Row
	if err := w.d.Read(ctx).Where("account_id = ?", accountID).Order("position").Find(&rows).Error; err != nil {
		w.Fatal(err)
	}
	return rows
}

// expect runs a change of Acme Cloud that must succeed and write exactly the events of these types.
func (w *world) expect(change func() error, types ...string) []event.Row {
	w.Helper()
	before := len(w.events(w.acme.ID))
	if err := change(); err != nil {
		w.Fatal(err)
	}
	made := w.events(w.acme.ID)[before:]
	var got []string
	for _, e := range made {
		got = append(got, e.Type)
	}
	if !slices.Equal(got, types) {
		w.Fatalf("events %q, want %q", got, types)
	}
	return made
}

// refused runs a change that must fail with the kind and the text, and change nothing: no event either.
func (w *world) refused(kind models.Kind, text string, change func() error) {
	w.Helper()
	before := len(w.events(w.acme.ID))
	err := change()
	if models.KindOf(err) != kind || err.Error() != text {
		w.Fatalf("got %v (kind %d), want %q (kind %d)", err, models.KindOf(err), text, kind)
	}
	if after := len(w.events(w.acme.ID)); after != before {
		w.Fatalf("a refused change wrote %d events", after-before)
	}
}

// subjects are the ids that an event touches.
func (w *world) subjects(e event.Row, kind string) []string {
	w.Helper()
	var ids []string
	err := w.d.Read(ctx).Table("event_subjects").Where("event_seq = ? AND kind = ?", e.Seq, kind).Order("subject_id").Pluck("subject_id", &ids).Error
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

func sorted(ids ...string) []string {
	slices.Sort(ids)
	return ids
}

// checkInvariants holds every account against G1, G4 and E2 of domain.md.
func (w *world) checkInvariants() {
	w.Helper()
	read := w.d.Read(ctx)
	for _, a := range must(w.s.Accounts(ctx))(w) {
		var projects []struct {
			ID, GroupID, Name string
			DeletedAt         *time.Time
		}
		if err := read.Table("projects").Where("account_id = ?", a.ID).Find(&projects).Error; err != nil {
			w.Fatal(err)
		}
		for _, p := range projects {
			held := must(account.LoadHistory(read, a.ID, []string{p.ID}))(w)[p.ID]
			if fault := account.Fault(held); fault != "" {
				w.Errorf("G1: %s %s: %v", p.Name, fault, held)
			} else if held[len(held)-1].GroupID != p.GroupID {
				w.Errorf("G1: %s is in another group than its last assignment says", p.Name)
			}
		}
		var bad int64
		read.Raw(`SELECT COUNT(*) FROM projects p JOIN billing_groups g ON g.id = p.group_id
			WHERE p.account_id = ? AND p.deleted_at IS NULL AND g.deleted_at IS NOT NULL`, a.ID).Scan(&bad)
		if bad != 0 {
			w.Errorf("G4: %d projects are in deleted groups", bad)
		}
		read.Raw(`SELECT COUNT(*) FROM billing_groups WHERE account_id = ? AND is_primary AND deleted_at IS NULL`, a.ID).Scan(&bad)
		if bad != 1 {
			w.Errorf("G4: %s has %d primary groups", a.Name, bad)
		}
		var last []byte
		for i, e := range w.events(a.ID) {
			if e.Position != int64(i+1) || !slices.Equal(e.Hash, e.Link(last)) {
				w.Errorf("E2: the chain of %s breaks at %d (%s)", a.Name, i+1, e.Type)
			}
			last = e.Hash
		}
	}
}

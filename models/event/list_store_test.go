package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

var listStart = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// journal is an account with a group of many events: event n happens n minutes after the start.
type journal struct {
	*testing.T
	d        *db.DB
	s        *event.Store
	scope    access.Scope
	ana      access.Actor
	projects []string
	first    int64 // events that making the account wrote
}

func eachJournal(t *testing.T, run func(j *journal)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		j := &journal{T: t, d: d, s: event.NewStore(d), ana: access.Actor{Kind: access.User, ID: models.NewID(), Name: "Ana Lima", RequestID: "req", IP: "192.0.2.7"}}
		j.exec(`INSERT INTO users (id, email, email_key, name, password_hash, created_at) VALUES (?, 'ana@example.com', 'ana@example.com', 'Ana Lima', 'x', ?)`, j.ana.ID, listStart)
		store := account.NewStore(d, func() time.Time { return listStart.Add(-time.Hour) })
		made, err := store.CreateAccount(ctx, access.OperatorActor(), "Acme", j.ana.ID)
		j.must(err)
		var group string
		j.must(d.Read(ctx).Raw(`SELECT id FROM billing_groups WHERE account_id = ?`, made.ID).Scan(&group).Error)
		j.scope, err = access.New(d).ForGroup(ctx, access.OperatorActor(), group, access.Admin)
		j.must(err)
		for _, name := range []string{"web", "Öre_100%"} {
			p, err := store.CreateProject(ctx, j.scope, account.NewProject{Name: name})
			j.must(err)
			j.projects = append(j.projects, p.ID)
		}
		j.first = int64(len(j.page(event.Filter{}, event.Paging{Size: 100}).Entries))
		run(j)
	})
}

func (j *journal) must(err error) {
	j.Helper()
	if err != nil {
		j.Fatal(err)
	}
}

func (j *journal) exec(sql string, args ...any) {
	j.Helper()
	j.must(j.d.RunTx(context.Background(), func(tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
}

func (j *journal) append(n int, actor access.Actor, e event.Event) {
	j.Helper()
	e.Groups = append(e.Groups, j.scope.GroupID())
	j.must(j.d.RunTx(context.Background(), func(tx *gorm.DB) error {
		return event.Append(tx, actor, j.scope.AccountID(), listStart.Add(time.Duration(n)*time.Minute), e)
	}))
}

func (j *journal) page(f event.Filter, p event.Paging) event.List {
	j.Helper()
	l, err := j.s.OfGroup(context.Background(), j.scope, f, p)
	j.must(err)
	return l
}

func types(l event.List) (all []string) {
	for _, e := range l.Entries {
		all = append(all, e.Type)
	}
	return all
}

func TestEventsNewestFirstPageByPage(t *testing.T) {
	eachJournal(t, func(j *journal) {
		for i := range 60 {
			j.append(i, j.ana, event.Event{Type: fmt.Sprintf("t%02d", i), Category: event.Group, Sentence: "did it."})
		}
		p, seen, pages := event.Paging{Size: 25}, 0, 0
		var l event.List
		for {
			l = j.page(event.Filter{}, p)
			seen, pages = seen+len(l.Entries), pages+1
			if l.Newer != (pages > 1) || l.Count != 60+int(j.first) {
				t.Errorf("page %d: newer %v, %d in all", pages, l.Newer, l.Count)
			}
			if !l.Older {
				break
			}
			p.After = l.Entries[len(l.Entries)-1].Seq
		}
		if seen != 60+int(j.first) || pages != 3 {
			t.Errorf("%d events on %d pages", seen, pages)
		}
		back := j.page(event.Filter{}, event.Paging{Size: 25, Before: l.Entries[0].Seq})
		if !back.Newer || !back.Older || back.Entries[0].Type != "t34" || len(back.Entries) != 25 {
			t.Errorf("back: %v", types(back))
		}
		first := j.page(event.Filter{}, event.Paging{Size: 25, Before: back.Entries[0].Seq})
		if first.Newer || !first.Older || first.Entries[0].Type != "t59" {
			t.Errorf("first: newer %v, %v", first.Newer, types(first))
		}
		// The address of one event is the page that begins with it.
		one := j.page(event.Filter{}, event.Paging{Size: 25, After: first.Entries[0].Seq + 1})
		if one.Newer || one.Entries[0].Type != "t59" {
			t.Errorf("newest by its address: newer %v, %v", one.Newer, types(one))
		}
		beyond := j.page(event.Filter{}, event.Paging{Size: 25, After: 1})
		if beyond.Entries[0].Type != "t59" || beyond.Newer {
			t.Errorf("beyond the end: %v", types(beyond))
		}
	})
}

func TestEventFilters(t *testing.T) {
	eachJournal(t, func(j *journal) {
		j.append(0, j.ana, event.Event{Type: "a", Category: event.Credits, Sentence: "x."})
		j.append(1, access.SystemActor(), event.Event{Type: "b", Category: event.Invoices, Sentence: "x."})
		j.append(24*60, j.ana, event.Event{Type: "c", Category: event.Projects, Sentence: "moved web.", Projects: j.projects[:1]})
		j.append(48*60, j.ana, event.Event{Type: "d", Category: event.Projects, Sentence: "moved both.", Projects: j.projects})
		days := func(n int) time.Time { return listStart.AddDate(0, 0, n) }
		named, err := j.s.ProjectsNamed(context.Background(), j.scope, "0%")
		j.must(err)
		for _, c := range []struct {
			name string
			f    event.Filter
			want []string
		}{
			{"category", event.Filter{Category: event.Credits}, []string{"a"}},
			{"person", event.Filter{Person: j.ana.ID}, []string{"d", "c", "a"}},
			{"installation", event.Filter{Person: event.ByInstallation, From: listStart}, []string{"b"}},
			{"project", event.Filter{Projects: j.projects[:1], From: listStart}, []string{"d", "c"}},
			{"name of a project", event.Filter{Projects: named, From: listStart}, []string{"d"}},
			{"no project of that name", event.Filter{Projects: []string{}}, nil},
			{"from", event.Filter{From: days(1)}, []string{"d", "c"}},
			{"one day", event.Filter{From: days(1), To: days(2)}, []string{"c"}},
			{"to", event.Filter{From: listStart, To: days(1)}, []string{"b", "a"}},
			{"all of them", event.Filter{Category: event.Projects, Person: j.ana.ID, Projects: j.projects[1:], From: days(0), To: days(9)}, []string{"d"}},
			{"unknown person", event.Filter{Person: "somebody"}, nil},
			{"unknown category", event.Filter{Category: "'; --"}, nil},
		} {
			l := j.page(c.f, event.Paging{Size: 25})
			if got := types(l); !slices.Equal(got, c.want) || l.Count != len(c.want) {
				t.Errorf("%s: %v of %d, want %v", c.name, got, l.Count, c.want)
			}
		}
		people, err := j.s.PeopleOfGroup(context.Background(), j.scope)
		if err != nil || !slices.Equal(people, []event.Person{{ID: j.ana.ID, Name: "Ana Lima"}, {ID: event.ByInstallation, Name: "Operator or system"}}) {
			t.Errorf("people %v, %v", people, err)
		}
	})
}

func TestWhatAnEventTouches(t *testing.T) {
	eachJournal(t, func(j *journal) {
		gone := access.Actor{Kind: access.User, ID: models.NewID(), Name: "Cy Dahl", IP: "192.0.2.9"}
		j.append(0, gone, event.Event{Type: "a", Category: event.Projects, Sentence: "moved web and Öre_100%.", Projects: j.projects, Before: map[string]string{"x": "1"}})
		e := j.page(event.Filter{}, event.Paging{Size: 1}).Entries[0]
		if !e.ActorRemoved || e.ActorName != "Cy Dahl" || e.IP != "192.0.2.9" || e.Before != `{"x":"1"}` || !e.At.Equal(listStart) {
			t.Errorf("%+v", e)
		}
		if refs := e.Of("project"); len(refs) != 2 || refs[0].Name != "web" || refs[1].Name != "Öre_100%" || len(e.Of("group")) != 1 {
			t.Errorf("%+v", e.Refs)
		}
		var many []string
		for range 300 {
			many = append(many, models.NewID())
		}
		j.append(1, j.ana, event.Event{Type: "b", Category: event.Projects, Sentence: "moved.", Projects: many})
		l := j.page(event.Filter{}, event.Paging{Size: 2})
		if l.Entries[0].ActorRemoved || !l.Entries[0].Many || len(l.Entries[0].Of("project")) != 0 || l.Entries[1].Many || len(l.Entries[1].Refs) != 3 {
			t.Errorf("%d and %d things", len(l.Entries[0].Refs), len(l.Entries[1].Refs))
		}
	})
}

func TestExportHandsOverEveryEvent(t *testing.T) {
	eachJournal(t, func(j *journal) {
		j.bulk(2500, func(n int) time.Time { return listStart.Add(time.Duration(n) * time.Minute) })
		n, last := 0, int64(1<<62)
		err := j.s.EachOfGroup(context.Background(), j.scope, event.Filter{Category: "bulk"}, func(list []event.Entry) error {
			for _, e := range list {
				if n++; e.Seq >= last {
					t.Fatal("not newest first")
				}
				last = e.Seq
			}
			return nil
		})
		if err != nil || n != 2500 {
			t.Errorf("%d events, %v", n, err)
		}
		full := errors.New("disk full")
		if err := j.s.EachOfGroup(context.Background(), j.scope, event.Filter{}, func([]event.Entry) error { return full }); err != full {
			t.Errorf("%v", err)
		}
	})
}

// bulk writes events as rows, without their chain.
func (j *journal) bulk(n int, at func(n int) time.Time) {
	j.Helper()
	ctx, acc, group := context.Background(), j.scope.AccountID(), j.scope.GroupID()
	var top int64
	j.must(j.d.Read(ctx).Raw(`SELECT MAX(seq) FROM events`).Scan(&top).Error)
	for from := 0; from < n; from += 50 {
		var events, subjects []map[string]any
		for i := from; i < min(from+50, n); i++ {
			seq := top + int64(i) + 1
			events = append(events, map[string]any{"seq": seq, "account_id": acc, "chain": "bulk", "position": seq, "occurred_at": at(i), "actor_kind": "user", "actor_id": j.ana.ID, "actor_name": "Ana Lima",
				"type": "bulk", "category": "bulk", "sentence": "did it.", "before": "", "after": "", "request_id": "", "ip": "", "hash": []byte{1}})
			subjects = append(subjects, map[string]any{"subject_id": group, "event_seq": seq, "account_id": acc, "kind": "group", "category": "bulk", "actor_id": j.ana.ID, "occurred_at": at(i)})
		}
		j.must(j.d.RunTx(ctx, func(tx *gorm.DB) error {
			if err := tx.Table("events").Create(events).Error; err != nil {
				return err
			}
			return tx.Table("event_subjects").Create(subjects).Error
		}))
	}
}

// In a log above the size where dates are searched, each day still has exactly its events.
func TestDatesInALongLog(t *testing.T) {
	eachJournal(t, func(j *journal) {
		// 500 events a day for 50 days; the last of each day is numbered after the first of the next.
		at := func(n int) time.Time {
			when := listStart.AddDate(0, 0, n/500).Add(time.Duration(n%500) * 170 * time.Second)
			if n%500 == 0 && n > 0 {
				return when.Add(-time.Minute)
			}
			return when
		}
		j.bulk(25_000, at)
		for _, day := range []int{0, 1, 17, 48, 49, 60} {
			want := 0
			from, to := listStart.AddDate(0, 0, day), listStart.AddDate(0, 0, day+1)
			for n := range 25_000 {
				if !at(n).Before(from) && at(n).Before(to) {
					want++
				}
			}
			if l := j.page(event.Filter{From: from, To: to, Category: "bulk"}, event.Paging{Size: 25}); l.Count != want {
				t.Errorf("day %d: %d events, want %d", day, l.Count, want)
			}
		}
	})
}

// Whether the projects' events or the group's lead the search, the answer is the same.
func TestProjectsOfManyEvents(t *testing.T) {
	eachJournal(t, func(j *journal) {
		j.bulk(6000, func(n int) time.Time { return listStart.Add(time.Duration(n) * time.Minute) })
		j.exec(`INSERT INTO event_subjects (subject_id, event_seq, account_id, kind, category, actor_id, occurred_at)
			SELECT ?, event_seq, account_id, 'project', category, actor_id, occurred_at FROM event_subjects WHERE category = 'bulk' AND event_seq % 8 <> 0`, j.projects[0])
		want := j.page(event.Filter{Category: "bulk"}, event.Paging{Size: 6000})
		var seqs []int64
		for _, e := range want.Entries {
			if e.Seq%8 != 0 {
				seqs = append(seqs, e.Seq)
			}
		}
		for _, projects := range [][]string{j.projects[:1], j.projects} {
			got := j.page(event.Filter{Projects: projects, Category: "bulk", Person: j.ana.ID}, event.Paging{Size: 6000})
			if len(seqs) != 5250 || len(got.Entries) != len(seqs) {
				t.Fatalf("%d events of %d projects, want %d", len(got.Entries), len(projects), len(seqs))
			}
			for i, e := range got.Entries {
				if e.Seq != seqs[i] {
					t.Fatalf("event %d is %d, want %d", i, e.Seq, seqs[i])
				}
			}
		}
		if l := j.page(event.Filter{Projects: j.projects, Category: event.Credits}, event.Paging{Size: 25}); l.Count != 0 {
			t.Errorf("%d events of another category", l.Count)
		}
	})
}

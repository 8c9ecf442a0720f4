package job

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/db"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type row struct {
	ID          string `gorm:"primaryKey"`
	Kind        string
	UniqueKey   string
	Payload     string
	State       string
	Attempts    int
	LastError   string
	RunAt       time.Time
	LockedUntil *time.Time
	CreatedAt   time.Time
	FinishedAt  *time.Time
}

// TableName names the table for GORM.
func (row) TableName() string { return "jobs" }

const (
	queued  = "queued"
	running = "running"
	done    = "done"
	failed  = "failed"
)

// Enqueue queues a job in the caller's transaction. A job of the same key is queued once, ever: asking
// again changes nothing. The payload is kept as JSON.
func Enqueue(tx *gorm.DB, kind, uniqueKey string, payload any) error {
	return EnqueueAll(tx, kind, []Wanted{{uniqueKey, payload}})
}

// Wanted is a job to be queued.
type Wanted struct {
	UniqueKey string
	Payload   any
}

// EnqueueAll is Enqueue for many jobs of a kind.
func EnqueueAll(tx *gorm.DB, kind string, jobs []Wanted) error {
	n, now := len(jobs), models.Clock(nil).Now()
	payloads := make([]string, n)
	for i, j := range jobs {
		encoded, err := json.Marshal(j.Payload)
		if err != nil {
			return err
		}
		payloads[i] = string(encoded)
	}
	times, nothing := db.Each(n, func(int) time.Time { return now }), make([]string, n)
	_, err := db.InsertRows(tx, "jobs", []db.Column{
		db.Col("id", "uuid", db.Each(n, func(int) string { return models.NewID() })),
		db.Col("kind", "text", db.Each(n, func(int) string { return kind })),
		db.Col("unique_key", "text", db.Each(n, func(i int) string { return jobs[i].UniqueKey })),
		db.Col("payload", "text", payloads),
		db.Col("state", "text", db.Each(n, func(int) string { return queued })),
		db.Col("attempts", "bigint", make([]int64, n)),
		db.Col("last_error", "text", nothing),
		db.Col("run_at", "timestamptz", times),
		db.Col("created_at", "timestamptz", times),
	}, "ON CONFLICT (unique_key) DO NOTHING")
	return err
}

// next gives a job of these kinds that is due, its lease taken; ok is false when there is none.
func (q *Queue) next(ctx context.Context, kinds []string) (r row, ok bool, err error) {
	for {
		now := q.wall.Now()
		// Looking first keeps an idle worker from taking SQLite's one write lock again and again.
		var id string
		if err := dueOf(q.db.Read(ctx), kinds, now).Limit(1).Pluck("id", &id).Error; err != nil || id == "" {
			return row{}, false, err
		}
		gone := false
		err := q.db.RunTx(ctx, func(tx *gorm.DB) (err error) {
			r = row{}
			found := q.skipLocked(dueOf(tx, kinds, now)).Limit(1).Find(&r)
			if gone = found.RowsAffected == 0; gone || found.Error != nil {
				return found.Error
			}
			ok, err = q.lock(tx, &r, now)
			return err
		})
		if err != nil || ok || gone {
			return r, ok && err == nil, err
		}
		// That one was given up; there may be another.
	}
}

// skipLocked takes rows that nobody else is taking this moment. On SQLite the immediate transaction
// lets nobody else do so.
func (q *Queue) skipLocked(tx *gorm.DB) *gorm.DB {
	if q.db.Dialect() != db.Postgres {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
}

func dueOf(tx *gorm.DB, kinds []string, now time.Time) *gorm.DB {
	return tx.Model(&row{}).
		Where("(state = ? AND run_at <= ? OR state = ? AND locked_until <= ?) AND kind IN ?", queued, now, running, now, kinds).
		Order("run_at, id")
}

// claim takes the lease of one job whenever it is due, also of one that was given up; ok is false
// when it is done or somebody is at it.
func (q *Queue) claim(ctx context.Context, id string) (r row, ok bool, err error) {
	err = q.db.RunTx(ctx, func(tx *gorm.DB) error {
		ok = false
		now := q.wall.Now()
		r = row{}
		found := q.skipLocked(tx).Where("id = ? AND (state IN ? OR state = ? AND locked_until <= ?)",
			id, []string{queued, failed}, running, now).Limit(1).Find(&r)
		if found.Error != nil || found.RowsAffected == 0 {
			return found.Error
		}
		if r.State == failed || r.Attempts >= maxAttempts {
			r.Attempts = 0 // somebody asks for it: it has all its tries again
		}
		ok, err = q.lock(tx, &r, now)
		return err
	})
	return r, ok && err == nil, err
}

// lock counts an attempt and takes the lease; a job whose workers died at every attempt is given up.
func (q *Queue) lock(tx *gorm.DB, r *row, now time.Time) (ok bool, err error) {
	if r.Attempts >= maxAttempts {
		return false, tx.Model(&row{}).Where("id = ?", r.ID).Updates(map[string]any{"state": failed, "locked_until": nil,
			"last_error": "the process stopped each time while it worked on this", "finished_at": now}).Error
	}
	until := now.Add(lease)
	r.State, r.LockedUntil, r.Attempts = running, &until, r.Attempts+1
	return true, tx.Model(&row{}).Where("id = ?", r.ID).
		Updates(map[string]any{"state": running, "locked_until": until, "attempts": r.Attempts, "finished_at": nil}).Error
}

// errLeaseLost says that somebody else has the job by now.
var errLeaseLost = errors.New("the job took longer than its lease and is with another worker now")

// settle writes how a job ended, unless its lease was lost.
func (q *Queue) settle(ctx context.Context, r row, values map[string]any) error {
	values["locked_until"] = nil
	return q.db.RunTx(ctx, func(tx *gorm.DB) error {
		saved := tx.Model(&row{}).Where("id = ? AND state = ? AND locked_until = ?", r.ID, running, *r.LockedUntil).Updates(values)
		if saved.Error == nil && saved.RowsAffected == 0 {
			return errLeaseLost
		}
		return saved.Error
	})
}

func (q *Queue) succeed(ctx context.Context, r row) error {
	return q.settle(ctx, r, map[string]any{"state": done, "last_error": "", "finished_at": q.wall.Now()})
}

func (q *Queue) fail(ctx context.Context, r row, cause error) error {
	now := q.wall.Now()
	values := map[string]any{"last_error": clip(cause.Error()), "state": queued, "run_at": now.Add(backOff(r.Attempts))}
	if r.Attempts >= maxAttempts {
		values["state"], values["finished_at"] = failed, now
	}
	return q.settle(ctx, r, values)
}

// giveBack returns a job that was stopped from outside: that is no failure of its own.
func (q *Queue) giveBack(ctx context.Context, r row) error {
	return q.settle(ctx, r, map[string]any{"state": queued, "attempts": r.Attempts - 1, "run_at": q.wall.Now()})
}

// putOff returns a job that cannot be done yet: that is no failure of its own either.
func (q *Queue) putOff(ctx context.Context, r row, l Later) error {
	return q.settle(ctx, r, map[string]any{"state": queued, "attempts": r.Attempts - 1, "last_error": clip(l.Reason), "run_at": q.wall.Now().Add(l.After)})
}

// open lists the jobs of these kinds that are not done, the oldest first.
func (q *Queue) open(ctx context.Context, kinds []string) (ids []string, err error) {
	err = q.db.Read(ctx).Model(&row{}).Where("state IN ? AND kind IN ?", []string{queued, running, failed}, kinds).
		Order("run_at, id").Pluck("id", &ids).Error
	return ids, err
}

// stateOf reads how a job is doing.
func (q *Queue) stateOf(ctx context.Context, id string) (r row, err error) {
	return r, q.db.Read(ctx).Where("id = ?", id).Take(&r).Error
}

func clip(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "")
	}
	return text
}

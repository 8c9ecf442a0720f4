package bench

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// accountGroups is how many billing groups a customer of the closing has, groupsProjects how many projects
// each of them.
const (
	accountGroups  = 10
	groupsProjects = 2
)

// fillClosing makes so many groups with credits, and takes in usage for so many lines each.
func fillClosing(ctx context.Context, d *db.DB, groups, lines int, progress func(done, total int)) error {
	whole, rest := groups/accountGroups, groups%accountGroups
	if err := found(ctx, d); err != nil {
		return err
	}
	w := &world{}
	for _, part := range [][2]int{{whole, accountGroups}, {min(1, rest), rest}} {
		if part[0] == 0 {
			continue
		}
		if err := w.add(ctx, d, part[0], part[1], groupsProjects); err != nil {
			return err
		}
	}
	if err := w.credits(ctx, d); err != nil {
		return err
	}
	store := usage.NewStore(d, Clock)
	var batch []usage.Record
	done := 0
	for _, c := range w.accounts {
		for _, g := range c.groups {
			for l := range lines {
				batch = append(batch, closingRecord(g, done*lines+l, l))
			}
			done++
			if len(batch)+lines > usage.MaxBatch || done == groups {
				if _, err := store.Import(ctx, operator, batch, usage.Options{}); err != nil {
					return err
				}
				batch = batch[:0]
				progress(done, groups)
			}
		}
	}
	return nil
}

// closingRecord is the usage of a group's line: about 7 euros.
func closingRecord(g group, n, line int) usage.Record {
	start := Month.Start().Add(time.Duration(n%600) * time.Hour)
	cost := decimal.New(int64(6_000_000_000+n*7919%1_999_999_993), -9)
	return usage.Record{ID: recordID(n), ProjectID: g.projects[line%len(g.projects)], ServiceName: fmt.Sprintf("db-%03d", line), ServiceType: "pg",
		ServicePlan: "business-4", Cloud: "google-europe-west1", Start: start, End: start.Add(time.Hour), Quantity: decimal.NewFromInt(720),
		Unit: "hours", Cost: &cost, LineType: usage.ServiceCharge}
}

// credits gives every account one for all its groups, every second group one of its own, some one for a
// project, and some prepaid money.
func (w *world) credits(ctx context.Context, d *db.DB) error {
	b, err := newBare(ctx, d)
	if err != nil {
		return err
	}
	codes := table{name: "credits", columns: []string{"id", "code", "code_key", "type", "currency", "value_minor", "starts_at", "claim_limit", "claim_count", "created_at"}}
	claims := table{name: "credit_claims", columns: []string{"id", "account_id", "credit_id", "scope", "group_id", "project_id", "value_minor", "remaining_minor", "claimed_at"}}
	claim := func(account, scope, kind string, group, project any, minor int) {
		code, n := models.NewID(), len(codes.rows)+1
		label := fmt.Sprintf("CODE-%09d", n)
		codes.rows = append(codes.rows, []any{b.id(code), label, label, kind, "EUR", minor, founded, 1, 1, founded})
		claims.rows = append(claims.rows, []any{b.id(models.NewID()), b.id(account), b.id(code), scope, group, project, minor, minor, founded})
	}
	n := 0
	for _, c := range w.accounts {
		claim(c.id, "account", "partner", nil, nil, 12_00)
		for _, g := range c.groups {
			switch n % 10 {
			case 0, 2, 4, 6, 8:
				claim(c.id, "group", "promotion", b.id(g.id), nil, 5_00)
			case 3:
				claim(c.id, "project", "discount", nil, b.id(g.projects[0]), 3_00)
			case 5:
				claim(c.id, "group", "purchase", b.id(g.id), nil, 30_00)
			}
			n++
		}
	}
	return b.within(ctx, func(tx *sql.Tx) error {
		if err := b.insert(ctx, tx, codes); err != nil {
			return err
		}
		return b.insert(ctx, tx, claims)
	})
}

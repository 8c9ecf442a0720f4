package usage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"

	"gorm.io/gorm"
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	Options
	Format        Format
	PriceCurrency money.Currency // the installation's

	// Progress is called now and then with the bytes of the file that are done, first of checking and then
	// of taking in; nil for never.
	Progress func(step Step, done, total int64)
}

// Step is one of the two passes over a file.
type Step int

// The steps of an import.
const (
	Checking Step = iota // nothing is changed
	TakingIn
)

// ImportFile takes in a file in two passes. The first checks every record as Ingest does, and that no two of
// the file have one id and different content; it changes nothing, so nothing of a bad file is taken in. The
// second takes the records in, in batches of MaxBatch, each in one transaction with its event: other work
// goes on between them. When it is interrupted, importing the file again adds the rest, since what is in
// counts as duplicates. Memory does not grow with the file, except that FOCUS rows without an Id need some
// 40 bytes each; about 100 bytes a record are needed on disk meanwhile.
//
// Errors as Ingest. With one from the second pass, which a change after the check or an interruption makes,
// Result counts what was taken in all the same.
func (s *Store) ImportFile(ctx context.Context, actor access.Actor, file io.ReadSeeker, opt ImportOptions) (Result, error) {
	if err := mayIngest(actor, opt.Options); err != nil {
		return Result{}, err
	}
	total, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return Result{}, err
	}
	if opt.Progress == nil {
		opt.Progress = func(Step, int64, int64) {}
	}
	check := &check{tx: s.db.Read(ctx), opt: opt.Options, planned: newDirectory(), spool: &spool{}, problems: &Problems{}}
	defer check.spool.close()
	if err := check.account(); err != nil {
		return Result{}, err
	}
	pass := func(step Step, problems *Problems, take func([]Record) error) error {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		in := &counted{from: io.LimitReader(file, total)}
		err := read(in, ReadOptions{Format: opt.Format, PriceCurrency: opt.PriceCurrency, Now: s.clock.Now()}, problems, func(batch []Record) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := take(batch)
			opt.Progress(step, in.done, total)
			return err
		})
		opt.Progress(step, total, total)
		return err
	}
	if err := pass(Checking, check.problems, check.batch); err != nil {
		return Result{}, err
	}
	if err := check.end(); err != nil {
		return Result{}, err
	}
	return s.takeFile(ctx, actor, opt.Options, func(problems *Problems, take func([]Record) error) error { return pass(TakingIn, problems, take) })
}

// takeFile is the second pass.
func (s *Store) takeFile(ctx context.Context, actor access.Actor, opt Options, read func(*Problems, func([]Record) error) error) (Result, error) {
	var result Result
	problems := &Problems{} // a file that is changed meanwhile has some
	err := read(problems, func(batch []Record) error {
		if problems.Total > 0 {
			return problems
		}
		got, err := s.take(ctx, actor, batch, opt)
		result.Accepted += got.Accepted
		result.Duplicates += got.Duplicates
		return err
	})
	if err == nil {
		err = problems.err()
	}
	var p *Problems
	if errors.As(err, &p) {
		p.Before = result.Accepted + result.Duplicates
	}
	return result, err
}

// counted counts what is read.
type counted struct {
	from io.Reader
	done int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.done += int64(n)
	return n, err
}

// check is the first pass over a file: everything that taking in refuses, without taking in.
type check struct {
	tx       *gorm.DB // of the read pool
	opt      Options
	planned  *directory // the projects that will be made
	spool    *spool
	problems *Problems
}

// account is NotFound when the account of the records does not exist.
func (c *check) account() error {
	if c.opt.AccountID == "" {
		return nil
	}
	var n int
	err := c.tx.Raw(`SELECT COUNT(*) FROM accounts WHERE id = ? AND deleted_at IS NULL`, c.opt.AccountID).Scan(&n).Error
	if err == nil && n == 0 {
		err = models.NotFoundf("Account not found")
	}
	return err
}

// batch checks records that are right in themselves: whose they are, and whether they were taken in before.
func (c *check) batch(batch []Record) error {
	in := &intake{tx: c.tx, opt: c.opt, batch: batch, parts: []part{{to: len(batch)}}, problems: &Problems{}}
	refs := referencesOf(batch)
	found, err := in.lookUp(refs.each)
	if err != nil {
		return err
	}
	plan := c.plan
	if !c.opt.CreateProjects {
		plan = nil
	}
	places, err := in.own(refs, found, plan)
	if errors.Is(err, in.problems) {
		err = nil
	}
	if err != nil {
		return err
	}
	defer in.digest()()
	for accountID, of := range places {
		fresh, _, err := in.fresh(accountID, of)
		if err != nil {
			return err
		}
		for _, r := range fresh {
			if err := c.spool.add(accountID, r.ID, r.hash, r.Line); err != nil {
				return err
			}
		}
	}
	c.problems.join(in.problems)
	return nil
}

// end finds the conflicts within the file and says whether anything is wrong with it.
func (c *check) end() error {
	err := c.spool.conflicts(func(recordID string, line, first int) {
		r := &Record{ID: recordID, Line: line}
		c.problems.conflict(r, -1, fmt.Sprintf("a record with this id but other content came in line %d", first))
	})
	if err != nil {
		return err
	}
	c.problems.sort()
	return c.problems.err()
}

// plan is create without creating: it finds out whether a missing project can be made, and remembers it.
func (c *check) plan(r *Record, missing models.Field) (owner, *models.Field, error) {
	if o, bad := c.planned.find(r); bad == nil {
		return o, nil, nil
	}
	wanted, ok := missingProject(r)
	if !ok {
		return owner{}, &missing, nil
	}
	if err := models.InvalidFields(wanted.Check()...); err != nil {
		return owner{}, cannotMake(wanted.Name, missing, err), nil
	}
	name := account.CleanName(wanted.Name)
	taken, err := c.taken(name)
	if err == nil && taken && wanted.IfTaken != "" {
		name = account.CleanName(wanted.IfTaken)
		if err := models.InvalidFields(account.CheckProjectName(name)...); err != nil {
			return owner{}, cannotMake(wanted.Name, missing, err), nil
		}
		taken, err = c.taken(name)
	}
	if err != nil {
		return owner{}, nil, err
	}
	if taken {
		return owner{}, cannotMake(wanted.Name, missing, models.Invalidf("name", "There is already a project called %s", name)), nil
	}
	p := &project{ID: models.NewID(), AccountID: c.opt.AccountID, Name: name, NameKey: account.NameKey(name)}
	if id := strings.TrimSpace(wanted.ExternalID); id != "" {
		p.ExternalID = &id
	}
	c.planned.add(p)
	return owned(p), nil, nil
}

// taken tells whether a project of any account has the name, or will have.
func (c *check) taken(name string) (bool, error) {
	key := account.NameKey(name)
	if c.planned.byName[key] != nil {
		return true, nil
	}
	var n int
	err := c.tx.Raw(`SELECT COUNT(*) FROM projects WHERE name_key = ?`, key).Scan(&n).Error
	return n > 0, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/usage"
)

type usageCmd struct {
	Import usageImportCmd `cmd:"" help:"Take in a usage file: FOCUS CSV or native NDJSON. All of it is checked first; again changes nothing."`
}

type usageImportCmd struct {
	File           string `arg:"" help:"Path of the file, - for standard input."`
	Account        string `help:"Take only records of this account (id or name)."`
	CreateProjects bool   `help:"Make missing projects in the primary billing group of --account (or of the only account)."`
	Format         string `help:"focus or billfold (default: told by the content)."`
}

func (c *usageImportCmd) Run(a *app) error {
	format, err := usage.ParseFormat(c.Format)
	if err != nil {
		return err
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		opt := usage.ImportOptions{Options: usage.Options{CreateProjects: c.CreateProjects}, Format: format}
		if opt.AccountID, err = c.account(a, d, clock); err != nil {
			return err
		}
		if opt.PriceCurrency, err = invoice.NewStore(d, clock).PriceCurrency(a.ctx); err != nil {
			return err
		}
		file, err := openInput(a, c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		opt.Progress = progress(a)
		result, err := usage.NewStore(d, clock).ImportFile(a.ctx, operator(), file, opt)
		if err != nil && a.ctx.Err() != nil {
			return fmt.Errorf("interrupted; %d records were taken in, %d were there before. Import the file again to add the rest", result.Accepted, result.Duplicates)
		}
		if err != nil {
			return err
		}
		return a.print(result, "%d records accepted, %d were there before.", result.Accepted, result.Duplicates)
	})
}

// progress shows both passes over the file, each with a bar of its own, in kilobytes.
func progress(a *app) func(step usage.Step, done, total int64) {
	checking, taking := a.bar("Checking usage (kB)"), a.bar("Taking in usage (kB)")
	if checking == nil {
		return nil
	}
	return func(step usage.Step, done, total int64) {
		bar := checking
		if step == usage.TakingIn {
			bar = taking
		}
		bar(int(done>>10), int(total>>10)+1)
		if done == total {
			bar(int(total>>10)+1, int(total>>10)+1)
		}
	}
}

// account is the account that the file belongs to: the named one, or, when projects are to be made and
// there is only one account, that one.
func (c *usageImportCmd) account(a *app, d *db.DB, clock models.Clock) (string, error) {
	accounts := account.NewStore(d, clock)
	if c.Account != "" {
		found, err := accounts.FindAccount(a.ctx, c.Account)
		return found.ID, err
	}
	if !c.CreateProjects {
		return "", nil
	}
	all, err := accounts.Accounts(a.ctx)
	if err != nil {
		return "", err
	}
	if len(all) != 1 {
		return "", fmt.Errorf("--create-projects needs --account, to know where missing projects belong; there are %d accounts", len(all))
	}
	return all[0].ID, nil
}

// openInput opens a file that is read twice, - for standard input. What can be read only once, standard input
// or a pipe, is copied to a temporary file.
func openInput(a *app, path string) (*os.File, error) {
	if path == "-" {
		return usage.Spool(interruptible{a.ctx, a.stdin})
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return f, nil
	}
	defer func() { _ = f.Close() }()
	return usage.Spool(interruptible{a.ctx, f})
}

// interruptible ends reading when the command is interrupted.
type interruptible struct {
	ctx  context.Context
	from io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, errors.New("interrupted; nothing was taken in")
	}
	return r.from.Read(p)
}

// openFile opens a file for reading, with an error of one sentence.
func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	var e *os.PathError
	if errors.As(err, &e) {
		return nil, fmt.Errorf("cannot read %s: %w", path, e.Err)
	}
	return f, err
}

package main

import (
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
	Import usageImportCmd `cmd:"" help:"Take in a usage file: FOCUS CSV or native NDJSON. All of it or nothing; again changes nothing."`
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
		opt := usage.Options{CreateProjects: c.CreateProjects}
		if opt.AccountID, err = c.account(a, d, clock); err != nil {
			return err
		}
		price, err := invoice.NewStore(d, clock).PriceCurrency(a.ctx)
		if err != nil {
			return err
		}
		in, err := c.reader(a)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
		records, err := usage.Read(in, usage.ReadOptions{Format: format, PriceCurrency: price, Now: clock.Now()})
		if err != nil {
			return err
		}
		if bar := a.bar("Taking in usage"); bar != nil {
			opt.Progress = func(done int) { bar(done, len(records)) }
		}
		result, err := usage.NewStore(d, clock).Import(a.ctx, operator(), records, opt)
		if err != nil {
			return err
		}
		return a.print(result, "%d records accepted, %d were there before.", result.Accepted, result.Duplicates)
	})
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

func (c *usageImportCmd) reader(a *app) (io.ReadCloser, error) {
	if c.File == "-" {
		return io.NopCloser(a.stdin), nil
	}
	return openFile(c.File)
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

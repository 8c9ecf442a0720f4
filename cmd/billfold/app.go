package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// globals are the flags of every command.
type globals struct {
	DatabaseURL string `name:"database-url" help:"sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME (default sqlite:billfold.db; with --demo sqlite:billfold-demo.db)." placeholder:"URL"`
	Clock       string `help:"Fix the business clock to this RFC 3339 time, for demos and tests." placeholder:"TIME"`
	JSON        bool   `name:"json" help:"Print the result as JSON."`
}

// app is what a command works with.
type app struct {
	globals
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

const (
	defaultDatabase = "sqlite:billfold.db"
	demoDatabase    = "sqlite:billfold-demo.db"
)

// clock is the business clock: the real one, or fixed by --clock.
func (a *app) clock() (models.Clock, error) {
	if a.Clock == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, a.Clock)
	if err != nil {
		return nil, fmt.Errorf("--clock must be an RFC 3339 time such as 2026-11-22T14:05:00Z")
	}
	return func() time.Time { return t }, nil
}

// open opens the database and refuses one whose schema is not up to date.
func (a *app) open() (*db.DB, models.Clock, error) {
	clock, err := a.clock()
	if err != nil {
		return nil, nil, err
	}
	if a.DatabaseURL == "" {
		a.DatabaseURL = defaultDatabase
	}
	d, err := db.Open(a.ctx, a.DatabaseURL)
	if err != nil {
		return nil, nil, err
	}
	pending, err := d.Pending(a.ctx)
	if err == nil && pending > 0 {
		err = fmt.Errorf("the database schema is not up to date; run: billfold migrate")
	}
	if err != nil {
		_ = d.Close()
		return nil, nil, err
	}
	return d, clock, nil
}

// with opens the database for one command and closes it afterwards.
func (a *app) with(fn func(d *db.DB, clock models.Clock) error) error {
	d, clock, err := a.open()
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return fn(d, clock)
}

// print writes a command's result: as JSON with --json, else as people read it.
func (a *app) print(result any, format string, args ...any) error {
	if a.JSON {
		return json.NewEncoder(a.stdout).Encode(result)
	}
	_, err := fmt.Fprintf(a.stdout, format+"\n", args...)
	return err
}

// bar shows progress on a terminal; nothing elsewhere, and nothing with --json.
func (a *app) bar(words string) func(done, total int) {
	screen, ok := a.stderr.(*os.File)
	if a.JSON || !ok || !term.IsTerminal(int(screen.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(words),
				progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionOnCompletion(func() { _, _ = fmt.Fprintln(a.stderr) }))
		}
		_ = bar.Set(done)
	}
}

// log writes what happens as JSON lines on stderr.
func (a *app) log() *slog.Logger { return slog.New(slog.NewJSONHandler(a.stderr, nil)) }

func operator() access.Actor { return access.OperatorActor() }

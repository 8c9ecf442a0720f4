package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"

	"billfold/cmd/billfold/bench"
)

type benchCmd struct {
	Only       []string `help:"Measure only these, by name; the names are below." placeholder:"NAME"`
	Records    int      `default:"100000" help:"Usage records to take in (the full size is 1000000)."`
	Projects   int      `default:"10000" help:"Projects that they belong to."`
	Accounts   int      `default:"1" help:"Accounts that own these projects."`
	Groups     int      `default:"1000" help:"Billing groups to close, and ten times as many to see that it is linear (full: 10000)."`
	Lines      int      `default:"10" help:"Lines of each."`
	Events     int      `default:"100000" help:"Events of the large billing group whose pages are read (full: 1000000)."`
	Rounds     int      `default:"3" help:"Rounds of each measurement; the medians are reported."`
	CPUProfile string   `name:"cpuprofile" help:"Write a CPU profile of it all to this file." placeholder:"FILE"`
	MemProfile string   `name:"memprofile" help:"Write a memory profile at the end to this file." placeholder:"FILE"`
}

// Help is what `bench --help` says beyond the flags.
func (c *benchCmd) Help() string {
	return `Everything runs in throw-away databases of its own: SQLite files in the temporary folder, or with
--database-url postgres://... new databases on that server, which are dropped at the end. The database that
the URL names is not touched; only a run that was killed leaves new ones behind (billfold_scratch_...). The
limit is the same rows written by bare SQL, in the same run.

Measurements: ` + strings.Join(bench.Names(), ", ") + "."
}

// benchReport is what bench --json prints.
type benchReport struct {
	Server     string      `json:"server"`
	Processors int         `json:"processors"`
	Load       string      `json:"load"` // average at the start: above zero, others slow the figures down; "" where it is not told
	Rows       []bench.Row `json:"rows"`
}

func (c *benchCmd) Run(a *app) (err error) {
	stop, err := c.profile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	// A reader that goes away, as head does, ends it with an error and the databases dropped, not at once.
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	report := benchReport{Processors: runtime.NumCPU(), Load: load(), Rows: []bench.Row{}}
	options := bench.Options{Address: a.DatabaseURL, Only: c.Only, Records: c.Records, Projects: c.Projects, Accounts: c.Accounts,
		Groups: c.Groups, Lines: c.Lines, Events: c.Events, Rounds: c.Rounds, Bar: a.bar}
	report.Server, err = bench.Run(a.ctx, options, func(rows []bench.Row) error {
		report.Rows = append(report.Rows, rows...)
		if a.JSON {
			return nil
		}
		return bench.Print(a.stdout, rows)
	})
	if a.ctx.Err() != nil {
		return errors.New("interrupted; the throw-away databases are dropped")
	}
	if err != nil {
		return err
	}
	return a.print(report, "%d processors, load average %s at the start; %s", report.Processors, cmp.Or(report.Load, "unknown"), report.Server)
}

// load is the system's load average of the last minute, where Linux tells it.
func load() string {
	content, _ := os.ReadFile("/proc/loadavg")
	average, _, _ := strings.Cut(string(content), " ")
	return average
}

// profile starts what --cpuprofile and --memprofile ask for; stop writes it.
func (c *benchCmd) profile() (stop func() error, err error) {
	stop = func() error { return nil }
	if c.CPUProfile != "" {
		f, err := os.Create(c.CPUProfile)
		if err != nil {
			return stop, fmt.Errorf("cannot write the profile: %w", err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return stop, errors.Join(err, f.Close())
		}
		stop = func() error { pprof.StopCPUProfile(); return f.Close() }
	}
	if c.MemProfile == "" {
		return stop, nil
	}
	cpu := stop
	return func() error {
		err := cpu()
		f, failed := os.Create(c.MemProfile)
		if failed != nil {
			return errors.Join(err, fmt.Errorf("cannot write the profile: %w", failed))
		}
		return errors.Join(err, pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
	}, nil
}

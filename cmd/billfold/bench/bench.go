// Package bench measures the product against its limits: the same rows written with bare SQL, on the
// same machine in the same run. Every measurement works in throw-away databases and leaves nothing.
//
//	bench.go    the list of measurements, running them     result.go  rows of results, medians, aims
//	env.go      what a measurement works with              print.go   the table
//	memory.go   the peak of the heap and of the process    limit.go   bare SQL
//	world.go    accounts, groups and projects to work on
//	ingest*.go  taking usage in                            closing*.go  closing a month
//	pages*.go   pages through the full handler stack
//	api*.go     the API over HTTP
package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Measurement is something that can be measured; --only picks it by its name.
type Measurement struct {
	Name  string
	About string // what it does, in a few words for --help
	Run   func(ctx context.Context, e *Env) ([]Row, error)
}

// measurements is the list of all; each file of measurements adds its own to it here.
func measurements() []Measurement {
	return slices.Concat(ingestMeasurements(), closingMeasurements(), pagesMeasurements(), apiMeasurements())
}

// Names are the names of all measurements, in the order they run.
func Names() []string {
	var names []string
	for _, m := range measurements() {
		names = append(names, m.Name)
	}
	return names
}

// Run carries out the measurements that are named, all of them when none is, and hands each one's rows to
// report as they come. Without an error no throw-away database is left behind, nor with most.
func Run(ctx context.Context, o Options, report func([]Row) error) (server string, err error) {
	chosen, err := choose(o.Only)
	if err != nil {
		return "", err
	}
	e, err := newEnv(ctx, o)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	for _, m := range chosen {
		rows, err := m.Run(ctx, e)
		if err != nil {
			return e.Server, fmt.Errorf("%s: %w", m.Name, err)
		}
		if err := report(rows); err != nil {
			return e.Server, err
		}
	}
	return e.Server, nil
}

func choose(only []string) ([]Measurement, error) {
	all := measurements()
	if len(only) == 0 {
		return all, nil
	}
	var chosen []Measurement
	for _, name := range only {
		i := slices.IndexFunc(all, func(m Measurement) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no measurement %q; choose among %s", name, strings.Join(Names(), ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

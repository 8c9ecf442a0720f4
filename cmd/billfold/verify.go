package main

import (
	"fmt"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/verify"
)

type verifyCmd struct{}

func (c *verifyCmd) Run(a *app) error {
	return a.with(func(d *db.DB, _ models.Clock) error {
		results, failure := verify.Run(a.ctx, d, a.bar("Checking"))
		broken := verify.Violated(results)
		if a.JSON {
			if err := a.print(map[string]any{"violations": broken, "checks": results}, ""); err != nil {
				return err
			}
		} else {
			printResults(a, results)
		}
		if failure != nil {
			return failure
		}
		if broken > 0 {
			return fmt.Errorf("%d violations found", broken)
		}
		return nil
	})
}

func printResults(a *app, results []verify.Result) {
	for _, r := range results {
		state := "ok"
		if r.Violated > 0 {
			state = fmt.Sprintf("%d VIOLATIONS", r.Violated)
		}
		_, _ = fmt.Fprintf(a.stdout, "%-32s %10d checked  %s\n", r.Name, r.Checked, state)
		for _, v := range r.Violations {
			_, _ = fmt.Fprintf(a.stdout, "  %s  %s: %s\n", v.Invariant, v.Subject, v.Message)
		}
		if more := r.Violated - len(r.Violations); more > 0 {
			_, _ = fmt.Fprintf(a.stdout, "  and %d more\n", more)
		}
	}
}

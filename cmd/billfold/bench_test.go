package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"billfold/cmd/billfold/bench"
)

// TestBenchCommand runs the smallest closing: a table, the same as JSON, and profiles where they were asked for.
func TestBenchCommand(t *testing.T) {
	dir := t.TempDir()
	cpu, memory := filepath.Join(dir, "cpu"), filepath.Join(dir, "memory")
	args := []string{"bench", "--database-url", "sqlite:" + filepath.Join(dir, "x.db"), "--only", "closing", "--groups", "2", "--lines", "2", "--rounds", "1"}
	bench := func(more ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(args, more...), nil, &out, &errs)
		return code, out.String(), errs.String()
	}
	code, out, errs := bench("--cpuprofile", cpu, "--memprofile", memory)
	if code != 0 || !strings.Contains(out, "closing (20 groups, 2 lines each)") || !strings.Contains(out, "at the start; SQLite") {
		t.Fatalf("code %d, %s\n%s", code, out, errs)
	}
	for _, file := range []string{cpu, memory} {
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("no profile %s: %v", file, err)
		}
	}
	code, out, errs = bench("--json")
	var report benchReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 {
		t.Fatalf("code %d, %v: %s\n%s", code, err, out, errs)
	}
	if len(report.Rows) != 2 || report.Rows[1].Name != "closing" || report.Rows[1].Median <= 0 || report.Rows[1].Limit == nil || report.Processors < 1 {
		t.Errorf("%+v", report)
	}
	if code, _, errs = bench("--only", "lottery"); code != 1 || !strings.Contains(errs, "lottery") {
		t.Errorf("an unknown measurement: code %d, %s", code, errs)
	}
	if code, _, errs = bench("--cpuprofile", filepath.Join(dir, "no", "folder")); code != 1 || !strings.Contains(errs, "profile") {
		t.Errorf("a profile in no folder: code %d, %s", code, errs)
	}
}

// TestBenchHelp names every measurement.
func TestBenchHelp(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), []string{"bench", "--help"}, nil, &out, &out); code != 0 {
		t.Fatalf("code %d: %s", code, out.String())
	}
	for _, name := range bench.Names() {
		if !strings.Contains(out.String(), name) {
			t.Errorf("the help lacks %s:\n%s", name, out.String())
		}
	}
}

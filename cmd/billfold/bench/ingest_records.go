package bench

import (
	"fmt"
	"time"

	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// shape is how records fall on lines.
type shape struct {
	name     string
	about    string
	perLine  int
	aimRatio float64 // of the limit's speed, on PostgreSQL
	aimSpeed float64 // records/s, on PostgreSQL
}

var shapes = []shape{
	{"scattered", "each record on a line of its own, projects in no order", 1, 0.5, 30_000},
	{"usual", "100 records on a line, those of a service one after the other", 100, 0.8, 60_000},
}

// maker makes usage records out of their number alone, so that a million need no memory.
type maker struct {
	projects []string
	shape    shape
}

func newMaker(w *world, s shape) *maker {
	m := &maker{shape: s}
	for _, c := range w.accounts {
		for _, g := range c.groups {
			m.projects = append(m.projects, g.projects...)
		}
	}
	return m
}

// batch makes the records from a number on.
func (m *maker) batch(from, n int) []usage.Record {
	records := make([]usage.Record, n)
	for i := range records {
		records[i] = m.record(from + i)
	}
	return records
}

// record is the n-th record. Its line goes by n / perLine; consecutive lines are of far apart projects.
func (m *maker) record(n int) usage.Record {
	line := n / m.shape.perLine
	project := int(uint64(line) * 0x9E3779B97F4A7C15 >> 20 % uint64(len(m.projects)))
	start := Month.Start().Add(time.Duration(n%700) * time.Hour)
	cost := decimal.New(int64(100_000+n*7919%9_999_991), -9) // 0.0001 to 0.0101, nine places: real metering has such
	return usage.Record{
		ID: recordID(n), ProjectID: m.projects[project],
		ServiceName: fmt.Sprintf("db-%07d", line), ServiceType: "pg", ServicePlan: "business-4", Cloud: "google-europe-west1",
		Start: start, End: start.Add(time.Hour), Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &cost,
		LineType: usage.ServiceCharge, Tags: map[string]string{"env": "production", "team": "payments"},
	}
}

// recordID is the id that the producer gives its n-th record: ids sort as the numbers do.
func recordID(n int) string { return fmt.Sprintf("meter-%012d", n) }

package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// offer is a service plan with its price by the hour.
type offer struct{ kind, plan, price string }

var offers = []offer{
	{"pg", "business-4", "0.3561"}, {"kafka", "business-4", "0.8904"}, {"opensearch", "startup-8", "0.2740"}, {"valkey", "startup-4", "0.1027"},
	{"pg", "startup-4", "0.1233"}, {"clickhouse", "business-16", "1.4384"}, {"grafana", "startup-1", "0.0411"}, {"mysql", "business-8", "0.5479"},
	{"pg", "premium-8", "1.1507"}, {"flink", "business-4", "0.4795"},
}

var clouds = []string{"google-europe-north1", "aws-eu-central-1", "google-europe-west1", "azure-westeurope", "aws-us-west-2"}

// step is how much time one record covers.
const step = 48 * time.Hour

// spread is a number that depends on its parts alone, so that the same demo comes out every time.
func spread(parts ...string) int {
	h := fnv.New32a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p + "\x00"))
	}
	return int(h.Sum32() % 1_000_003)
}

// used is the usage of all projects in [from, to).
func (s *story) used(ctx context.Context, from, to time.Time) error {
	var batch []usage.Record
	for _, g := range world {
		for _, project := range g.projects {
			batch = append(batch, s.projectUsage(project, from, to)...)
		}
	}
	batch = append(batch, s.groupCharges(from, to)...)
	for len(batch) > 0 {
		part := batch[:min(len(batch), 5_000)]
		batch = batch[len(part):]
		if _, err := s.usage.Ingest(ctx, access.SystemActor(), part, usage.Options{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) projectUsage(project string, from, to time.Time) []usage.Record {
	var records []usage.Record
	taken := map[string]bool{}
	services := 1 + spread(project, "services")%3
	for i := range services {
		o := offers[(spread(project, "offer")+i*3)%len(offers)]
		price := decimal.RequireFromString(o.price)
		name := fmt.Sprintf("%s-%s", o.kind, project)
		if taken[name] {
			name = fmt.Sprintf("%s-%d", name, i+1)
		}
		taken[name] = true
		for start := from; start.Before(to); {
			end := start.Add(step)
			if end.After(to) {
				end = to
			}
			// Some services rest at weekends.
			hours := decimal.NewFromFloat(end.Sub(start).Hours()).Round(6)
			if spread(project, name, start.Format(time.DateOnly))%9 == 0 {
				hours = hours.Mul(decimal.RequireFromString("0.5"))
			}
			if hours.IsPositive() {
				records = append(records, usage.Record{ID: fmt.Sprintf("demo:%s:%s:%s", project, name, start.Format(time.RFC3339)), ProjectID: s.projects[project],
					ServiceName: name, ServiceType: o.kind, ServicePlan: o.plan, Cloud: clouds[spread(project)%len(clouds)], LineType: usage.ServiceCharge,
					Start: start, End: end, Quantity: hours, Unit: "hours", UnitPrice: &price,
					Description: fmt.Sprintf("%s %s", o.kind, o.plan), Tags: map[string]string{"team": []string{"platform", "product", "data"}[spread(project, "team")%3]}})
			}
			start = end
		}
	}
	return records
}

// groupCharges are what belongs to a group and to no project: support, once a month.
func (s *story) groupCharges(from, to time.Time) []usage.Record {
	start := models.MonthOf(from).Start()
	if !from.Equal(start) {
		return nil
	}
	cost := decimal.RequireFromString("290")
	end := start.AddDate(0, 0, 1)
	if end.After(to) {
		return nil
	}
	return []usage.Record{{ID: "demo:support:" + start.Format("2006-01"), BillingGroupID: s.groups[acme+"/Engineering production"], ServiceName: "Business support",
		LineType: usage.SupportCharge, Start: start, End: end, Quantity: decimal.NewFromInt(1), Unit: "month", UnitPrice: &cost, Description: "Business support"}}
}

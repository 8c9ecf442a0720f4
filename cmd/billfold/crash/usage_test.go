package crash

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// usageFiles writes the usage of September 2024: several files, some records in more than one of them,
// costs far below a cent, a group whose sum is negative, one that has nothing but zeros.
func usageFiles(t testing.TB, groups map[string]string) (paths []string, records []int) {
	t.Helper()
	var files [3][]string
	add := func(file int, id string, fields map[string]any) {
		fields["record_id"] = id
		line, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = append(files[file], string(line))
	}
	for _, account := range people {
		for n := range 6 {
			for hour := range 240 {
				day := 1 + hour%29
				add(hour%2, fmt.Sprintf("%s-%d-%d", account, n, hour), map[string]any{
					"project": fmt.Sprintf("%s-%d", account, n+1), "service_name": fmt.Sprintf("db-%d", hour%5), "service_type": "pg", "service_plan": "business-4",
					"cloud": "google-europe-west1", "start": fmt.Sprintf("2024-09-%02dT%02d:00:00Z", day, hour%23), "end": fmt.Sprintf("2024-09-%02dT%02d:00:00Z", day, hour%23+1),
					"quantity": "1.0001", "unit": "Hours", "unit_price": fmt.Sprintf("2.%d3000001605990", hour%7), "tags": map[string]string{"team": fmt.Sprint(n % 2)}})
			}
		}
	}
	for n := 0; n < tenants; n += billedTenants {
		for k := range 8 {
			add(2, fmt.Sprintf("tenant-%d-%d", n, k), map[string]any{"project": tenantProject(n), "service_name": fmt.Sprintf("vm-%d", k%4), "service_type": "vm",
				"start": "2024-09-30T22:00:00Z", "end": "2024-09-30T23:00:00Z", "cost": fmt.Sprintf("%d.00000080000", n+k), "unit": "Hours"})
		}
	}
	charge := func(id, group, cost string) {
		add(2, id, map[string]any{"billing_group_id": groups[group], "service_name": "support", "line_type": "extra_charge", "cost": cost,
			"start": "2024-09-10T00:00:00Z", "end": "2024-09-11T00:00:00Z", "description": id})
	}
	charge("negative", "acme Refunds", "-12.5")
	charge("positive", "acme Refunds", "2.5")
	charge("zero", "acme Nothing", "0")
	charge("swiss", "acme Swiss", "40")       // parked: there is no rate
	charge("nowhere", "acme Nowhere", "15.5") // parked: there is no address
	for i, lines := range files {
		if i > 0 {
			lines = append(lines, files[i-1][:20]...) // sent twice
		}
		path := filepath.Join(t.TempDir(), fmt.Sprintf("usage-%d.ndjson", i))
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		paths, records = append(paths, path), append(records, len(lines))
	}
	return paths, records
}

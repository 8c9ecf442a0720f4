package usage_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"billfold/models/usage"
)

// sampleFile is a FOCUS sample of 1,000 real rows kept beside the repository, or where FOCUS_SAMPLE
// points. Tests of it are skipped where there is none.
func sampleFile(t testing.TB) string {
	t.Helper()
	path := os.Getenv("FOCUS_SAMPLE")
	if path == "" {
		path = filepath.Join("..", "..", "..", "shared", "data", "focus_sample.csv")
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("no FOCUS sample here")
	}
	return path
}

func readSample(t testing.TB) []usage.Record {
	t.Helper()
	file, err := os.Open(sampleFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	recs, err := readAll(file, usage.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return recs
}

func TestSampleReadsAsItStands(t *testing.T) {
	recs := readSample(t)
	sum := decimal.Zero
	for _, r := range recs {
		sum = sum.Add(*r.Cost)
	}
	if len(recs) != 1000 || sum.String() != "20.52022672899" {
		t.Errorf("%d records of %s", len(recs), sum)
	}
}

package documents

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"billfold/models/money"
)

// TestSamples writes documents to look at into BILLFOLD_PDF_SAMPLES, when that is set.
func TestSamples(t *testing.T) {
	dir := os.Getenv("BILLFOLD_PDF_SAMPLES")
	if dir == "" {
		t.Skip("BILLFOLD_PDF_SAMPLES is not set")
	}
	long := withCredits()
	long.Text = strings.Repeat("Please quote cost centre 4711 and the purchase order on every message about this invoice. ", 11)
	long.Buyer.Company, long.Projects[0].Name = strings.Repeat("Gesellschaftfürangewandtewolken", 3)[:83], strings.Repeat("project-without-spaces", 8)
	long.Projects[0].Lines[1].Service, long.Projects[0].Lines[2].Description = strings.Repeat("servicenamewithoutspaces", 6), "Compute hours of the instance, on demand, with storage"
	long.Projects[1].Lines[0].Begin, long.Projects[1].Lines[0].End = day(2026, 9, 12), day(2026, 9, 30)
	long.SellerTax = &SellerTax{money.New(56623, "SEK"), Rate{"EUR", "SEK", dec("11.4822"), day(2026, 10, 30), "European Central Bank"}}
	for name, inv := range map[string]Invoice{
		"long": long,
		"two":  reverseCharge(2), "forty": sample("EUR", split(40)...), "thousand": sample("EUR", split(1000)...),
		"credits": withCredits(), "note": creditNote(), "american": american(), "yen": sample("JPY", 9, 3),
		"none": sample("EUR"), "projects": sample("EUR", make60()...),
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), mustPDF(t, inv), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func make60() []int {
	out := make([]int, 60)
	for i := range out {
		out[i] = 1 + i%3
	}
	return out
}

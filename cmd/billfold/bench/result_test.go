package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestStats(t *testing.T) {
	for _, c := range []struct {
		figures []float64
		want    Stats
	}{
		{[]float64{7}, Stats{7, 7, 7}},
		{[]float64{9, 1}, Stats{5, 1, 9}},
		{[]float64{3, 9, 1}, Stats{3, 1, 9}},
		{[]float64{4, 3, 9, 1}, Stats{3.5, 1, 9}},
	} {
		if got := StatsOf(c.figures); got != c.want {
			t.Errorf("%v gives %+v, want %+v", c.figures, got, c.want)
		}
	}
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for p, want := range map[float64]float64{0: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := Percentile(hundred, p); got != want {
			t.Errorf("the percentile %v of 1 to 100 is %v, want %v", p, got, want)
		}
	}
	if got := rise([]float64{10, 20, 15, 30}); got != 1.5 {
		t.Errorf("from 20 to 30 rises by %v, want 1.5", got)
	}
	if got := rise([]float64{10}); got != 1 {
		t.Errorf("one peak rises by %v, want 1", got)
	}
}

func TestAims(t *testing.T) {
	for _, c := range []struct {
		aim Aim
		met bool
	}{
		{AtLeast("", 0.5, 0.5), true}, {AtLeast("", 0.49, 0.5), false},
		{AtMost("", 1.5, 1.5), true}, {AtMost("", 1.51, 1.5), false},
	} {
		if c.aim.Met != c.met {
			t.Errorf("%+v, want met %v", c.aim, c.met)
		}
	}
}

func TestPrint(t *testing.T) {
	var out bytes.Buffer
	err := Print(&out, []Row{{Name: "closing", Sizes: []Size{{"groups", 10000}, {"lines each", 10}}, Unit: "invoices/s", Rounds: 3, Median: 5432.1, Min: 5000, Max: 1234567,
		Limit: &Limit{What: "bare SQL of the same rows", Median: 8000, Min: 7900, Max: 8100},
		Aims:  []Aim{AtMost("times the limit's time", 1.47, 1.5), AtLeast("invoices/s", 4999, 5000)}, Memory: &Memory{Heap: 12_300_000, RSS: 45_600_000}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"closing (10,000 groups, 10 lines each)\n", "5,432 invoices/s  (5,000 to 1,234,567, 3 rounds)", "8,000 invoices/s",
		"1.47             (aim at most 1.50: met)", "4,999             (aim at least 5,000: NOT MET)", "12.3 MB  of heap, 45.6 MB resident"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

// TestWatch sees memory that is in use for a moment, and not any longer in the next lap.
func TestWatch(t *testing.T) {
	w := Watch()
	held := make([]byte, 64<<20)
	for i := range held {
		held[i] = 1
	}
	first := w.Lap()
	if held[len(held)-1] != 1 || first.Heap < 64<<20 {
		t.Errorf("64 MiB are in use, %d bytes were seen", first.Heap)
	}
	held = nil
	time.Sleep(20 * time.Millisecond)
	again := Watch()
	if later := again.Stop(); later.Heap >= 64<<20 {
		t.Errorf("%d bytes are seen after they were given back", later.Heap)
	}
	w.Stop()
	_ = held
}

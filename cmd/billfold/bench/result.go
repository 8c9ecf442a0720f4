package bench

import (
	"slices"
	"time"
)

// Row is one result: a figure of the product and, where there is one, its limit beside it.
type Row struct {
	Name     string  `json:"name"`
	Database string  `json:"database"` // sqlite or postgres
	Sizes    []Size  `json:"sizes"`
	Unit     string  `json:"unit"` // of Median, Min, Max and Limit.Median: "records/s", "ms"
	Rounds   int     `json:"rounds"`
	Median   float64 `json:"median"`
	Min      float64 `json:"min"`
	Max      float64 `json:"max"`
	Limit    *Limit  `json:"limit,omitempty"`
	Ratio    float64 `json:"ratio,omitempty"` // what it is, the aim on it says; 0 for none
	Aims     []Aim   `json:"aims,omitempty"`
	Memory   *Memory `json:"memory,omitempty"`
	Note     string  `json:"note,omitempty"`
}

// Size is one parameter of a measurement: records 100000.
type Size struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Limit is what the database itself needs for the same rows.
type Limit struct {
	What   string  `json:"what"` // "COPY of the same records"
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// Aim is a figure that a result should reach.
type Aim struct {
	What   string  `json:"what"` // "of the limit's speed"
	Got    float64 `json:"got"`
	Want   float64 `json:"want"`
	AtMost bool    `json:"at_most"` // Got may be at most Want; else at least
	Met    bool    `json:"met"`
}

// AtLeast is an aim that a figure reaches Want.
func AtLeast(what string, got, want float64) Aim {
	return Aim{What: what, Got: got, Want: want, Met: got >= want}
}

// AtMost is an aim that a figure does not exceed Want.
func AtMost(what string, got, want float64) Aim {
	return Aim{What: what, Got: got, Want: want, AtMost: true, Met: got <= want}
}

// Stats are the median, least and greatest of several measured figures.
type Stats struct{ Median, Min, Max float64 }

// StatsOf gives the statistics of at least one figure.
func StatsOf(figures []float64) Stats {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	return Stats{Median: (sorted[(n-1)/2] + sorted[n/2]) / 2, Min: sorted[0], Max: sorted[n-1]}
}

// Percentile is the figure that p (0 to 1) of all figures do not exceed, by the nearest rank.
func Percentile(figures []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	rank := int(p*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

// perSecond is how many things a second a time for n of them makes.
func perSecond(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

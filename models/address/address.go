// Package address is the room of how postal addresses are written around the world: which parts a country's
// addresses have, in which order, what people there call them, which must not be missing, how its postal
// codes look and which states or provinces there are. It knows nothing of customers.
//
//	format.go   a country's form
//	postal.go   postal codes
//	region.go   states, provinces and the like
//	data/       the facts, with their source
package address

import (
	"embed"
	"encoding/csv"
	"fmt"
)

//go:embed data/*.csv
var data embed.FS

// read gives the rows of a shipped file without its head. The file is part of the program, so that a broken
// one is a broken build: it panics, and a test reads both files.
func read(name string, columns int) [][]string {
	f, err := data.Open("data/" + name)
	if err != nil {
		panic(err)
	}
	defer func() { _ = f.Close() }()
	c := csv.NewReader(f)
	c.Comment, c.FieldsPerRecord = '#', columns
	rows, err := c.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("data/%s: %v", name, err))
	}
	return rows[1:]
}

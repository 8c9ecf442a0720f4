package usage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// focusIDs makes ids for FOCUS rows that have none: the hash of all columns except amounts and
// quantities, plus how many rows like it came before in the file. So a file imported again gives the
// same ids, and a row whose cost was changed is a conflict and not a second charge. A file of such
// rows must be imported whole: in the second half of a split file the count begins anew. The counts are
// what grows with such a file in memory, by some 40 bytes a row.
type focusIDs struct {
	columns []int // places of the columns that count, in the order of their names
	names   []string
	seen    map[[16]byte]uint32
}

func newFocusIDs(names []string) focusIDs {
	ids := focusIDs{names: names, seen: map[[16]byte]uint32{}}
	for i, name := range names {
		if name != colID && !isAmount(name) {
			ids.columns = append(ids.columns, i)
		}
	}
	slices.SortStableFunc(ids.columns, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	return ids
}

// isAmount tells the columns of amounts and quantities by the last words of their names, which FOCUS
// keeps to: BilledCost, ListUnitPrice, PricingQuantity.
func isAmount(name string) bool {
	return strings.HasSuffix(name, "Cost") || strings.HasSuffix(name, "UnitPrice") || strings.HasSuffix(name, "Quantity")
}

func (ids *focusIDs) next(row []string) string {
	d := newDigest("billfold FOCUS row 1")
	for _, i := range ids.columns {
		if cell := focusText(row[i]); cell != "" { // a column that is empty may as well be missing
			d.text(ids.names[i])
			d.text(cell)
		}
	}
	sum := d.sum()
	key := [16]byte(sum[:16])
	ids.seen[key]++
	return fmt.Sprintf("focus-%s-%d", hex.EncodeToString(key[:]), ids.seen[key])
}

// shorten brings a resource id of any length to MaxName characters; a hash at its end keeps apart
// what only differs later.
func shorten(s string) string {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) <= MaxName {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	mark := "~" + hex.EncodeToString(sum[:4])
	return string([]rune(s)[:MaxName-len(mark)]) + mark
}

// oneLine turns line breaks and tabs into spaces: cloud providers put them into texts.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n\t") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

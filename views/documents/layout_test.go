package documents

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"billfold/models/money"
)

// TestLayoutRules draws documents of random shape and holds every page against the rules: nothing
// outside the type area or on top of the footer, a project's head with two of its lines, no subtotal
// without the line before it, totals on one page.
func TestLayoutRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := sample("EUR", rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 3)), 0, 70).Draw(t, "lines")...)
		word := rapid.StringMatching(`[a-zA-Z ._-]{0,200}`)
		for i := range inv.Projects {
			inv.Projects[i].Name = fmt.Sprintf("head%d ", i) + word.Draw(t, "project")
			for j := range inv.Projects[i].Lines {
				l := &inv.Projects[i].Lines[j]
				l.Service = fmt.Sprintf("line%d.%d ", i, j)
				if rapid.IntRange(0, 5).Draw(t, "long") == 0 {
					l.Service += word.Draw(t, "service")
					l.Plan, l.Description = word.Draw(t, "plan"), word.Draw(t, "description")
				}
			}
		}
		for i := range rapid.IntRange(0, 20).Draw(t, "credits") {
			inv.Allowances = append(inv.Allowances, Credit{Code: fmt.Sprint("CODE", i), Type: "promotion", Amount: money.Zero("EUR"), Left: eur(5)})
		}
		inv = reckon(inv, inv.Taxes...)
		if rapid.Bool().Draw(t, "letter") {
			inv.Buyer.Address.Country = "US"
		}
		d := layout(inv, false)
		d.footers()
		for n, page := range d.pages {
			checkPage(t, d, n, page)
		}
		checkKeeping(t, d, inv)
	})
}

// TestEveryLength tries each number of projects and of lines over the ends of the first pages.
func TestEveryLength(t *testing.T) {
	for n := range 100 {
		ones := make([]int, n)
		for i := range ones {
			ones[i] = 1
		}
		for _, lines := range [][]int{ones, {n}, {n, 2, 1}} {
			inv := sample("EUR", lines...)
			for i := range inv.Projects {
				inv.Projects[i].Name = fmt.Sprintf("head%d x", i)
				for j := range inv.Projects[i].Lines {
					inv.Projects[i].Lines[j].Service = fmt.Sprintf("line%d.%d x", i, j)
				}
			}
			d := layout(inv, false)
			d.footers()
			for i, page := range d.pages {
				checkPage(t, d, i, page)
			}
			checkKeeping(t, d, inv)
		}
	}
}

// fataler is a test of either kind.
type fataler interface{ Fatalf(string, ...any) }

func checkPage(t fataler, d *doc, n int, page []op) {
	footer := d.bottom + 3.5
	for _, o := range page {
		bottom := o.y + o.shift
		switch o.kind {
		case opText:
			if right := o.x + o.st.width(o.text); o.x < d.left-0.01 || right > d.right+0.01 {
				t.Fatalf("page %d: %q reaches from %.1f to %.1f", n+1, o.text, o.x, right)
			}
			if bottom > d.bottom && (o.st != foot || bottom < footer) {
				t.Fatalf("page %d: %q stands on the footer", n+1, o.text)
			}
			if o.st.size < 7.5 {
				t.Fatalf("%q is set in %.1f pt", o.text, o.st.size)
			}
		case opRule:
			if bottom > d.bottom+0.01 && math.Abs(bottom-footer) > 0.01 {
				t.Fatalf("page %d: a rule stands on the footer", n+1)
			}
		}
		if bottom > d.h-5 {
			t.Fatalf("page %d: something leaves the paper", n+1)
		}
	}
}

func checkKeeping(t fataler, d *doc, inv Invoice) {
	where := map[string]int{}
	inDetails := false
	for n, page := range d.pages {
		for _, o := range page {
			inDetails = inDetails || o.text == "Quantity and unit"
			first, _, _ := strings.Cut(o.text, " ")
			switch {
			case o.text == "Taxable amount", o.text == "Total EUR", o.text == "Amount due EUR":
				where[o.text] = n + 1
			case o.text == "All projects" && !inDetails:
				where[o.text] = n + 1
			case !inDetails && strings.HasPrefix(first, "head"):
				where["last project"] = n + 1
			case !inDetails || o.kind != opText:
			case strings.HasPrefix(o.text, "Subtotal head"):
				where["sum"+strings.TrimPrefix(strings.Fields(o.text)[1], "head")] = n + 1
			case strings.HasPrefix(first, "head") && where[first] == 0, strings.HasPrefix(first, "line") && where[first] == 0:
				where[first] = n + 1
			}
		}
	}
	if where["Total EUR"] == 0 || where["Taxable amount"] != where["Total EUR"] || where["Total EUR"] != where["Amount due EUR"] {
		t.Fatalf("the totals are split: %v", where)
	}
	if len(inv.Projects) > 0 && where["All projects"] != where["last project"] {
		t.Fatalf("the sum of the projects stands alone: %v", where)
	}
	for i, p := range inv.Projects {
		head := where[fmt.Sprintf("head%d", i)]
		for j := range min(2, len(p.Lines)) {
			if line := where[fmt.Sprintf("line%d.%d", i, j)]; head == 0 || line != head {
				t.Fatalf("project %d: head on page %d, line %d on page %d", i, head, j, line)
			}
		}
		if n := len(p.Lines); n > 0 {
			if line, sum := where[fmt.Sprintf("line%d.%d", i, n-1)], where[fmt.Sprintf("sum%d", i)]; sum == 0 || line != sum {
				t.Fatalf("project %d: last line on page %d, subtotal on page %d", i, line, sum)
			}
		}
	}
}

// TestHugeAmounts: the largest amount the product can hold fits its columns.
func TestHugeAmounts(t *testing.T) {
	inv := sample("EUR", 3)
	inv.Projects[0].Lines[0].Amount = eur(1<<62 - 10_000_000)
	inv.Projects[0].Lines[1].Quantity = dec("12345678901234567890.123456789012345678")
	inv.Projects[0].Lines[1].UnitPrice.Decimal = dec("-0.000000000000000001")
	inv = reckon(inv)
	rapid.Check(t, func(t *rapid.T) {
		d := layout(inv, rapid.Bool().Draw(t, "inline"))
		d.footers()
		for n, page := range d.pages {
			checkPage(t, d, n, page)
		}
	})
	wantText(t, textOf(t, inv), column(inv.Total))
}

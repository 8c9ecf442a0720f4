package invoice_test

import (
	"context"
	"math"
	"testing"
	"time"

	"billfold/models/account"
	"billfold/models/invoice"
)

// TestAMovedProjectStaysInTheListByCost moves a project there and back: in a group whose estimate it is not
// on it costs nothing, and it is listed all the same.
func TestAMovedProjectStaysInTheListByCost(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx, research := context.Background(), w.group(w.acme, "Research")
		a, b := w.project(w.acme, w.primary, "a"), w.project(w.acme, w.primary, "b")
		w.project(w.acme, w.primary, "idle")
		w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 0, map[string]int64{a: 500, b: 300})
		check := func(want string) {
			w.Helper()
			for _, size := range []int{25, 50} {
				page, err := w.s.ProjectsOfAccount(ctx, w.acme, invoice.ProjectList{Paging: invoice.Paging{Size: size}})
				if err != nil || names(page.Items) != want {
					w.Errorf("%s, %v; want %s", names(page.Items), err, want)
				}
			}
		}
		at := accountNow
		move := func(to string) {
			w.Helper()
			at = at.Add(time.Minute)
			if _, err := account.NewStore(w.d, func() time.Time { return at }).MoveProjects(ctx, w.acme, []string{a}, to); err != nil {
				w.Fatal(err)
			}
		}
		check("a b idle")
		move(research)
		check("b a idle")
		move(w.primary)
		check("a b idle")
	})
}

// TestPlacesBeyondAnAmountOfAnotherCurrency pages a list whose weighed figures are larger than amounts can be.
func TestPlacesBeyondAnAmountOfAnotherCurrency(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		research := w.group(w.acme, "Research")
		most := int64(math.MaxInt64 / 8)
		euros, yen := map[string]int64{}, map[string]int64{}
		for i, id := range w.projects(w.acme, w.primary, "e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "ea", "eb", "ec", "ed") {
			euros[id] = most - int64(i)*(most/7)
		}
		for i, id := range w.projects(w.acme, research, "y0", "y1", "y2", "y3", "y4", "y5", "y6", "y7", "y8", "y9", "ya", "yb", "yc", "yd") {
			yen[id] = most - int64(i)*(most/7)
		}
		w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 0, euros)
		w.estimate(w.acme, research, "2026-11", "JPY", "15500", 0, yen)
		for _, sort := range []string{"cost", "-cost"} {
			all := w.walk(invoice.ProjectList{Sort: sort}, true)
			if len(all) != 28 {
				w.Errorf("by %s: %d rows", sort, len(all))
			}
			checkOrder(w.T, sort, all)
		}
	})
}

package invoice

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// costStream is what an index has in order of cost: the running costs of one account in one currency.
type costStream struct {
	accountID string
	currency  string
	// weight makes amounts of several currencies comparable, for the order alone: by the rates of the running
	// estimates. The weighed figure is never shown.
	weight *big.Int
}

// costStreams are the streams of accounts in a month. With one currency among all of them amounts compare as
// they are.
func costStreams(tx *gorm.DB, month models.Month, accountIDs []string) ([]costStream, error) {
	var rows []struct {
		AccountID string
		Currency  string
		Rate      decimal.Decimal
	}
	err := tx.Raw(`SELECT i.account_id, i.currency, MAX(i.rate) AS rate FROM invoices i WHERE i.account_id IN ? AND `+runningEstimates+`
		GROUP BY i.account_id, i.currency ORDER BY i.account_id, i.currency`, accountIDs, string(month)).Scan(&rows).Error
	// One rate a currency, the same for all its estimates, keeps the exact order within the currency.
	rates := map[string]decimal.Decimal{}
	for _, r := range rows {
		rates[r.Currency] = decimal.Max(rates[r.Currency], r.Rate)
	}
	streams := make([]costStream, len(rows))
	for i, r := range rows {
		streams[i] = costStream{r.AccountID, r.Currency, big.NewInt(1)}
		if len(rates) > 1 {
			unit := rates[r.Currency].Shift(money.Currency(r.Currency).Decimals())
			streams[i].weight = decimal.Max(decimal.New(1, 8).DivRound(unit, 0), decimal.NewFromInt(1)).BigInt()
		}
	}
	return streams, err
}

// costWalk is a list of things with and without a running cost: by cost those on an estimate, then those
// on none, which cost nothing, by name; what lowers the bill comes last.
type costWalk struct {
	tx        *gorm.DB
	streams   []costStream
	minor, id string                                 // columns of an amount and of what it is of
	running   func(st costStream) *gorm.DB           // the rows of a stream
	idle      func() (queries []*gorm.DB, err error) // with the columns id and name_key, in order by name off an index each
	name      func(id string) (key string, err error)
}

// page reads one page, highest cost first or last.
func (w costWalk) page(lowestFirst bool, p Paging) ([]place, Around, error) {
	part := func(name, condition string) listPart {
		return listPart{name: name, read: func(turned bool, after *place, n int) ([]place, error) { return w.byCost(condition, turned, after, n) }}
	}
	parts := []listPart{part("cost", w.minor+" >= 0"), {name: "idle", read: w.byName}, part("below", w.minor+" < 0")}
	if lowestFirst {
		parts = turn(parts)
	}
	if c, ok := parsePlace(p.After + p.Before); ok && c.part != "idle" && w.weight(c.Currency) == nil {
		p = Paging{Size: p.Size} // its currency is gone: begin again
	}
	return pageOfParts(parts, p)
}

func (w costWalk) weight(currency string) *big.Int {
	for _, st := range w.streams {
		if st.currency == currency {
			return st.weight
		}
	}
	return nil
}

func (w costWalk) weighed(p place) *big.Int {
	return new(big.Int).Mul(big.NewInt(p.Minor), w.weight(p.Currency))
}

// atOnce is how many streams one statement reads; SQLite joins at most 500 selects.
const atOnce = 100

// byCost merges the first n rows of every stream behind a place.
func (w costWalk) byCost(condition string, turned bool, after *place, n int) (rows []place, err error) {
	up, down := "ASC", "DESC"
	if turned {
		up, down = down, up
	}
	for part := range slices.Chunk(w.streams, atOnce) {
		each, args := make([]string, len(part)), make([]any, len(part))
		for i, st := range part {
			q := w.running(st).Where(condition).Order(w.minor + " " + down + ", " + w.id + " " + up).Limit(n)
			if after != nil {
				q = w.behind(q, st, turned, *after)
			}
			each[i], args[i] = "SELECT * FROM (?) AS stream", q.Select(w.id+" AS id, "+w.minor+" AS minor, CAST(? AS TEXT) AS currency", st.currency)
		}
		var more []place
		if err := w.tx.Raw(strings.Join(each, " UNION ALL "), args...).Scan(&more).Error; err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, func(a, b place) int {
		order := cmp.Or(w.weighed(b).Cmp(w.weighed(a)), strings.Compare(a.ID, b.ID))
		if turned {
			return -order
		}
		return order
	})
	return rows[:min(n, len(rows))], nil
}

// behind narrows a stream to what comes after a place of the merged order. The first condition is the
// range of the index, the second picks among equal costs.
func (w costWalk) behind(q *gorm.DB, st costStream, turned bool, after place) *gorm.DB {
	bound, rest := new(big.Int), new(big.Int)
	bound.DivMod(w.weighed(after), st.weight, rest) // rounds down
	equal := rest.Sign() == 0
	if turned && !equal {
		bound.Add(bound, big.NewInt(1))
	}
	less, more := "<", ">"
	if turned {
		less, more = more, less
	}
	if !bound.IsInt64() { // beyond all amounts of this currency: all of them are behind it, or none
		if turned == (bound.Sign() > 0) {
			return q.Where("1 = 0")
		}
		return q
	}
	minor := bound.Int64()
	if !equal {
		return q.Where(fmt.Sprintf("%s %s= ?", w.minor, less), minor)
	}
	return q.Where(fmt.Sprintf("%s %s= ? AND (%s %s ? OR %s %s ?)", w.minor, less, w.minor, less, w.id, more), minor, minor, after.ID)
}

// byName merges the first n rows without cost behind a place.
func (w costWalk) byName(turned bool, after *place, n int) (rows []place, err error) {
	o := order{backward: turned}
	var from *cursor
	if after != nil {
		name, err := w.name(after.ID)
		if err != nil {
			return nil, err
		}
		from = &cursor{name: name, id: after.ID}
	}
	queries, err := w.idle()
	if err != nil {
		return nil, err
	}
	type named struct{ ID, NameKey string }
	var found []named
	size := atOnce
	if db.IsPostgres(w.tx) { // it has no such bound, and an order of names that only it knows
		size = max(1, len(queries))
	}
	for part := range slices.Chunk(queries, size) {
		each, args := make([]string, len(part)), make([]any, len(part))
		for i, q := range part {
			each[i], args[i] = "SELECT id, name_key FROM (?) AS stream", o.apply(q, from).Limit(n)
		}
		merged := w.tx.Table("("+strings.Join(each, " UNION ALL ")+") AS merged", args...).Select("id, name_key")
		var more []named
		if err := o.apply(merged, nil).Limit(n).Scan(&more).Error; err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	if len(queries) > size { // on SQLite, which orders names by their bytes
		slices.SortFunc(found, func(a, b named) int {
			order := cmp.Or(strings.Compare(a.NameKey, b.NameKey), strings.Compare(a.ID, b.ID))
			if turned {
				return -order
			}
			return order
		})
	}
	for _, f := range found[:min(n, len(found))] {
		rows = append(rows, place{ID: f.ID})
	}
	return rows, nil
}

// idleProjects are the live projects of accounts that are on no running estimate of their group: those
// whose latest month is another one, an index in order by name for each account and month.
func idleProjects(tx *gorm.DB, month models.Month, accountIDs []string, matching func(accountID string) *gorm.DB) (queries []*gorm.DB, err error) {
	for _, id := range accountIDs {
		var others []string
		err := tx.Raw(`WITH RECURSIVE m (month) AS (
				SELECT (SELECT p.cost_month FROM projects p WHERE p.account_id = @account AND p.deleted_at IS NULL ORDER BY p.cost_month LIMIT 1)
				UNION ALL
				SELECT (SELECT p.cost_month FROM projects p WHERE p.account_id = @account AND p.deleted_at IS NULL AND p.cost_month > m.month
					ORDER BY p.cost_month LIMIT 1) FROM m WHERE m.month IS NOT NULL)
			SELECT month FROM m WHERE month IS NOT NULL AND month <> @running`, map[string]any{"account": id, "running": string(month)}).Scan(&others).Error
		if err != nil {
			return nil, err
		}
		for _, other := range others {
			// One that moved to and fro may be on the running estimate all the same.
			queries = append(queries, matching(id).Select("p.id, p.name_key").Where("p.cost_month = ?", other).
				Where(`(SELECT ep.project_id FROM invoices i JOIN estimate_projects ep ON ep.invoice_id = i.id AND ep.project_id = p.id
					WHERE i.group_id = p.group_id AND `+runningEstimates+`) IS NULL`, string(month)))
		}
	}
	return queries, nil
}

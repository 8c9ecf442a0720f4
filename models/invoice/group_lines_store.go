package invoice

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// LinesPerPage is how many lines an invoice's page shows at once.
const LinesPerPage = 500

// InvoiceLine is a line as pages show it.
type InvoiceLine struct {
	LineRow
	Amount    money.Amount
	UnitPrice decimal.NullDecimal // in the invoice's currency, as on the documents
	InMonth   bool                // its service period lies within the billed month
}

func lineOf(row Row, r LineRow) InvoiceLine {
	month := models.Month(row.Month)
	l := InvoiceLine{LineRow: r, Amount: money.New(r.AmountMinor, money.Currency(row.Currency)),
		InMonth: !r.ServiceStart.Before(month.Start()) && !r.ServiceEnd.After(month.End())}
	if r.UnitPrice != nil {
		l.UnitPrice = decimal.NewNullDecimal(r.UnitPrice.Mul(row.Rate).Round(8))
	}
	return l
}

// group is what a line stands under.
func (l LineRow) group(by LineOrder) LineGroup {
	switch {
	case by == ByService:
		return LineGroup{Name: l.ServiceType}
	case l.ProjectID == nil:
		return LineGroup{Name: l.ProjectName}
	}
	return LineGroup{ProjectID: *l.ProjectID, Name: l.ProjectName}
}

// LineSet are the lines of one group on a page. A group may go over several pages; its sum is always
// that of all its lines.
type LineSet struct {
	LineGroup
	Lines     []InvoiceLine
	Continued bool // it began on an earlier page
	Ends      bool // its last line is here
}

// LinesPage is one page of the lines of an invoice.
type LinesPage struct {
	Around
	Sets []LineSet
}

// projectOrder is the id of a line's project, or one below all others.
const projectOrder = "COALESCE(project_id, '" + models.NilID + "')"

// lineOrders are the keys of the orders of lines. The first of them narrows the search in the index of
// the list, which the rows under one project come out of almost in order.
var lineOrders = map[LineOrder][]string{
	ByProject: {"project_name", projectOrder, "service_name", "id"},
	ByService: {"service_type", "project_name", "service_name", "id"},
}

func lineKeys(by LineOrder, l LineRow) []string {
	if by == ByService {
		return []string{l.ServiceType, l.ProjectName, l.ServiceName, l.ID}
	}
	project := models.NilID
	if l.ProjectID != nil {
		project = *l.ProjectID
	}
	return []string{l.ProjectName, project, l.ServiceName, l.ID}
}

func lineCursor(keys []string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(keys, "\x00")))
}

func parseLineCursor(s string, by LineOrder) ([]any, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(strings.ToValidUTF8(string(b), ""), "\x00")
	if err != nil || s == "" || len(parts) != 4 || !models.IsID(parts[3]) || by == ByProject && !models.IsID(parts[1]) {
		return nil, false
	}
	return []any{parts[0], parts[1], parts[2], parts[3]}, true
}

// Cursor is the Paging.After that begins a page with the first line of the group.
func (g LineGroup) Cursor(by LineOrder) string {
	if by == ByService {
		return lineCursor([]string{g.Name, "", "", models.NilID})
	}
	project := g.ProjectID
	if project == "" {
		project = models.NilID
	}
	return lineCursor([]string{g.Name, project, "", models.NilID})
}

// LinesOf reads a page of the lines of a sheet of the scope's group, in the order of its groups.
func (s *Store) LinesOf(ctx context.Context, scope access.Scope, sheet Sheet, p Paging) (page LinesPage, err error) {
	tx := s.db.Read(ctx)
	lines := func() *gorm.DB {
		return tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), sheet.ID)
	}
	var rows []LineRow
	before, back := parseLineCursor(p.Before, sheet.By)
	after, from := parseLineCursor(p.After, sheet.By)
	switch {
	case back:
		rows, err = lineRows(lines(), sheet.By, before, true)
	case from:
		rows, err = lineRows(lines(), sheet.By, after, false)
	default:
		rows, err = lineRows(lines(), sheet.By, nil, false)
	}
	if err != nil {
		return page, err
	}
	if len(rows) == 0 && (back || from) {
		return s.LinesOf(ctx, scope, sheet, Paging{})
	}
	more := len(rows) > LinesPerPage
	rows = rows[:min(len(rows), LinesPerPage)]
	if back {
		slices.Reverse(rows)
	}
	if len(rows) == 0 {
		return page, nil
	}
	first, last := rows[0], rows[len(rows)-1]
	prior, err := neighbour(lines(), sheet.By, first, true)
	if err != nil {
		return page, err
	}
	next, err := neighbour(lines(), sheet.By, last, false)
	if err != nil {
		return page, err
	}
	if prior != nil {
		page.Prev = lineCursor(lineKeys(sheet.By, first))
	}
	if next != nil && (more || back) {
		page.Next = lineCursor(lineKeys(sheet.By, last))
	}
	page.Sets = sheet.sets(rows, prior, next)
	return page, nil
}

// lineRows reads the lines after a place, or before it, nearest first: one more than a page holds.
func lineRows(q *gorm.DB, by LineOrder, place []any, back bool) (rows []LineRow, err error) {
	keys, sign, way := lineOrders[by], ">", " ASC"
	if back {
		sign, way = "<", " DESC"
	}
	if place != nil {
		q = q.Where(keys[0]+" "+sign+"= ?", place[0]).Where("("+strings.Join(keys, ", ")+") "+sign+" (?, ?, ?, ?)", place...)
	}
	return rows, q.Order(strings.Join(keys, way+", ") + way).Limit(LinesPerPage + 1).Find(&rows).Error
}

// neighbour is the line before or after another one, nil for none.
func neighbour(q *gorm.DB, by LineOrder, l LineRow, back bool) (*LineRow, error) {
	var place []any
	for _, k := range lineKeys(by, l) {
		place = append(place, k)
	}
	rows, err := lineRows(q.Limit(1), by, place, back)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// sets puts lines under their groups.
func (sheet Sheet) sets(rows []LineRow, prior, next *LineRow) []LineSet {
	type key struct{ project, name string }
	sums := make(map[key]LineGroup, len(sheet.Groups))
	for _, g := range sheet.Groups {
		sums[key{g.ProjectID, g.Name}] = g
	}
	var sets []LineSet
	for _, r := range rows {
		g := r.group(sheet.By)
		k := key{g.ProjectID, g.Name}
		if n := len(sets); n == 0 || (key{sets[n-1].ProjectID, sets[n-1].Name}) != k {
			sets = append(sets, LineSet{LineGroup: sums[k], Ends: true})
		}
		set := &sets[len(sets)-1]
		set.Lines = append(set.Lines, lineOf(sheet.Row, r))
	}
	if prior != nil && prior.group(sheet.By) == rows[0].group(sheet.By) {
		sets[0].Continued = true
	}
	if next != nil && next.group(sheet.By) == rows[len(rows)-1].group(sheet.By) {
		sets[len(sets)-1].Ends = false
	}
	return sets
}

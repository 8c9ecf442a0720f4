package invoice

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"billfold/models"

	"gorm.io/gorm"
)

// projectPlace is where a row stands in the Projects tab: in a part, and by the keys of that part. The
// name, the key of parts by name, is looked up by the id, so that a cursor stays short.
type projectPlace struct {
	ID    string
	Minor int64 // in parts by cost
	part  string
}

func (p projectPlace) String() string {
	text := strings.Join([]string{p.part, strconv.FormatInt(p.Minor, 10), p.ID}, "\x00")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func parseProjectPlace(s string) (p projectPlace, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	keys := strings.SplitN(string(b), "\x00", 3)
	if err != nil || len(keys) != 3 || !models.IsID(keys[2]) {
		return p, false
	}
	minor, err := strconv.ParseInt(keys[1], 10, 64)
	return projectPlace{keys[2], minor, keys[0]}, err == nil
}

// projectPart is one stretch of the tab that one index puts in order. The tab is several of them in a
// row: by cost the projects on the estimate, then the group's projects that are not on it, which cost
// nothing; what lowers the bill comes last.
type projectPart struct {
	name   string
	byCost bool
	turned bool // against its plain order: highest cost first, or A to Z
	rows   func() *gorm.DB
	// streams, when set, split the rows into such as an index has in order by name each, to be merged.
	streams func() ([]*gorm.DB, error)
}

// read gives up to n rows of the part, from behind a place.
func (p projectPart) read(w projectWalk, after *projectPlace, n int) (rows []projectPlace, err error) {
	up, down, more, less := "ASC", "DESC", ">", "<"
	if p.turned {
		up, down, more, less = down, up, less, more
	}
	if p.byCost {
		q := p.rows().Limit(n)
		if after != nil {
			// The first half is the range of the index, the second picks among equal costs.
			q = q.Where("ep.amount_minor "+less+"= ? AND (ep.amount_minor "+less+" ? OR ep.project_id "+more+" ?)", after.Minor, after.Minor, after.ID)
		}
		err = q.Order("ep.amount_minor " + down + ", ep.project_id " + up).Scan(&rows).Error
		return p.own(rows), err
	}
	var name string
	if after != nil {
		// Of the account alone: a list that starts behind the name of another one's project would tell about it.
		if err := w.tx.Raw(`SELECT name_key FROM projects WHERE account_id = ? AND id = ?`, w.accountID, after.ID).Scan(&name).Error; err != nil {
			return nil, err
		}
	}
	byName := func(q *gorm.DB) *gorm.DB {
		if after != nil {
			q = q.Where("(p.name_key, p.id) "+more+" (?, ?)", name, after.ID)
		}
		return q.Order("p.name_key " + up + ", p.id " + up).Limit(n)
	}
	if p.streams == nil {
		err = byName(p.rows()).Scan(&rows).Error
		return p.own(rows), err
	}
	streams, err := p.streams()
	if err != nil || len(streams) == 0 {
		return nil, err
	}
	each := make([]string, len(streams))
	args := make([]any, len(streams))
	for i, q := range streams {
		each[i], args[i] = "SELECT id, name_key FROM (?) AS stream", byName(q)
	}
	err = w.tx.Raw("SELECT id FROM ("+strings.Join(each, " UNION ALL ")+") AS merged ORDER BY name_key "+up+", id "+up+" LIMIT ?", append(args, n)...).Scan(&rows).Error
	return p.own(rows), err
}

func (p projectPart) own(rows []projectPlace) []projectPlace {
	for i := range rows {
		rows[i].part = p.name
	}
	return rows
}

// projectWalk reads pages of a group's Projects tab.
type projectWalk struct {
	tx                             *gorm.DB
	accountID, groupID, estimateID string
	text                           string
}

func (w projectWalk) parts(sort string) []projectPart {
	onEstimate := func() *gorm.DB {
		q := w.tx.Table("estimate_projects ep").Where("ep.invoice_id = ?", w.estimateID)
		if w.text != "" {
			q = nameContains(q.Joins("JOIN projects p ON p.id = ep.project_id"), "p.name_key", w.text)
		}
		return q.Select("ep.project_id AS id, ep.amount_minor AS minor")
	}
	held := func() *gorm.DB {
		q := w.tx.Table("projects p").Where("p.account_id = ? AND p.group_id = ? AND p.deleted_at IS NULL", w.accountID, w.groupID)
		return nameContains(q, "p.name_key", w.text).Select("p.id")
	}
	above := projectPart{name: "cost", byCost: true, rows: func() *gorm.DB { return onEstimate().Where("ep.amount_minor >= 0") }}
	idle := projectPart{name: "idle", rows: held}
	if w.estimateID != models.NilID {
		idle.streams = func() ([]*gorm.DB, error) { return w.idle(held) }
	}
	below := projectPart{name: "below", byCost: true, rows: func() *gorm.DB { return onEstimate().Where("ep.amount_minor < 0") }}
	if sort == "cost" {
		return turn([]projectPart{above, idle, below})
	}
	if sort != "name" && sort != "-name" {
		return []projectPart{above, idle, below}
	}
	turned := sort == "-name"
	former := func() *gorm.DB {
		// Those that the group held once, of which there are few, and not all that are on the estimate.
		q := w.tx.Table(`(SELECT project_id FROM project_assignments WHERE group_id = ? AND valid_to IS NOT NULL
			UNION SELECT id FROM projects WHERE group_id = ? AND deleted_at IS NOT NULL) AS once`, w.groupID, w.groupID).
			Joins("JOIN estimate_projects ep ON ep.invoice_id = ? AND ep.project_id = once.project_id", w.estimateID).
			Joins("JOIN projects p ON p.id = ep.project_id AND p.account_id = ?", w.accountID).Where("p.group_id <> ? OR p.deleted_at IS NOT NULL", w.groupID)
		return nameContains(q, "p.name_key", w.text).Select("p.id")
	}
	list := []projectPart{{name: "held", turned: turned, rows: held}, {name: "former", turned: turned, rows: former}}
	if w.text == "" { // charges without a project have no name to be found by
		none := func() *gorm.DB { return onEstimate().Where("ep.project_id = ?", models.NilID) }
		list = append(list, projectPart{name: "none", byCost: true, rows: none})
	}
	return list
}

// idle are the projects that the group holds and that are on no running estimate of it: those whose last
// estimate is another one, an index in order by name for each of these few. A project that moved to and
// fro may carry the id of another estimate and be on this one all the same.
func (w projectWalk) idle(held func() *gorm.DB) (streams []*gorm.DB, err error) {
	var others []string
	err = w.tx.Raw(`WITH RECURSIVE e (id) AS (
			SELECT (SELECT p.last_estimate_id FROM projects p WHERE p.group_id = @group AND p.deleted_at IS NULL ORDER BY p.last_estimate_id LIMIT 1)
			UNION ALL
			SELECT (SELECT p.last_estimate_id FROM projects p WHERE p.group_id = @group AND p.deleted_at IS NULL AND p.last_estimate_id > e.id
				ORDER BY p.last_estimate_id LIMIT 1) FROM e WHERE e.id IS NOT NULL)
		SELECT id FROM e WHERE id IS NOT NULL AND id <> @running`, map[string]any{"group": w.groupID, "running": w.estimateID}).Scan(&others).Error
	for _, id := range others {
		streams = append(streams, held().Select("p.id, p.name_key").Where("p.last_estimate_id = ?", id).
			Where("NOT EXISTS (SELECT 1 FROM estimate_projects x WHERE x.invoice_id = ? AND x.project_id = p.id)", w.estimateID))
	}
	return streams, err
}

// turn is the whole walk backwards.
func turn(parts []projectPart) []projectPart {
	parts = slices.Clone(parts)
	slices.Reverse(parts)
	for i := range parts {
		parts[i].turned = !parts[i].turned
	}
	return parts
}

// page reads one page: from part to part until it is full.
func (w projectWalk) page(sort string, p Paging) (rows []projectPlace, around Around, err error) {
	parts, from, back := w.parts(sort), (*projectPlace)(nil), false
	if c, ok := parseProjectPlace(p.Before); ok {
		from, back, parts = &c, true, turn(parts)
	} else if c, ok := parseProjectPlace(p.After); ok {
		from = &c
	}
	start := 0
	if from != nil {
		if start = slices.IndexFunc(parts, func(x projectPart) bool { return x.name == from.part }); start < 0 {
			return w.page(sort, Paging{Size: p.Size}) // a place in another order: begin again
		}
	}
	for i, part := range parts[start:] {
		var after *projectPlace
		if i == 0 {
			after = from
		}
		more, err := part.read(w, after, p.size()+1-len(rows))
		if err != nil {
			return nil, around, err
		}
		if rows = append(rows, more...); len(rows) > p.size() {
			break
		}
	}
	if len(rows) == 0 && from != nil { // what was there is gone: begin again
		return w.page(sort, Paging{Size: p.Size})
	}
	more := len(rows) > p.size()
	rows = rows[:min(len(rows), p.size())]
	if back {
		slices.Reverse(rows)
	}
	if len(rows) > 0 && (back || more) {
		around.Next = rows[len(rows)-1].String()
	}
	if len(rows) > 0 && (from != nil && !back || back && more) {
		around.Prev = rows[0].String()
	}
	return rows, around, nil
}

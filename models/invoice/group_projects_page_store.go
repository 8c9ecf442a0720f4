package invoice

import (
	"strings"

	"billfold/models"

	"gorm.io/gorm"
)

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
func (p projectPart) read(w projectWalk, after *place, n int) (rows []place, err error) {
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
		return rows, err
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
		return rows, err
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
	return rows, err
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

// page reads one page of the tab.
func (w projectWalk) page(sort string, p Paging) ([]place, Around, error) {
	var list []listPart
	for _, part := range w.parts(sort) {
		list = append(list, listPart{part.name, part.turned, func(turned bool, after *place, n int) ([]place, error) {
			part.turned = turned
			return part.read(w, after, n)
		}})
	}
	if sort == "cost" { // the lowest first
		list = turn(list)
	}
	return pageOfParts(list, p)
}

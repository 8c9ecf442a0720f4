package invoice

import (
	"slices"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/tax"

	"gorm.io/gorm"
)

// sumsOf is what Compute needs of an open estimate's lines, from the sums that are kept: it comes to the
// same as all lines, one by one, but a page may ask for it whatever their number. Lines are summed only
// where a tax rate changed between the months that they are of, and then those of the other months than
// the estimate's own.
func sumsOf(tx *gorm.DB, row Row, treatment tax.Treatment, claims []credit.Claim) ([]Charge, error) {
	months, err := serviceMonths(tx, row.ID)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	own := months[len(months)-1]
	if slices.Contains(months, models.Month(row.Month)) {
		own = models.Month(row.Month)
	}
	charges := make([]Charge, 0, len(months))
	rest := row.SubtotalMinor
	if !taxedAlike(treatment, months) {
		others, err := sumsOfMonths(tx, row.ID, own)
		if err != nil {
			return nil, err
		}
		for _, c := range others {
			rest -= c.Minor
		}
		charges = append(charges, others...)
	} else {
		for _, m := range months { // of nothing, so that a rate has the name of its latest month
			charges = append(charges, Charge{Month: m})
		}
	}
	projects, err := sumsOfProjects(tx, row.ID, claims)
	if err != nil {
		return nil, err
	}
	for _, p := range projects {
		p.Month = own // its own months are in the sums by month; here it counts for its credit alone
		rest -= p.Minor
		charges = append(charges, p)
	}
	return append(charges, Charge{Month: own, Minor: rest}), nil
}

// serviceMonths are the months that an estimate's lines are of, the earliest first. It goes from one to
// the next in the index, over none of the lines in between.
func serviceMonths(tx *gorm.DB, invoiceID string) (months []models.Month, err error) {
	err = tx.Raw(`WITH RECURSIVE m (month) AS (
			SELECT MIN(service_month) FROM invoice_lines WHERE invoice_id = @id
			UNION ALL
			SELECT (SELECT MIN(l.service_month) FROM invoice_lines l WHERE l.invoice_id = @id AND l.service_month > m.month) FROM m WHERE m.month IS NOT NULL)
		SELECT month FROM m WHERE month IS NOT NULL ORDER BY month`, map[string]any{"id": invoiceID}).Scan(&months).Error
	return months, err
}

// taxedAlike says that lines of all the months have the same tax, by the rate and not by its name.
func taxedAlike(t tax.Treatment, months []models.Month) bool {
	key := ""
	for i, m := range months {
		line, err := t.For(m)
		if err != nil || i > 0 && line.Key() != key {
			return false
		}
		key = line.Key()
	}
	return true
}

// sumsOfMonths sums the lines of every service month but one.
func sumsOfMonths(tx *gorm.DB, invoiceID string, but models.Month) (sums []Charge, err error) {
	for _, side := range []string{"<", ">"} { // each is a range of the index
		var rows []struct {
			ServiceMonth string
			Minor        int64
		}
		err := tx.Raw(`SELECT service_month, CAST(SUM(amount_minor) AS BIGINT) AS minor FROM invoice_lines
			WHERE invoice_id = ? AND service_month `+side+` ? GROUP BY service_month ORDER BY service_month`, invoiceID, string(but)).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			sums = append(sums, Charge{Month: models.Month(r.ServiceMonth), Minor: r.Minor})
		}
	}
	return sums, nil
}

// sumsOfProjects are the sums of the projects that have credit of their own.
func sumsOfProjects(tx *gorm.DB, invoiceID string, claims []credit.Claim) (sums []Charge, err error) {
	var ids []string
	for _, c := range claims {
		if c.Scope == credit.ForProject && !slices.Contains(ids, c.ProjectID) {
			ids = append(ids, c.ProjectID)
		}
	}
	for part := range slices.Chunk(ids, 500) {
		var rows []struct {
			ProjectID   string
			AmountMinor int64
		}
		err := tx.Raw(`SELECT project_id, amount_minor FROM estimate_projects WHERE invoice_id = ? AND project_id IN ?`, invoiceID, part).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			sums = append(sums, Charge{ProjectID: r.ProjectID, Minor: r.AmountMinor})
		}
	}
	return sums, nil
}

package invoice

import "gorm.io/gorm"

// readSQLite reads the part of the lines behind a place.
func (r *exportReader) readSQLite(tx *gorm.DB, after *exportKey) error {
	q := tx.Where("account_id = ? AND invoice_id = ?", r.accountID, r.inv.ID)
	if after != nil {
		q = q.Where("project_name >= ?", after.ProjectName).Where("(project_name, service_name, id) > (?, ?, ?)", after.ProjectName, after.ServiceName, after.ID)
	}
	var rows []LineRow
	err := q.Select("id, project_name, service_name, service_type, service_plan, cloud, line_type, description, tags, service_start, service_end, amount_minor, cost").
		Order(documentOrder).Limit(exportRead).Find(&rows).Error
	r.lines = r.lines[:0]
	for _, l := range rows {
		line := ExportLine{ID: l.ID, Project: l.ProjectName, Service: l.ServiceName, Type: l.ServiceType, Plan: l.ServicePlan, Cloud: l.Cloud,
			LineType: l.LineType, Description: l.Description, Tags: l.Tags, Start: l.ServiceStart, End: l.ServiceEnd}
		if err := r.amounts(&line, l.AmountMinor, l.Cost); err != nil {
			return err
		}
		r.lines = append(r.lines, line)
	}
	return err
}

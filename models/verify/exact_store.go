package verify

import (
	"fmt"
	"strings"

	"billfold/models/db"
)

// checkExact says that no amount is a float. PostgreSQL's column types see to it; in SQLite any column
// takes any value, so each is looked at.
func checkExact(p *pass) error {
	if p.dialect == db.Postgres {
		if err := p.count(`SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = current_schema()`); err != nil {
			return err
		}
		return p.violations("M2", "the column takes values that are not exact", `SELECT table_name || '.' || column_name, data_type FROM information_schema.columns
			WHERE table_schema = current_schema() AND (data_type IN ('real', 'double precision') OR (column_name LIKE '%\_minor' AND data_type <> 'bigint'))`)
	}
	var columns []struct{ Name, Field string }
	err := p.tx.Raw(`SELECT m.name, c.name AS field FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND (c.name LIKE '%\_minor' ESCAPE '\' OR c.name IN ('rate', 'tax_rate', 'tax_local_rate', 'unit_price', 'quantity', 'cost'))
		ORDER BY m.name, c.cid`).Scan(&columns).Error
	if err != nil {
		return err
	}
	for _, c := range columns {
		exact := `typeof(%[2]s) = 'text' AND %[2]s NOT GLOB '*[^0-9.-]*'`
		if strings.HasSuffix(c.Field, "_minor") {
			exact = `typeof(%[2]s) = 'integer'`
		}
		query := fmt.Sprintf(`SELECT '%[1]s.%[2]s', COUNT(*) || ' values' FROM %[1]s WHERE %[2]s IS NOT NULL AND NOT (`+exact+`) HAVING COUNT(*) > 0`, c.Name, c.Field)
		p.result.Checked++
		if err := p.violations("M2", "the column holds values that are not exact", query); err != nil {
			return err
		}
	}
	return nil
}

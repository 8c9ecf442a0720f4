package usage

import (
	"fmt"
	"strings"
	"time"

	"billfold/models"
)

var timeLayouts = [...]string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04"}

// parseTime reads a time as FOCUS files carry it, with and without T and Z ("2024-09-01 00:00:00",
// "2024-09-01T00:00:00Z"). Without an offset it is UTC.
func parseTime(s string) (time.Time, error) {
	iso := s
	if len(s) > 10 && s[10] == ' ' {
		iso = s[:10] + "T" + s[11:]
	}
	iso = strings.TrimSuffix(iso, " UTC")
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, iso); err == nil {
			return models.Micro(t), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is not a time; write it like 2026-11-01T13:00:00Z", s)
}

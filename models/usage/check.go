package usage

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/money"
)

// The limits of a record.
const (
	MaxName        = 255                  // characters of ids, names, plans, clouds and units
	MaxDescription = 1000                 // characters
	MaxTags        = 64 << 10             // bytes of all tag keys and values together
	MaxPeriod      = 366 * 24 * time.Hour // from start to end
	MaxAhead       = 5 * time.Minute      // of the start, against a producer's fast clock
)

// earliest refuses the zero times of a broken producer (year 1, 1970), which would open estimates
// for months nobody ever closes.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// The names of a record's fields, in the NDJSON format and in errors.
const (
	fieldID          = "record_id"
	fieldProject     = "project"
	fieldProjectID   = "project_id"
	fieldExternalID  = "project_external_id"
	fieldGroupID     = "billing_group_id"
	fieldService     = "service_name"
	fieldType        = "service_type"
	fieldPlan        = "service_plan"
	fieldCloud       = "cloud"
	fieldStart       = "start"
	fieldEnd         = "end"
	fieldQuantity    = "quantity"
	fieldUnit        = "unit"
	fieldUnitPrice   = "unit_price"
	fieldCost        = "cost"
	fieldDescription = "description"
	fieldLineType    = "line_type"
	fieldTags        = "tags"
)

// Check says what is wrong with a record at the time now, field by field, and brings it into its one
// form: times in UTC to the microsecond, the line type filled in, and the cost there. A missing cost
// is unit price times quantity, rounded once to 18 places, half away from zero.
func (r *Record) Check(now time.Time) (bad []models.Field) {
	complain := func(field, format string, args ...any) {
		bad = append(bad, models.Field{Name: field, Message: fmt.Sprintf(format, args...)})
	}
	r.checkTexts(complain)
	r.checkOwner(complain)
	r.checkTimes(now, complain)
	r.checkNumbers(complain)
	r.checkTags(complain)
	return bad
}

type complainFunc func(field, format string, args ...any)

func (r *Record) checkTexts(complain complainFunc) {
	if r.LineType == "" {
		r.LineType = ServiceCharge
	}
	switch r.LineType {
	case ServiceCharge, SupportCharge, ExtraCharge:
	default:
		complain(fieldLineType, "use one of %s, %s, %s, not %.40q", ServiceCharge, SupportCharge, ExtraCharge, string(r.LineType))
	}
	if r.ID == "" {
		complain(fieldID, "give every record an id of its own")
	}
	if r.ServiceName == "" && (r.LineType == ServiceCharge || r.Description == "") {
		complain(fieldService, "say which service it is")
	}
	for _, t := range [...]struct {
		field, text string
		limit       int
	}{
		{fieldID, r.ID, MaxName}, {fieldProjectID, r.ProjectID, MaxName}, {fieldExternalID, r.ProjectExternalID, MaxName},
		{fieldProject, r.Project, MaxName}, {fieldGroupID, r.BillingGroupID, MaxName}, {fieldService, r.ServiceName, MaxName},
		{fieldType, r.ServiceType, MaxName}, {fieldPlan, r.ServicePlan, MaxName}, {fieldCloud, r.Cloud, MaxName},
		{fieldUnit, r.Unit, MaxName}, {fieldDescription, r.Description, MaxDescription},
	} {
		if reason := badText(t.text, t.limit); reason != "" {
			complain(t.field, "%s", reason)
		}
	}
}

// badText refuses what neither database nor document can hold: broken UTF-8 and control characters
// (PostgreSQL's text has no NUL).
func badText(s string, limit int) string {
	if len(s) <= limit && printable(s) {
		return ""
	}
	if !utf8.ValidString(s) {
		return "write it in UTF-8"
	}
	if len(s) > limit {
		if n := utf8.RuneCountInString(s); n > limit {
			return fmt.Sprintf("shorten it to %d characters; it has %d", limit, n)
		}
	}
	for _, c := range s {
		if unicode.IsControl(c) {
			return fmt.Sprintf("take out the control character %U", c)
		}
	}
	return ""
}

// printable tells quickly what most texts are: ASCII without control characters.
func printable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func (r *Record) checkOwner(complain complainFunc) {
	switch {
	case r.BillingGroupID != "":
		if r.ProjectID != "" || r.ProjectExternalID != "" || r.Project != "" {
			complain(fieldGroupID, "give a project or a billing group, not both")
		} else if !models.IsID(r.BillingGroupID) {
			complain(fieldGroupID, "%.40q is not the id of a billing group", r.BillingGroupID)
		}
	case r.ProjectID != "":
		if r.ProjectExternalID != "" || r.Project != "" {
			complain(fieldProjectID, "name the project in one way: by %s, by %s, or by %s", fieldProjectID, fieldExternalID, fieldProject)
		} else if !models.IsID(r.ProjectID) {
			complain(fieldProjectID, "%.40q is not the id of a project", r.ProjectID)
		}
	case r.ProjectExternalID == "" && r.Project == "":
		complain(fieldProject, "say which project or billing group pays")
	}
}

func (r *Record) checkTimes(now time.Time, complain complainFunc) {
	r.Start, r.End = models.Micro(r.Start), models.Micro(r.End)
	switch {
	case r.Start.IsZero():
		complain(fieldStart, "say when it starts")
	case r.Start.Before(earliest):
		complain(fieldStart, "%s is too long ago", r.Start.Format(time.RFC3339))
	case r.Start.After(now.Add(MaxAhead)):
		complain(fieldStart, "%s is in the future", r.Start.Format(time.RFC3339))
	}
	switch {
	case r.End.IsZero():
		complain(fieldEnd, "say when it ends")
	case r.Start.IsZero():
	case !r.End.After(r.Start):
		complain(fieldEnd, "the end must be after the start")
	case r.End.Sub(r.Start) > MaxPeriod:
		complain(fieldEnd, "a record may cover 366 days at most; split it")
	}
}

func (r *Record) checkNumbers(complain complainFunc) {
	sound := true
	for _, n := range [...]struct {
		field  string
		number *decimal.Decimal
	}{{fieldQuantity, &r.Quantity}, {fieldUnitPrice, r.UnitPrice}, {fieldCost, r.Cost}} {
		if n.number == nil {
			continue
		}
		if err := money.Bound(*n.number); err != nil {
			complain(n.field, "%s", err)
			sound = false
		}
	}
	switch {
	case r.Cost != nil || !sound:
	case r.UnitPrice == nil:
		complain(fieldCost, "give a cost, or a unit price and a quantity")
	default:
		// decimal.Round rounds half away from zero, as everywhere else.
		cost := r.UnitPrice.Mul(r.Quantity).Round(money.MaxScale)
		if err := money.Bound(cost); err != nil {
			complain(fieldUnitPrice, "price times quantity: %s", err)
			return
		}
		r.Cost = &cost
	}
}

func (r *Record) checkTags(complain complainFunc) {
	size := 0
	for key, value := range r.Tags {
		size += len(key) + len(value)
		if key == "" {
			complain(fieldTags, "a tag has no name")
		} else if !utf8.ValidString(key) || !utf8.ValidString(value) {
			complain(fieldTags, "tag %.40q: write it in UTF-8", key)
		} else if strings.ContainsRune(key, 0) || strings.ContainsRune(value, 0) {
			complain(fieldTags, "tag %.40q: take out the control character U+0000", key)
		}
	}
	if size > MaxTags {
		complain(fieldTags, "shorten the tags to %d bytes together; they have %d", MaxTags, size)
	}
}

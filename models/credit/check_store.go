package credit

import (
	"context"

	"billfold/models"
	"billfold/models/people"
)

// CheckCode says whether an account could claim a code now, to somebody at an address of the network. Codes
// that are not there, taken or over are answered alike, and few in a row may be tried, as with claims; only
// referral codes pass when referral is true. Kinds: NotFound; Invalid as *TooMany.
func (s *Store) CheckCode(ctx context.Context, ip, code string, referral bool) error {
	missing := models.NotFoundf("Credit code not found")
	if code = NormaliseCode(code); !isCode(code) {
		code = "-" // looked up all the same: nobody tells by the time
	}
	return s.limitedBy(ctx, "credit-check:"+people.Network(ip), func() error {
		var row creditRow
		q := s.db.Read(ctx).Where("code_key = ?", code).Limit(1).Find(&row)
		if q.Error != nil {
			return q.Error
		}
		c := row.credit()
		over := !c.Expires.IsZero() && !c.Expires.After(s.clock.Now())
		if q.RowsAffected == 0 || over || c.Claimed >= c.Limit || referral && c.Type != "referral" {
			return missing
		}
		return nil
	})
}

package credit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/money"
	"billfold/models/seller"

	"gorm.io/gorm"
)

// maxClaims bounds how many accounts a code may be for.
const maxClaims = 1_000_000

// NewCredit is what the operator issues.
type NewCredit struct {
	Code      string // "" for a random one
	Type      Type
	Value     money.Amount // of each claim, above zero
	Starts    time.Time    // zero for now
	ExpiresOn time.Time    // the last day of use, UTC; zero for never
	Claims    int64        // how many accounts may claim it; 0 for one
}

// expires is the first instant the credit can no longer be used: midnight UTC after its last day.
func (n NewCredit) expires() *time.Time {
	if n.ExpiresOn.IsZero() {
		return nil
	}
	end := n.ExpiresOn.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	return &end
}

func (n NewCredit) check(now time.Time) error {
	var bad []models.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, models.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	if !slices.Contains(types, n.Type) {
		words := make([]string, len(types))
		for i, t := range types {
			words[i] = string(t)
		}
		add("type", "%.40q is not a type of credit; use one of %s", string(n.Type), strings.Join(words, " "))
	}
	if _, err := money.ParseCurrency(string(n.Value.Currency())); err != nil {
		add("currency", "%s", err)
	}
	if n.Value.Sign() <= 0 {
		add("value", "Enter a value above zero")
	}
	if n.Claims < 1 || n.Claims > maxClaims {
		add("claims", "Enter for how many accounts it is, 1 to %d", maxClaims)
	}
	if end := n.expires(); end != nil && !end.After(now) {
		add("expires", "Enter an expiry date that is not in the past")
	} else if end != nil && !end.After(n.Starts) {
		add("expires", "Enter an expiry date that is not before the start")
	}
	return models.InvalidFields(bad...)
}

// Issue makes a code that accounts can claim, with one event of the installation. For the operator.
// Kinds: Forbidden, Invalid (field by field, also for a code that exists), Conflict (prepaid credit before
// the operator has said how it is treated for tax).
func (s *Store) Issue(ctx context.Context, actor access.Actor, n NewCredit) (Credit, error) {
	if actor.Kind != access.Operator && actor.Kind != access.System {
		return Credit{}, models.Forbiddenf("Only the operator can do this")
	}
	random := strings.TrimSpace(n.Code) == ""
	n.Code = NormaliseCode(n.Code)
	if !random {
		if err := checkCode(n.Code); err != nil {
			return Credit{}, err
		}
	}
	if n.Claims == 0 {
		n.Claims = 1
	}
	var row creditRow
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		at := s.clock.Now()
		if n.Starts.IsZero() {
			n.Starts = at
		}
		if err := n.check(at); err != nil {
			return err
		}
		if err := prepaidAllowed(tx, n.Type); err != nil {
			return err
		}
		if random {
			n.Code = RandomCode()
		}
		row = creditRow{ID: models.NewID(), Code: n.Code, CodeKey: n.Code, Type: string(n.Type), Currency: string(n.Value.Currency()),
			ValueMinor: n.Value.Minor(), StartsAt: models.Micro(n.Starts), ExpiresAt: n.expires(), ClaimLimit: n.Claims, CreatedAt: at}
		if err := tx.Create(&row).Error; errors.Is(err, gorm.ErrDuplicatedKey) {
			return models.Invalidf("code", "The code %.60s exists already", n.Code)
		} else if err != nil {
			return err
		}
		c := row.credit()
		return event.Append(tx, actor, "", at, event.Event{Type: "credit.issued", Category: event.Credits,
			Sentence: fmt.Sprintf("issued the credit code %s: %s, %s.", c.Code, c.Value, expiry(c.LastDay())),
			After: map[string]any{"code": c.Code, "type": c.Type, "value": c.Value.Decimal(), "currency": c.Value.Currency(),
				"starts": c.Starts, "expires": row.ExpiresAt, "claims": c.Limit}})
	})
	return row.credit(), err
}

func prepaidAllowed(tx *gorm.DB, t Type) error {
	if !t.Prepaid() {
		return nil
	}
	profile, _, err := seller.Get(tx)
	if err == nil && !profile.TakesPrepaid() {
		return models.Conflictf("Prepaid credit (type purchase) is refused until you have said how it is treated for tax: billfold seller set prepaid %s", seller.MultiPurpose)
	}
	return err
}

// expiry is the end of a credit in a sentence: "expires 31 Dec 2026".
func expiry(lastDay time.Time) string {
	if lastDay.IsZero() {
		return "never expires"
	}
	return "expires " + date(lastDay)
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

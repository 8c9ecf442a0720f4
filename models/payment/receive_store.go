package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/account"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// noticeRow is a notice as kept (table gateway_notices), so that none is taken in twice.
type noticeRow struct {
	Gateway    string `gorm:"primaryKey"`
	NoticeID   string `gorm:"primaryKey"`
	Type       string
	Outcome    string // applied, ignored or refused
	Reason     string
	ReceivedAt time.Time
}

// TableName names the table for GORM.
func (noticeRow) TableName() string { return "gateway_notices" }

// Receive takes in a notice that a gateway sent to our address. It is checked against real time, whatever
// the business clock says. Each notice has its effect once, in one transaction with the note of it; what
// does not fit our charge in invoice, amount, currency or reference changes nothing, and an event says so.
// No error means that the gateway need not send it again. Kinds: NotFound (no such gateway is set up),
// Invalid (forged, or too old), Unavailable (what it is about could not be asked for).
func (s *Store) Receive(ctx context.Context, gateway string, header http.Header, body []byte) error {
	g := s.gateways[gateway]
	if g == nil {
		return models.NotFoundf("Page not found")
	}
	n, err := g.Notice(header, body, models.Clock(nil).Now())
	switch {
	case errors.Is(err, ErrForged):
		return models.Invalidf("signature", "%s", ErrForged)
	case err != nil:
		return unavailable(err) // the gateway sends it again
	case n.ID == "":
		return models.Invalidf("body", "The message has no id")
	}
	var given []chargeRow
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		given = nil
		note := noticeRow{Gateway: gateway, NoticeID: n.ID, Type: n.Type, Outcome: "ignored", Reason: "it is about nothing of ours", ReceivedAt: s.clock.Now()}
		var c chargeRow
		known := false
		if n.Outcome != nil {
			if c, known, err = named(tx, gateway, n.Outcome.Refs); err != nil {
				return err
			}
		}
		if known { // the account is locked first of all; the same notice at the same time waits here
			if err := account.LockEver(tx, c.AccountID); err != nil {
				return err
			}
		}
		var before int64
		if err := tx.Model(&noticeRow{}).Where("gateway = ? AND notice_id = ?", gateway, n.ID).Count(&before).Error; err != nil || before > 0 {
			return err
		}
		switch {
		case known:
			done, err := s.applyTx(tx, c, *n.Outcome)
			if err != nil {
				return err
			}
			note.settle(done.taken, done.reason)
			if done.refused {
				note.Outcome = "refused"
			}
			given = done.given
		case n.Outcome != nil:
			note.Reason = "no charge of ours has this reference"
		case n.Setup != nil:
			taken, reason, err := s.applySetupTx(tx, note.ReceivedAt, gateway, *n.Setup)
			if err != nil {
				return err
			}
			note.settle(taken, reason)
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&note).Error
	})
	if err == nil {
		s.discard(ctx, given)
	}
	return err
}

func (n *noticeRow) settle(taken bool, reason string) {
	n.Outcome, n.Reason = "ignored", reason
	if taken {
		n.Outcome, n.Reason = "applied", ""
	}
}

// named finds our charge by the key that it was asked under, its reference, or its page; by the first of
// them that is there.
func named(tx *gorm.DB, gateway string, r Refs) (c chargeRow, ok bool, err error) {
	q := tx.Where("gateway = ?", gateway)
	switch {
	case models.IsID(r.Key):
		q = q.Where("id = ?", r.Key)
	case r.ChargeRef != "":
		q = q.Where("charge_ref = ?", r.ChargeRef)
	case r.SessionRef != "":
		q = q.Where("session_ref = ?", r.SessionRef)
	default:
		return c, false, nil
	}
	found := q.Limit(1).Find(&c)
	return c, found.RowsAffected > 0, found.Error
}

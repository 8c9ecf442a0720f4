package invoice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/mail"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A user may have so many copies sent in an hour: mails go to addresses outside, under the seller's name.
const (
	maxCopies  = 20
	copyWindow = time.Hour
)

// CopyChoices are the addresses to which a copy of an invoice may be sent.
type CopyChoices struct {
	Row    Row
	Emails []string // the group's invoice and contact emails, each once
	Own    string   // the user's own, "" when it is among them or nobody is signed in
}

func (c CopyChoices) all() []string {
	if c.Own == "" {
		return c.Emails
	}
	return append(slices.Clone(c.Emails), c.Own)
}

// CopyChoices gives the addresses to which a copy of an issued invoice or credit note of the scope's group
// may be sent. Kinds: Forbidden, NotFound.
func (s *Store) CopyChoices(ctx context.Context, scope access.Scope, number string) (CopyChoices, error) {
	if !scope.May(access.Write) {
		return CopyChoices{}, models.Forbiddenf("You need billing access to email invoices")
	}
	row, err := s.Find(ctx, scope, number)
	if err == nil && row.State == Estimate {
		err = models.NotFoundf("There is no invoice %s in this billing group", number)
	}
	if err != nil {
		return CopyChoices{}, err
	}
	return copyChoices(s.db.Read(ctx), scope, row)
}

func copyChoices(tx *gorm.DB, scope access.Scope, row Row) (CopyChoices, error) {
	c := CopyChoices{Row: row}
	info, err := account.InformationTx(tx, row.AccountID, row.GroupID)
	if err != nil {
		return c, err
	}
	have := map[string]bool{}
	for _, e := range slices.Concat(info.InvoiceEmails, info.ContactEmails) {
		if key := strings.ToLower(e); !have[key] {
			have[key] = true
			c.Emails = append(c.Emails, e)
		}
	}
	if scope.Actor().Kind != access.User {
		return c, nil
	}
	err = tx.Raw(`SELECT email FROM users WHERE id = ?`, scope.Actor().ID).Scan(&c.Own).Error
	if have[strings.ToLower(c.Own)] {
		c.Own = ""
	}
	return c, err
}

// EmailCopy queues a mail with a copy of an issued invoice or credit note of the scope's group to some of
// its CopyChoices, with an event. Kinds: Forbidden, NotFound, Invalid (field to: none chosen, one that is no
// choice, too many in an hour).
func (s *Store) EmailCopy(ctx context.Context, scope access.Scope, number string, to []string) error {
	choices, err := s.CopyChoices(ctx, scope, number)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return models.Invalidf("to", "Choose who gets the copy")
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row := choices.Row
		if err := account.LockEver(tx, row.AccountID); err != nil {
			return err
		}
		now, err := copyChoices(tx, scope, row)
		if err != nil {
			return err
		}
		var chosen []string
		for _, e := range now.all() { // in their order, each once
			if slices.Contains(to, e) {
				chosen = append(chosen, e)
			}
		}
		for _, e := range to {
			if !slices.Contains(chosen, e) {
				return models.Invalidf("to", "Choose from the addresses below; the emails of the billing group have changed")
			}
		}
		if err := countCopy(tx, scope.Actor()); err != nil {
			return err
		}
		return s.queueCopy(tx, scope, row, chosen)
	})
}

func (s *Store) queueCopy(tx *gorm.DB, scope access.Scope, row Row, to []string) error {
	facts, _, err := documentFacts(tx, row)
	if err != nil {
		return err
	}
	at := s.clock.Now()
	facts.SentBy, facts.Reason, facts.Amount = scope.Actor().Name, "", ""
	err = mail.Enqueue(tx, at, mail.Wanted{Kind: mail.InvoiceCopy, UniqueKey: fmt.Sprintf("%s:%s:%s", mail.InvoiceCopy, row.ID, models.NewID()), AccountID: row.AccountID,
		InvoiceID: row.ID, Recipients: to, Facts: facts, Attachment: mail.AttachPDF})
	if err != nil {
		return err
	}
	what := "invoice"
	if row.Kind == KindCreditNote {
		what = "credit note"
	}
	return event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: "invoice.emailed", Category: event.Invoices,
		Sentence: fmt.Sprintf("emailed a copy of %s %s to %s.", what, *row.Number, strings.Join(to, ", ")),
		After:    map[string]any{"recipients": to}, Groups: []string{row.GroupID}, Invoices: []string{row.ID}})
}

// copies is a user's counter of copies sent.
type copies struct {
	Subject  string `gorm:"primaryKey"`
	Failures int64  // here: copies
	Since    time.Time
}

// TableName names the table for GORM; it holds all counters of attempts.
func (copies) TableName() string { return "attempts" }

// countCopy counts a copy of a user's, in real time, or refuses it. Kind: Invalid, field to.
func countCopy(tx *gorm.DB, actor access.Actor) error {
	if actor.Kind != access.User && actor.Kind != access.Token {
		return nil
	}
	now, subject := models.Clock(nil).Now(), "invoice-copy:"+actor.ID
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&copies{subject, 0, now}).Error; err != nil {
		return err
	}
	var c copies
	if err := db.ForUpdate(tx).Where("subject = ?", subject).Take(&c).Error; err != nil {
		return err
	}
	if !now.Before(c.Since.Add(copyWindow)) {
		c.Failures, c.Since = 0, now
	}
	if c.Failures >= maxCopies {
		minute := c.Since.Add(copyWindow + time.Minute - 1).UTC().Truncate(time.Minute)
		return models.Invalidf("to", "You have sent %d copies in an hour. Try again after %s", maxCopies, minute.Format("15:04 UTC"))
	}
	return tx.Model(&copies{}).Where("subject = ?", subject).Updates(map[string]any{"failures": c.Failures + 1, "since": c.Since}).Error
}

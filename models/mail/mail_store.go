package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/job"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// JobSend is the kind of job that sends a mail; its payload is JobMail.
const JobSend = "mail.send"

// JobMail is the payload of JobSend.
type JobMail struct {
	MailID string `json:"mail_id"`
}

// Row is a mail as stored (table mails).
type Row struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	InvoiceID  *string
	Kind       Kind
	UniqueKey  string
	Recipients string // JSON list
	Facts      string // JSON
	Subject    string
	Body       string
	Attachment string
	State      State
	Attempts   int64
	LastError  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	SentAt     *time.Time
}

// TableName names the table for GORM.
func (Row) TableName() string { return "mails" }

// Mail is one mail of the outbox. Subject and Body are empty until it is written, which is when it is
// sent for the first time.
type Mail struct {
	Row
	Recipients []string
	Facts      Facts
}

// Store keeps the outbox.
type Store struct {
	db    *db.DB
	clock models.Clock
	post  Post
}

// NewStore makes a store that cannot send; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{db: d, clock: clock} }

// Through gives a store whose mails leave through a post.
func (s *Store) Through(post Post) *Store {
	other := *s
	other.post = post
	return &other
}

// Enqueue queues a mail in the caller's transaction, with the job that sends it. A mail of the same key is
// queued once, ever; one without recipients is not queued.
func Enqueue(tx *gorm.DB, at time.Time, w Wanted) error {
	if len(w.Recipients) == 0 {
		return nil
	}
	recipients, err := json.Marshal(w.Recipients)
	if err != nil {
		return err
	}
	facts, err := json.Marshal(w.Facts)
	if err != nil {
		return err
	}
	row := Row{ID: models.NewID(), AccountID: w.AccountID, Kind: w.Kind, UniqueKey: w.UniqueKey, Recipients: string(recipients),
		Facts: string(facts), Attachment: w.Attachment, State: Waiting, CreatedAt: at, UpdatedAt: at}
	if w.InvoiceID != "" {
		row.InvoiceID = &w.InvoiceID
	}
	made := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "unique_key"}}, DoNothing: true}).Create(&row)
	if made.Error != nil || made.RowsAffected == 0 {
		return made.Error
	}
	return job.Enqueue(tx, JobSend, JobSend+":"+row.ID, JobMail{row.ID})
}

// Get reads a mail. Kind: NotFound.
func (s *Store) Get(ctx context.Context, id string) (Mail, error) { return get(s.db.Read(ctx), id) }

func get(tx *gorm.DB, id string) (Mail, error) {
	var row Row
	if !models.IsID(id) {
		return Mail{}, models.NotFoundf("There is no mail %q", id)
	}
	err := tx.Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Mail{}, models.NotFoundf("There is no mail %s", id)
	}
	if err != nil {
		return Mail{}, err
	}
	return row.mail()
}

func (r Row) mail() (Mail, error) {
	m := Mail{Row: r}
	if err := json.Unmarshal([]byte(r.Recipients), &m.Recipients); err != nil {
		return m, fmt.Errorf("the recipients of mail %s cannot be read: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Facts), &m.Facts); err != nil {
		return m, fmt.Errorf("the facts of mail %s cannot be read: %w", r.ID, err)
	}
	return m, nil
}

func mailsOf(q *gorm.DB) ([]Mail, error) {
	var rows []Row
	if err := q.Find(&rows).Error; err != nil {
		return nil, err
	}
	mails := make([]Mail, len(rows))
	for i, r := range rows {
		var err error
		if mails[i], err = r.mail(); err != nil {
			return nil, err
		}
	}
	return mails, nil
}

// List gives mails in a state, the oldest first, at most limit of them; "" is every mail that was not sent
// or dropped.
func (s *Store) List(ctx context.Context, state State, limit int) ([]Mail, error) {
	q := s.db.Read(ctx).Where("state NOT IN ('sent', 'dropped')")
	if state != "" {
		q = s.db.Read(ctx).Where("state = ?", state)
	}
	return mailsOf(q.Order("created_at, id").Limit(limit))
}

// OfInvoice gives the mails of these kinds about an invoice of the account that were not dropped, the
// newest first, at most limit of them.
func (s *Store) OfInvoice(ctx context.Context, accountID, invoiceID string, limit int, kinds ...Kind) ([]Mail, error) {
	return mailsOf(s.db.Read(ctx).Where("account_id = ? AND invoice_id = ? AND kind IN ? AND state <> 'dropped'", accountID, invoiceID, kinds).
		Order("created_at DESC, id DESC").Limit(limit))
}

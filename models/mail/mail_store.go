package mail

import (
	"encoding/json"
	"time"

	"billfold/models"
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
	State      string
	Attempts   int64
	LastError  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	SentAt     *time.Time
}

// TableName names the table for GORM.
func (Row) TableName() string { return "mails" }

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
		Facts: string(facts), Attachment: w.Attachment, State: "waiting", CreatedAt: at, UpdatedAt: at}
	if w.InvoiceID != "" {
		row.InvoiceID = &w.InvoiceID
	}
	made := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "unique_key"}}, DoNothing: true}).Create(&row)
	if made.Error != nil || made.RowsAffected == 0 {
		return made.Error
	}
	return job.Enqueue(tx, JobSend, JobSend+":"+row.ID, JobMail{row.ID})
}

package invoice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/job"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Full is an estimate or invoice with all that documents need: rows as stored and the frozen snapshot.
type Full struct {
	Row
	Snapshot Snapshot
	Lines    []LineRow
	Taxes    []TaxRow
	Payments []PaymentRow
}

// Document is a stored file of an issued invoice; its bytes never change.
type Document struct {
	Kind    string // pdf
	Content []byte
	SHA256  []byte
}

// ETag is the strong validator of the bytes.
func (d Document) ETag() string { return hex.EncodeToString(d.SHA256) }

type documentRow struct {
	InvoiceID string
	AccountID string
	Kind      string
	Sha256    []byte
	Content   []byte
	Size      int64
	CreatedAt time.Time
}

func (documentRow) TableName() string { return "invoice_documents" }

// EstimatePrefix starts the address of an estimate within its group: estimate-2026-11.
const EstimatePrefix = "estimate-"

// Address is how an invoice is named in URLs: its number, or estimate-YYYY-MM.
func (r Row) Address() string {
	if r.Number != nil {
		return *r.Number
	}
	return EstimatePrefix + r.Month
}

// printable refuses what no number or address of an invoice can be; PostgreSQL has no text for some of it.
func printable(address string) bool {
	return !strings.ContainsFunc(address, func(r rune) bool { return r < '!' || r > '~' })
}

// IsNumber reports whether a text can be the number of an issued document.
func IsNumber(number string) bool {
	return number != "" && printable(number) && !strings.HasPrefix(number, EstimatePrefix)
}

// Find gives the row of an invoice or estimate of the scope's group by its address. Kind: NotFound.
func (s *Store) Find(ctx context.Context, scope access.Scope, address string) (Row, error) {
	var row Row
	if !printable(address) {
		return row, models.NotFoundf("There is no such invoice in this billing group")
	}
	q := s.db.Read(ctx).Where("account_id = ? AND group_id = ?", scope.AccountID(), scope.GroupID())
	if month, ok := strings.CutPrefix(address, EstimatePrefix); ok {
		q = q.Where("month = ? AND state = 'estimate' AND NOT frozen", month)
	} else {
		q = q.Where("number = ?", address)
	}
	err := q.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, models.NotFoundf("There is no invoice %s in this billing group", address)
	}
	return row, err
}

// Full reads everything of an issued invoice by its id, for the jobs that make documents.
func (s *Store) Full(ctx context.Context, invoiceID string) (Full, error) {
	var f Full
	tx := s.db.Read(ctx)
	if err := tx.Where("id = ?", invoiceID).Take(&f.Row).Error; err != nil {
		return f, err
	}
	var err error
	if f.Snapshot, err = f.Row.Decode(); err != nil {
		return f, err
	}
	if err := tx.Where("invoice_id = ?", invoiceID).Order(documentOrder).Find(&f.Lines).Error; err != nil {
		return f, err
	}
	if err := tx.Where("invoice_id = ?", invoiceID).Order("position").Find(&f.Taxes).Error; err != nil {
		return f, err
	}
	return f, tx.Where("invoice_id = ?", invoiceID).Order("paid_on, id").Find(&f.Payments).Error
}

// JobCollect is the kind of job that collects an issued invoice; its payload is JobInvoice.
const JobCollect = "invoice.collect"

// SaveDocument stores the bytes of a document once. With the first PDF of an invoice its collecting is
// queued: nobody is charged before the document exists that says what for. The same bytes again change nothing; other bytes
// are an error, because a document that was given out can not become another one.
func (s *Store) SaveDocument(ctx context.Context, invoiceID, kind string, content []byte) error {
	sum := sha256.Sum256(content)
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		var row Row
		if err := tx.Where("id = ? AND frozen", invoiceID).Take(&row).Error; err != nil {
			return err
		}
		doc := documentRow{row.ID, row.AccountID, kind, sum[:], content, int64(len(content)), s.clock.Now()}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&doc)
		if made.Error != nil {
			return made.Error
		}
		if made.RowsAffected == 1 && kind == "pdf" && row.Kind == KindInvoice {
			if err := job.Enqueue(tx, JobCollect, JobCollect+":"+row.ID, JobInvoice{row.ID}); err != nil {
				return err
			}
		}
		if made.RowsAffected == 1 && kind == "pdf" {
			if err := mailIssued(tx, s.clock.Now(), row); err != nil {
				return err
			}
		}
		var stored documentRow
		if err := tx.Select("sha256").Where("invoice_id = ? AND kind = ?", row.ID, kind).Take(&stored).Error; err != nil {
			return err
		}
		if !bytes.Equal(stored.Sha256, sum[:]) {
			return fmt.Errorf("the %s of invoice %s is stored with other bytes", kind, row.Address())
		}
		return nil
	})
}

// Document reads a stored document of an invoice of the scope's group. Kinds: NotFound, Unavailable
// (the invoice is issued, but its document is still being made).
func (s *Store) Document(ctx context.Context, scope access.Scope, number, kind string) (Row, Document, error) {
	row, err := s.Find(ctx, scope, number)
	if err != nil {
		return row, Document{}, err
	}
	if row.State == Estimate {
		return row, Document{}, models.NotFoundf("An estimate has no PDF; it is made when the month is closed")
	}
	var doc documentRow
	err = s.db.Read(ctx).Where("account_id = ? AND invoice_id = ? AND kind = ?", scope.AccountID(), row.ID, kind).Take(&doc).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, Document{}, models.Unavailablef("The PDF of %s is being made. Try again in a minute", number)
	}
	return row, Document{doc.Kind, doc.Content, doc.Sha256}, err
}

// DocumentSizes gives the size in bytes of the stored document of each invoice that has one.
func (s *Store) DocumentSizes(ctx context.Context, scope access.Scope, kind string, invoiceIDs []string) (map[string]int64, error) {
	sizes := map[string]int64{}
	if len(invoiceIDs) == 0 {
		return sizes, nil
	}
	var rows []documentRow
	err := s.db.Read(ctx).Select("invoice_id", "size").Where("account_id = ? AND kind = ? AND invoice_id IN ?", scope.AccountID(), kind, invoiceIDs).Find(&rows).Error
	for _, r := range rows {
		sizes[r.InvoiceID] = r.Size
	}
	return sizes, err
}

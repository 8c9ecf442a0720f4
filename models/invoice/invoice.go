package invoice

import (
	"slices"
	"time"

	"billfold/models"
	"billfold/models/db"

	"github.com/shopspring/decimal"
)

// Store keeps estimates and invoices.
type Store struct {
	db    *db.DB
	clock models.Clock
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{d, clock} }

// State is what an invoice is at the moment.
type State string

// The states of domain.md, "Invoice out" 7.
const (
	Estimate      State = "estimate"
	Issued        State = "issued"
	Paid          State = "paid"
	PaymentFailed State = "payment_failed"
	Waived        State = "waived"
	Uncollectible State = "uncollectible"
	Credited      State = "credited"
)

// transitions are the only allowed changes of state.
var transitions = map[State][]State{
	Estimate:      {Issued},
	Issued:        {Paid, PaymentFailed, Waived, Uncollectible, Credited},
	PaymentFailed: {Paid, Waived, Uncollectible, Credited},
	Uncollectible: {Paid},
	Paid:          {PaymentFailed},
}

// CanBecome reports whether a state may change into another.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// Row is one estimate or invoice as stored (table invoices). Amounts are minor units of Currency.
type Row struct {
	ID               string `gorm:"primaryKey"`
	AccountID        string
	GroupID          string
	Kind             string // invoice or credit_note
	Month            string // the billed UTC month, "2026-11"
	State            State
	Series           *string
	SeriesNumber     *int64
	Number           *string
	OriginalID       *string
	Reason           string
	Currency         string
	PriceCurrency    string
	Rate             decimal.Decimal // Currency for one PriceCurrency
	RateDate         *time.Time
	RateSource       string
	SubtotalMinor    int64 // sum of rounded lines, BT-106
	CreditsMinor     int64 // document level allowances, BT-107
	TaxableMinor     int64 // BT-109
	TaxMinor         int64 // BT-110
	TotalMinor       int64 // BT-112
	PrepaidMinor     int64 // prepaid credit used at issue, part of BT-113
	PaidMinor        int64 // payments less refunds
	CreditedMinor    int64 // credit notes
	DueMinor         int64 // BT-115
	TaxLocalMinor    int64 // tax in the seller's currency, art. 230
	TaxLocalCurrency string
	TaxLocalRate     *decimal.Decimal
	TaxLocalRateDate *time.Time
	TaxNote          string
	TaxDate          *time.Time
	InvoiceDate      *time.Time
	DueDate          *time.Time
	IssuedAt         *time.Time
	Snapshot         string
	Seal             []byte
	Frozen           bool
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// TableName names the table for GORM.
func (Row) TableName() string { return "invoices" }

// LineRow is one line as stored (table invoice_lines).
type LineRow struct {
	ID             string `gorm:"primaryKey"`
	AccountID      string
	InvoiceID      string
	LineKey        []byte
	ProjectID      *string
	ProjectName    string
	ServiceName    string
	ServiceType    string
	ServicePlan    string
	Cloud          string
	LineType       string
	Unit           string
	UnitPrice      *decimal.Decimal
	Description    string
	Tags           string
	ServiceMonth   string
	ServiceStart   time.Time
	ServiceEnd     time.Time
	Quantity       decimal.Decimal
	Cost           decimal.Decimal // exact, in the price currency
	AmountMinor    int64           // rounded once, in the invoice's currency
	RecordCount    int64
	TaxCategory    string
	TaxRate        decimal.Decimal
	OriginalLineID *string
	Frozen         bool
}

// TableName names the table for GORM.
func (LineRow) TableName() string { return "invoice_lines" }

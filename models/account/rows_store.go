package account

import "time"

type accountRow struct {
	ID                  string `gorm:"primaryKey"`
	Name                string
	NameKey             string
	BankTransferAllowed bool
	CreatedAt           time.Time
	UpdatedAt           *time.Time `gorm:"autoUpdateTime:false"`
	DeletedAt           *time.Time
}

func (accountRow) TableName() string { return "accounts" }

type memberRow struct {
	AccountID string `gorm:"primaryKey"`
	UserID    string `gorm:"primaryKey"`
	Role      string
	CreatedAt time.Time
}

func (memberRow) TableName() string { return "members" }

type groupRow struct {
	ID              string `gorm:"primaryKey"`
	AccountID       string
	Name            string
	NameKey         string
	IsPrimary       bool
	PaymentMethodID *string
	CreatedAt       time.Time
	DeletedAt       *time.Time
}

func (groupRow) TableName() string { return "billing_groups" }

type projectRow struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	GroupID    string
	Name       string
	NameKey    string
	ExternalID *string
	CreatedAt  time.Time
	DeletedAt  *time.Time
}

func (projectRow) TableName() string { return "projects" }

func (r projectRow) project() Project {
	p := Project{ID: r.ID, AccountID: r.AccountID, GroupID: r.GroupID, Name: r.Name, CreatedAt: r.CreatedAt, DeletedAt: r.DeletedAt}
	if r.ExternalID != nil {
		p.ExternalID = *r.ExternalID
	}
	return p
}

type assignmentRow struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	ProjectID string
	GroupID   string
	ValidFrom *time.Time
	ValidTo   *time.Time
	CreatedAt time.Time
}

func (assignmentRow) TableName() string { return "project_assignments" }

type informationRow struct {
	GroupID          string `gorm:"primaryKey"`
	AccountID        string
	Company          string
	AddressLine1     string `gorm:"column:address_line1"`
	AddressLine2     string `gorm:"column:address_line2"`
	AddressLine3     string `gorm:"column:address_line3"`
	City             string
	Region           string
	PostalCode       string
	Country          string
	VATID            string `gorm:"column:vat_id"`
	VATStatus        string `gorm:"column:vat_status"`
	VATSource        string `gorm:"column:vat_source"`
	VATCheckedAt     *time.Time
	ElectronicScheme string
	ElectronicID     string
	BuyerReference   string
	Currency         string
	PurchaseOrder    string
	InvoiceText      string
	InvoiceEmails    string // JSON
	ContactEmails    string // JSON
	Version          int64
	UpdatedAt        time.Time `gorm:"autoUpdateTime:false"`
	UpdatedBy        string
}

func (informationRow) TableName() string { return "billing_information" }

type paymentMethodRow struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	Kind        string
	TermsDays   int64
	Provider    string
	ProviderRef string
	Brand       string
	Last4       string `gorm:"column:last4"`
	Holder      string
	ExpMonth    int64
	ExpYear     int64
	Country     string
	CreatedAt   time.Time
	RemovedAt   *time.Time
}

func (paymentMethodRow) TableName() string { return "payment_methods" }

type draftRow struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	UserID    string
	Kind      string
	Data      string
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

func (draftRow) TableName() string { return "drafts" }

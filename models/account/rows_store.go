package account

import "time"

type accountRow struct {
	ID                  string `gorm:"primaryKey"`
	Name                string
	NameKey             string
	BankTransferAllowed bool
	CreatedAt           time.Time
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

package invoice

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"billfold/models/account"
	"billfold/models/seller"
)

// Snapshot is what an issued invoice says about its parties and terms, frozen at issue. Everything a
// document prints comes from it and from the frozen rows, never from what is stored elsewhere today.
type Snapshot struct {
	Seller      seller.Seller       `json:"seller"`
	Customer    account.Information `json:"customer"`
	AccountName string              `json:"account_name"`
	GroupName   string              `json:"billing_group_name"`
	Payment     PaymentTerms        `json:"payment"`
	Credits     []AppliedCredit     `json:"credits"`
	Category    string              `json:"tax_category"` // UNCL5305: S, AE, O
	PrintVATID  bool                `json:"print_vat_id"` // the customer's VAT id belongs on the document

	TaxLocalSource string    `json:"tax_local_source,omitempty"` // who published the rate of the tax in the seller's currency
	Corrects       *Corrects `json:"corrects,omitempty"`
}

// Corrects is what a credit note says about its invoice. Amounts are minor units.
type Corrects struct {
	Number   string    `json:"number"`
	Date     time.Time `json:"date"`
	Reason   string    `json:"reason"`
	Due      int64     `json:"due"`      // what was still to be paid of the invoice when the note was issued
	Returned int64     `json:"returned"` // came back as prepaid credit
	Refund   int64     `json:"refund"`   // was paid, and is to be refunded
}

// PaymentTerms is how and when the invoice is to be paid.
type PaymentTerms struct {
	Kind string `json:"kind"` // bank_transfer, or "" when the customer has not chosen
	Days int64  `json:"days"`
}

// AppliedCredit is one use of a credit on an invoice, or on a credit note what is given back of one.
type AppliedCredit struct {
	Code      string     `json:"code"`
	Type      string     `json:"type"`
	Project   string     `json:"project,omitempty"`
	Minor     int64      `json:"minor"`
	Remaining int64      `json:"remaining"`
	Expires   *time.Time `json:"expires,omitempty"`
	Prepaid   bool       `json:"prepaid"`
}

// Decode reads a stored snapshot.
func (r Row) Decode() (Snapshot, error) {
	var s Snapshot
	if r.Snapshot == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(r.Snapshot), &s); err != nil {
		return s, fmt.Errorf("the snapshot of invoice %s cannot be read: %w", r.ID, err)
	}
	return s, nil
}

// sealed is everything of an issued invoice that can never change, in a fixed order.
type sealed struct {
	ID, AccountID, GroupID, Kind, Month, Number, Original, Reason string
	Currency, PriceCurrency, Rate, RateDate, RateSource           string
	Subtotal, Credits, Taxable, Tax, Total, Prepaid, TaxLocal     int64
	TaxLocalCurrency, TaxLocalRate, TaxLocalRateDate, TaxNote     string
	TaxDate, InvoiceDate, DueDate, IssuedAt, Snapshot             string
	Lines                                                         []sealedLine
	Taxes                                                         []sealedTax
}

type sealedLine struct {
	ID, Key, Project, Name, Service, Type, Plan, Cloud, LineType, Unit, Price, Description, Tags string
	Month, Start, End, Quantity, Cost, Category, Rate, Original                                  string
	Amount, Records                                                                              int64
}

type sealedTax struct {
	Category, Rate, Name, Note, Source string
	Lines, Allowance, Taxable, Amount  int64
}

// SealOf is the SHA-256 over all fixed fields of an issued invoice, its lines and its taxes; lines must
// be in the order of their ids, taxes in that of their positions. `verify` computes it again.
func SealOf(row Row, lines []LineRow, taxes []TaxRow) ([]byte, error) {
	s := sealed{ID: row.ID, AccountID: row.AccountID, GroupID: row.GroupID, Kind: row.Kind, Month: row.Month, Reason: row.Reason,
		Currency: row.Currency, PriceCurrency: row.PriceCurrency, Rate: row.Rate.String(), RateDate: stamp(row.RateDate), RateSource: row.RateSource,
		Subtotal: row.SubtotalMinor, Credits: row.CreditsMinor, Taxable: row.TaxableMinor, Tax: row.TaxMinor,
		Total: row.TotalMinor, Prepaid: row.PrepaidMinor, TaxLocal: row.TaxLocalMinor, TaxLocalCurrency: row.TaxLocalCurrency,
		TaxLocalRateDate: stamp(row.TaxLocalRateDate), IssuedAt: stamp(row.IssuedAt),
		TaxNote: row.TaxNote, TaxDate: stamp(row.TaxDate), InvoiceDate: stamp(row.InvoiceDate), DueDate: stamp(row.DueDate), Snapshot: row.Snapshot}
	if row.Number != nil {
		s.Number = *row.Number
	}
	if row.OriginalID != nil {
		s.Original = *row.OriginalID
	}
	if row.TaxLocalRate != nil {
		s.TaxLocalRate = row.TaxLocalRate.String()
	}
	for _, l := range lines {
		x := sealedLine{Month: l.ServiceMonth, ID: l.ID, Key: fmt.Sprintf("%x", l.LineKey), Name: l.ProjectName, Service: l.ServiceName, Type: l.ServiceType,
			Plan: l.ServicePlan, Cloud: l.Cloud, LineType: l.LineType, Unit: l.Unit, Description: l.Description, Tags: l.Tags,
			Start: stamp(&l.ServiceStart), End: stamp(&l.ServiceEnd), Quantity: l.Quantity.String(), Cost: l.Cost.String(),
			Category: l.TaxCategory, Rate: l.TaxRate.String(), Amount: l.AmountMinor, Records: l.RecordCount}
		if l.ProjectID != nil {
			x.Project = *l.ProjectID
		}
		if l.OriginalLineID != nil {
			x.Original = *l.OriginalLineID
		}
		if l.UnitPrice != nil {
			x.Price = l.UnitPrice.String()
		}
		s.Lines = append(s.Lines, x)
	}
	for _, t := range taxes {
		s.Taxes = append(s.Taxes, sealedTax{t.Category, t.Rate.String(), t.Name, t.Note, t.Source, t.LinesMinor, t.AllowanceMinor, t.TaxableMinor, t.TaxMinor})
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

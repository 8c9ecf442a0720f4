package invoice

import (
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
	Kind  string `json:"kind"` // card or bank_transfer, or "" when the customer has not chosen
	Days  int64  `json:"days"`
	Brand string `json:"brand,omitempty"` // of the card that is to be charged
	Last4 string `json:"last4,omitempty"`
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

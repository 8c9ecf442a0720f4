package documents

import (
	"time"

	"github.com/shopspring/decimal"

	"billfold/models/money"
)

// Kind says which document an Invoice is.
type Kind string

const (
	// KindInvoice is a regular invoice.
	KindInvoice Kind = "invoice"
	// KindCreditNote corrects an issued invoice (Directive 2006/112/EC art. 219). Its amounts are
	// positive: they say what is credited.
	KindCreditNote Kind = "credit_note"
)

// Invoice is everything an issued document says, in the order a reader meets it. Amounts are in
// Currency unless their own comment says otherwise; times are UTC. "226(n)" below are the points of
// Directive 2006/112/EC art. 226.
type Invoice struct {
	Kind     Kind
	Number   string         // 226(2), "BF-2026-000412"
	Currency money.Currency // of every amount but SellerTax
	Issued   time.Time      // 226(1); also the file's creation date
	// Due is the last day to pay; a zero time prints no due date (credit notes).
	Due time.Time
	// TermDays are the days from issue to Due; 0 is "on issue".
	TermDays int
	// PeriodStart and PeriodEnd are the billed month, [start, end), 226(7).
	PeriodStart, PeriodEnd time.Time
	// Corrects names the invoice a credit note credits, 226(16).
	Corrects *Correction

	Seller Seller
	Buyer  Buyer

	AccountName string
	GroupName   string
	GroupID     string
	// PurchaseOrder is the customer's order number, BuyerReference its routing id (EN 16931 BT-13, BT-10).
	PurchaseOrder, BuyerReference string
	// Text is the customer's own text on its invoices, up to 1,000 characters; line breaks are kept.
	Text string

	Projects []Project
	// Subtotal is the sum of all lines, before credits and tax (BT-106).
	Subtotal money.Amount
	// Allowances are the reducing credits used (BG-20), in order of use.
	Allowances []Credit
	// Taxable is Subtotal less Allowances (BT-109).
	Taxable money.Amount
	// Taxes has one row for each category and rate, or for each jurisdiction (BG-23).
	Taxes []Tax
	// TaxTotal is the sum of the tax (BT-110), Total is Taxable plus TaxTotal (BT-112).
	TaxTotal, Total money.Amount
	// Prepaid are prepaid credits used after tax (BT-113), Paid is other money received before issue.
	Prepaid []Credit
	Paid    money.Amount
	// AmountDue is Total less Prepaid and Paid (BT-115).
	AmountDue money.Amount

	Payment Payment
	// Settlement replaces the sentence on how the amount is paid, for example on a credit note.
	Settlement string

	// FX is the rate the prices were converted at, when they were kept in another currency.
	FX *Rate
	// SellerTax is the tax in the currency of the seller's country, art. 230.
	SellerTax *SellerTax
	// Notes are further sentences, for example "VAT ID not confirmed at the date of issue."
	Notes []string
	// WebURL is the address of the invoice's page, which is the accessible form of this document.
	WebURL string
}

// Correction is what a credit note says about the invoice it corrects.
type Correction struct {
	Number string
	Issued time.Time
	Reason string
}

// Address is a postal address. Country is an ISO 3166-1 alpha-2 code and is printed as a name.
type Address struct {
	Lines                             []string
	City, Region, PostalCode, Country string
}

// Seller is the operator, frozen at issue.
type Seller struct {
	Name    string
	Address Address
	// VATID is the VAT id (226(3)); TaxNumber another one with its label, for example "EIN 12-3456789".
	VATID, TaxNumber string
	// Register is the company register line that national law asks for, as it is printed.
	Register string
	// TaxRepresentative is its name, address and VAT id, as printed (226(15)).
	TaxRepresentative string
	// Contact is where billing questions go.
	Contact string
}

// Buyer is the billing information, frozen at issue.
type Buyer struct {
	Company string
	Address Address
	VATID   string // 226(4)
}

// Project is one project's lines with their sum. Lines without a project come under a Project whose
// name says so.
type Project struct {
	Name     string
	Lines    []Line
	Subtotal money.Amount
}

// Line is one invoice line.
type Line struct {
	// Type is service_charge, support_charge or extra_charge.
	Type                     string
	Service, ServiceType     string
	Plan, Cloud, Description string
	Begin, End               time.Time // [begin, end); printed where it leaves the billed month
	Quantity                 decimal.Decimal
	Unit                     string
	// UnitPrice is without tax and in the invoice's currency; not valid when the cost was given instead.
	UnitPrice decimal.NullDecimal
	Amount    money.Amount
}

// Credit is one use of a credit. Amount is positive and lowers what is to be paid.
type Credit struct {
	Code, Type string
	// Project is set when the credit is bound to one project.
	Project string
	// Left is what the credit still holds after this use, Expires the instant it ends (zero: never).
	Left    money.Amount
	Expires time.Time
	Amount  money.Amount
}

// Tax categories of EN 16931 (UNCL 5305) that the product uses.
const (
	CategoryStandard      = "S"
	CategoryReverseCharge = "AE"
	CategoryOutOfScope    = "O"
	CategoryExport        = "G"
	CategoryExempt        = "E"
)

// The exact notes of the design. A Tax row of category AE or O without a note of its own gets its one.
const (
	// NoteReverseCharge has the words 226(11a) asks for and the provision.
	NoteReverseCharge = "Reverse charge. VAT is to be accounted for by the recipient (Article 196, Directive 2006/112/EC)."
	// NoteOutOfScope is for a customer outside the EU.
	NoteOutOfScope = "Outside the scope of EU VAT (Article 44 or 58, Directive 2006/112/EC)."
	// NoteUnconfirmed is for a VAT id that was not confirmed at issue.
	NoteUnconfirmed = "VAT ID not confirmed at the date of issue."
	// NoteNoSalesTax is for a US state without tax.
	NoteNoSalesTax = "No sales tax collected."
)

// Tax is one row of the tax summary: a category and rate, or one jurisdiction.
type Tax struct {
	Category string
	// Label names the tax, "VAT" or "Sales tax"; Jurisdiction whose it is, "Finland" or "Washington, Seattle".
	Label, Jurisdiction string
	// Percent is the rate, 25.5 for 25.5%.
	Percent decimal.Decimal
	// Taxable is the amount the rate applies to (226(8)), Amount the tax (226(10)).
	Taxable, Amount money.Amount
	// Note is the reason for no tax with its provision, 226(11) and 226(11a).
	Note string
}

// Rate is an exchange rate as it was used: 1 From = Value To.
type Rate struct {
	From, To money.Currency
	Value    decimal.Decimal
	Date     time.Time
	Source   string
}

// SellerTax is TaxTotal in the currency of the seller's country (art. 230), with the rate used.
type SellerTax struct {
	Amount money.Amount
	Rate   Rate
}

// PaymentMethod says how the amount due is paid.
type PaymentMethod string

const (
	// PayByCard charges the card of Payment.
	PayByCard PaymentMethod = "card"
	// PayByTransfer waits for a bank transfer.
	PayByTransfer PaymentMethod = "bank_transfer"
)

// Payment is how the invoice is paid, as known at issue. Never a full card number (EN 16931 BR-51).
type Payment struct {
	Method PaymentMethod
	// CardBrand and CardLast4 name the card, ChargeOn is the day it is charged.
	CardBrand, CardLast4 string
	ChargeOn             time.Time
	// The seller's bank account, printed on every invoice when it is there (226(17)).
	Beneficiary, Bank, IBAN, BIC string
	ACHRouting, ACHAccount       string
	RemitTo                      string
	// Reference is what the payer writes on the transfer; empty is the invoice number.
	Reference string
}

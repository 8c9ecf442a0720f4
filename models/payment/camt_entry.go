package payment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"billfold/models/money"
)

// BankEntry is one credit on the seller's bank account.
type BankEntry struct {
	IBAN       string // of the seller's account, or its number where it has none
	Ref        string // the bank's, unique within the account; never empty
	BookedOn   time.Time
	Amount     money.Amount
	Payer      string   // as the bank names it, up to 140 characters
	Remittance string   // what it was paid for, as people read it, up to 1,000 characters
	Texts      []string // where an invoice number may stand
	Doubt      string   // why it must not be matched by itself, "" for none
	Refused    string   // why it is no credit that could be kept at all; Said is its amount then
	Said       string
}

const (
	maxPayer      = 140
	maxRemittance = 1000
)

// rawEntry is an entry (Ntry) as the bank writes it.
type rawEntry struct {
	ref, servicer  string // NtryRef, AcctSvcrRef
	amount         rawAmount
	sign, status   string
	reversal       bool
	booked, valued string
	info           string
	details        []rawDetail
}

// rawDetail is a transaction (TxDtls) of an entry.
type rawDetail struct {
	servicer       string
	amount, inTx   rawAmount // Amt of newer versions, AmtDtls/TxAmt of all
	sign           string
	payer          string
	texts          []string
	returned       bool // a payment of ours that came back
	remittanceSize int
}

type rawAmount struct{ number, currency string }

const inDetail = "NtryDtls/TxDtls"

// open notes that an element begins.
func (e *rawEntry) open(path string) error {
	if path == inDetail {
		if len(e.details) == maxCamtDetails {
			return fmt.Errorf("an entry has more than %d transactions", maxCamtDetails)
		}
		e.details = append(e.details, rawDetail{})
	}
	if path == inDetail+"/RtrInf" && len(e.details) > 0 {
		e.details[len(e.details)-1].returned = true
	}
	return nil
}

// set notes the text of an element that ended. Versions differ in a few places: the status is a code of its
// own from version 8, parties are wrapped in Pty, and a transaction has its amount directly from version 4.
func (e *rawEntry) set(path, text, currency string) {
	if inner, ok := strings.CutPrefix(path, inDetail+"/"); ok && len(e.details) > 0 {
		e.details[len(e.details)-1].set(inner, text, currency)
		return
	}
	switch path {
	case "NtryRef":
		e.ref = reference(text)
	case "AcctSvcrRef":
		e.servicer = reference(text)
	case "Amt":
		e.amount = rawAmount{text, currency}
	case "CdtDbtInd":
		e.sign = text
	case "RvslInd":
		e.reversal = text == "true" || text == "1"
	case "Sts", "Sts/Cd":
		if text != "" {
			e.status = text
		}
	case "BookgDt/Dt", "BookgDt/DtTm":
		e.booked = text
	case "ValDt/Dt", "ValDt/DtTm":
		e.valued = text
	case "AddtlNtryInf":
		e.info = cut(text, maxRemittance)
	}
}

func (d *rawDetail) set(path, text, currency string) {
	switch path {
	case "Refs/AcctSvcrRef":
		d.servicer = reference(text)
	case "Amt":
		d.amount = rawAmount{text, currency}
	case "AmtDtls/TxAmt/Amt":
		d.inTx = rawAmount{text, currency}
	case "CdtDbtInd":
		d.sign = text
	case "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm":
		d.payer = cut(text, maxPayer)
	case "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/AddtlRmtInf", "RmtInf/Ustrd":
		if text != "" && d.remittanceSize < 2*maxRemittance {
			d.texts = append(d.texts, cut(text, maxRemittance))
			d.remittanceSize += len(text)
		}
	}
}

// reference is a bank's reference, empty where it only says that there is none, or is no reference.
func reference(text string) string {
	switch strings.ToUpper(text) {
	case "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "NOREF":
		return ""
	}
	if len(text) > 70 { // the standard has 35 characters
		return ""
	}
	return text
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// credits are the single credits of an entry: its transactions where they say clearly what each is, else the
// entry as a whole, with a doubt.
func (e *rawEntry) credits(iban string) []BankEntry {
	whole := BankEntry{IBAN: iban, Ref: e.servicer, Remittance: e.info, Said: strings.TrimSpace(e.amount.number + " " + e.amount.currency)}
	if len(e.details) == 1 {
		e.details[0].onto(&whole, e.info)
		if whole.Ref == "" {
			whole.Ref = e.details[0].servicer
		}
	} else if e.info != "" {
		whole.Texts = []string{e.info}
	}
	var err error
	if whole.BookedOn, err = bookedOn(e.booked, e.valued); err != nil {
		whole.Refused = err.Error()
	}
	if whole.Amount, err = e.amount.read(); err != nil {
		whole.Refused = err.Error()
	}
	if whole.Ref == "" && e.ref != "" {
		// NtryRef often only counts within a statement, so the content makes it one of its kind.
		whole.Ref = cut(e.ref, 35) + whole.ByContent()
	}
	switch {
	case e.sign == "DBIT":
		whole.Refused = "an earlier credit was taken back; see to the invoice it had paid"
	case e.reversal:
		whole.Doubt = "It reverses an earlier debit and is no payment of a customer"
	}
	if whole.Refused != "" || whole.Doubt != "" || len(e.details) < 2 {
		if len(e.details) == 1 && e.details[0].returned && whole.Doubt == "" {
			whole.Doubt = "It is a payment of yours that came back"
		}
		return []BankEntry{whole}
	}
	return e.split(whole)
}

// split takes a batch apart.
func (e *rawEntry) split(whole BankEntry) []BankEntry {
	parts, sum := make([]BankEntry, len(e.details)), money.Zero(whole.Amount.Currency())
	for i, d := range e.details {
		one := BankEntry{IBAN: whole.IBAN, BookedOn: whole.BookedOn, Ref: d.servicer}
		if whole.Ref != "" {
			one.Ref = fmt.Sprintf("%s/%d", whole.Ref, i+1)
		}
		d.onto(&one, "")
		amount, err := d.own()
		if err == nil {
			sum, err = sum.Add(amount)
		}
		if err != nil || d.sign != "" && d.sign != "CRDT" {
			whole.Doubt = fmt.Sprintf("It is a batch of %d transactions that cannot be told apart", len(e.details))
			return []BankEntry{whole}
		}
		if one.Amount = amount; d.returned {
			one.Doubt = "It is a payment of yours that came back"
		}
		parts[i] = one
	}
	if sum != whole.Amount {
		whole.Doubt = fmt.Sprintf("It is a batch of %d transactions that add up to %s", len(e.details), sum)
		return []BankEntry{whole}
	}
	return parts
}

// onto writes who paid and what for into an entry; info stands in where the bank says nothing else.
func (d *rawDetail) onto(e *BankEntry, info string) {
	e.Payer, e.Texts = d.payer, d.texts
	if len(e.Texts) == 0 && info != "" {
		e.Texts = []string{info}
	}
	e.Remittance = cut(strings.Join(e.Texts, " "), maxRemittance)
}

func (d *rawDetail) own() (money.Amount, error) {
	if d.amount.number != "" {
		return d.amount.read()
	}
	return d.inTx.read()
}

var camtAmount = regexp.MustCompile(`^[0-9]{1,18}(\.[0-9]{0,5})?$`)

// read is the amount in whole minor units of a currency that invoices are in.
func (a rawAmount) read() (money.Amount, error) {
	currency, err := money.ParseCurrency(a.currency)
	if err != nil {
		return money.Amount{}, fmt.Errorf("the currency %.10q is none of the invoices'", a.currency)
	}
	if !camtAmount.MatchString(a.number) {
		return money.Amount{}, fmt.Errorf("the amount %.40q cannot be read", a.number)
	}
	amount, err := money.Parse(a.number, currency)
	if err == nil && amount.Sign() <= 0 {
		err = fmt.Errorf("the amount is zero")
	}
	return amount, err
}

// bookedOn is the day of booking, or of value where there is none, as the bank writes it: in its own zone.
func bookedOn(booked, valued string) (time.Time, error) {
	for _, text := range []string{booked, valued} {
		if len(text) >= len(time.DateOnly) {
			if day, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)]); err == nil {
				return day, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("it has no day of booking")
}

// ByContent is a reference made of what the entry says, "#" and 16 hexadecimal digits.
func (e BankEntry) ByContent() string {
	h := sha256.New()
	for _, part := range append([]string{e.BookedOn.Format(time.DateOnly), e.Amount.String(), e.Payer, e.Remittance}, e.Texts...) {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return "#" + hex.EncodeToString(h.Sum(nil)[:8])
}

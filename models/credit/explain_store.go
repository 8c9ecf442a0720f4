package credit

import (
	"time"

	"billfold/models"
	"billfold/models/money"

	"gorm.io/gorm"
)

// InvoiceUse is a stored use of a claim on an issued invoice. Its Claim is as it is now: what it is used
// for may have been changed since.
type InvoiceUse struct {
	Use
	ID string
	At time.Time
}

// UsesOn reads the uses of an account's invoice in the order of use, reducing ones first. Read only.
func UsesOn(tx *gorm.DB, accountID, invoiceID string) ([]InvoiceUse, error) {
	return invoiceUses(tx, accountID, `u.invoice_id = ?`, invoiceID)
}

// ClaimByID reads a claim of the account as it is now. Kind: NotFound.
func ClaimByID(tx *gorm.DB, accountID, id string) (Claim, error) {
	byID, err := claimsByID(tx, accountID, []string{id})
	c, ok := byID[id]
	if err == nil && !ok {
		err = models.NotFoundf("Page not found")
	}
	return c, err
}

func invoiceUses(tx *gorm.DB, accountID, which string, arg any) ([]InvoiceUse, error) {
	var rows []struct {
		UseID, ClaimID              string
		AmountMinor, RemainingAfter int64
		Prepaid                     bool
		CreatedAt                   time.Time
	}
	err := tx.Raw(`SELECT u.id AS use_id, u.claim_id, u.amount_minor, u.remaining_after_minor AS remaining_after, u.prepaid, u.created_at
		FROM credit_uses u WHERE u.account_id = ? AND `+which+` ORDER BY u.prepaid, u.id`, accountID, arg).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ClaimID
	}
	byID, err := claimsByID(tx, accountID, ids)
	if err != nil {
		return nil, err
	}
	list := make([]InvoiceUse, len(rows))
	for i, r := range rows {
		c := byID[r.ClaimID]
		currency := c.Value.Currency()
		list[i] = InvoiceUse{Use{c, money.New(r.AmountMinor, currency), money.New(r.RemainingAfter, currency), r.Prepaid}, r.UseID, r.CreatedAt.UTC()}
	}
	return list, nil
}

func claimsByID(tx *gorm.DB, accountID string, ids []string) (map[string]Claim, error) {
	byID := make(map[string]Claim, len(ids))
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		var views []claimView
		if err := tx.Raw(claimSelect+`WHERE c.account_id = ? AND c.id IN ?`, accountID, part).Scan(&views).Error; err != nil {
			return nil, err
		}
		for _, c := range claims(views) {
			byID[c.ID] = c
		}
	}
	return byID, nil
}

// UsesElsewhere reads on which other invoices a claim was used, newest first, at most limit of them, and
// how many there are in all.
func UsesElsewhere(tx *gorm.DB, c Claim, invoiceID string, limit int) (list []ClaimUse, all int, err error) {
	const others = `FROM credit_uses u JOIN invoices i ON i.id = u.invoice_id WHERE u.account_id = ? AND u.claim_id = ? AND u.invoice_id <> ?`
	if invoiceID == "" {
		invoiceID = models.NilID
	}
	if err = tx.Raw(`SELECT COUNT(*) `+others, c.AccountID, c.ID, invoiceID).Scan(&all).Error; err != nil || all == 0 {
		return nil, 0, err
	}
	var rows []struct {
		InvoiceID, GroupID, Number, Month string
		AmountMinor                       int64
		Prepaid                           bool
		CreatedAt                         time.Time
	}
	err = tx.Raw(`SELECT u.invoice_id, i.group_id, i.number, i.month, u.amount_minor, u.prepaid, u.created_at `+others+
		` ORDER BY u.created_at DESC, u.id DESC LIMIT ?`, c.AccountID, c.ID, invoiceID, limit).Scan(&rows).Error
	for _, r := range rows {
		list = append(list, ClaimUse{r.InvoiceID, r.GroupID, r.Number, models.Month(r.Month), money.New(r.AmountMinor, c.Value.Currency()), r.Prepaid, r.CreatedAt.UTC()})
	}
	return list, all, err
}

// GivenBack is what one credit note gave back of one use.
type GivenBack struct {
	Claim   Claim // the new one
	UseID   string
	NoteID  string
	Number  string // of the note
	GroupID string // of the note
	Amount  money.Amount
	At      time.Time
}

// GivenBackOf reads what credit notes gave back of the uses of an invoice, oldest first.
func GivenBackOf(tx *gorm.DB, accountID, invoiceID string) ([]GivenBack, error) {
	return givenBack(tx, accountID, `r.use_id IN (SELECT id FROM credit_uses WHERE invoice_id = ?)`, invoiceID)
}

// GivenBackBy reads what a credit note gave back, in the order of the uses.
func GivenBackBy(tx *gorm.DB, accountID, noteID string) ([]GivenBack, error) {
	return givenBack(tx, accountID, `r.note_id = ?`, noteID)
}

// OriginOf is the return that made a claim; ok is false for a claim by code.
func OriginOf(tx *gorm.DB, c Claim) (b GivenBack, ok bool, err error) {
	if c.ReturnedBy == "" {
		return b, false, nil
	}
	list, err := givenBack(tx, c.AccountID, `r.claim_id = ?`, c.ID)
	if err != nil || len(list) == 0 {
		return b, false, err
	}
	return list[0], true, nil
}

func givenBack(tx *gorm.DB, accountID, which string, arg any) ([]GivenBack, error) {
	var rows []struct {
		ClaimID, UseID, NoteID, Number, GroupID string
		AmountMinor                             int64
		CreatedAt                               time.Time
	}
	err := tx.Raw(`SELECT r.claim_id, r.use_id, r.note_id, i.number, i.group_id, r.amount_minor, r.created_at
		FROM credit_returns r JOIN invoices i ON i.id = r.note_id WHERE r.account_id = ? AND `+which+` ORDER BY r.created_at, r.note_id, r.use_id`, accountID, arg).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ClaimID
	}
	byID, err := claimsByID(tx, accountID, ids)
	if err != nil {
		return nil, err
	}
	list := make([]GivenBack, len(rows))
	for i, r := range rows {
		c := byID[r.ClaimID]
		list[i] = GivenBack{c, r.UseID, r.NoteID, r.Number, r.GroupID, money.New(r.AmountMinor, c.Value.Currency()), r.CreatedAt.UTC()}
	}
	return list, nil
}

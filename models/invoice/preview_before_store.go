package invoice

import (
	"errors"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/seller"
	"billfold/models/tax"

	"gorm.io/gorm"
)

// earlier plays the closing of the open estimates that close before one: earlier months first, then the
// groups of the account in the order of their ids. They take their part of credits that they share with
// it, so that an estimate shows no credit that will be gone when its turn comes. A handful of statements,
// however many groups the account has.
type earlier struct {
	tx        *gorm.DB
	at        time.Time
	seller    seller.Seller
	accountID string
	currency  money.Currency
	where     string // which estimates, of invoices i
	args      []any

	claims  []credit.Claim
	holders map[string]string // the group that holds each project with credit
	taken   map[string]int64  // by claim, in minor units
	held    map[string]bool   // groups of which a month cannot be billed: the later ones wait
	rates   map[[2]string][]tax.Rate
}

// newEarlier looks at the estimates of an account up to a month and, of that month, up to a group: all
// that close before that group's. onlyGroup leaves out what other groups take.
func newEarlier(tx *gorm.DB, at time.Time, s seller.Seller, row Row, onlyGroup bool) *earlier {
	e := &earlier{tx: tx, at: at, seller: s, accountID: row.AccountID, currency: money.Currency(row.Currency), taken: map[string]int64{},
		held: map[string]bool{}, rates: map[[2]string][]tax.Rate{}}
	e.where = `i.account_id = ? AND i.kind = 'invoice' AND i.state = 'estimate' AND NOT i.frozen AND (i.month < ? OR (i.month = ? AND i.group_id < ?))`
	e.args = []any{row.AccountID, row.Month, row.Month, row.GroupID}
	if onlyGroup {
		e.where, e.args = e.where+` AND i.group_id = ?`, append(e.args, row.GroupID)
	}
	return e
}

// play gives what the estimates take of each claim, by its id, in minor units of the currency.
func (e *earlier) play() (map[string]int64, error) {
	var rows []Row
	err := e.tx.Table("invoices i").Select("i.id, i.account_id, i.group_id, i.month, i.currency, i.subtotal_minor").
		Where(e.where, e.args...).Order("i.month, i.group_id").Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return e.taken, err
	}
	infos, err := e.information()
	if err != nil {
		return nil, err
	}
	charges, err := e.charges()
	if err != nil {
		return nil, err
	}
	if err := e.readClaims(); err != nil {
		return nil, err
	}
	for _, row := range rows {
		info, month := infos[row.GroupID], models.Month(row.Month)
		switch {
		case e.held[row.GroupID]:
		case string(info.Currency) != row.Currency: // no rate: it is shown in the price currency, and parked
			e.held[row.GroupID] = true
		case row.SubtotalMinor <= 0: // its lines move on
		case len(info.Missing()) > 0:
			e.held[row.GroupID] = true
		case row.Currency == string(e.currency):
			if err := e.bill(row.GroupID, month, info, charges[row.ID]); err != nil {
				return nil, err
			}
		}
	}
	return e.taken, nil
}

// bill notes what one estimate takes.
func (e *earlier) bill(groupID string, month models.Month, info account.Information, charges []Charge) error {
	draft := Draft{Currency: e.currency, Charges: charges}
	draft.Credits, draft.Prepaid = e.usable(groupID, month)
	if len(draft.Credits) == 0 && len(draft.Prepaid) == 0 {
		return nil
	}
	var err error
	if draft.Tax, err = e.treatment(customerOf(info), month); err != nil {
		return err
	}
	totals, err := Compute(draft)
	var missing *tax.MissingRate
	if errors.As(err, &missing) || errors.Is(err, money.ErrOverflow) {
		e.held[groupID] = true
		return nil
	}
	if err != nil || totals.Total.Sign() < 0 {
		return err
	}
	if known, err := e.localRateKnown(month, totals.Tax); err != nil || !known {
		e.held[groupID] = true
		return err
	}
	for _, uses := range [][]credit.Use{totals.Uses, totals.Pays} {
		for _, u := range uses {
			e.taken[u.Claim.ID] += u.Amount.Minor()
		}
	}
	return nil
}

// usable is what credit.Usable and credit.UsablePrepaid would give when the turn of a group comes.
func (e *earlier) usable(groupID string, month models.Month) (reducing, prepaid []credit.Claim) {
	for _, c := range e.claims {
		here := c.Scope == credit.ForAccount || (c.Scope == credit.ForGroup && c.GroupID == groupID) || (c.Scope == credit.ForProject && e.holders[c.ProjectID] == groupID)
		if c.Remaining = money.New(c.Remaining.Minor()-e.taken[c.ID], e.currency); !here || !c.Usable(month.End()) {
			continue
		}
		if c.Type.Prepaid() {
			prepaid = append(prepaid, c)
		} else {
			reducing = append(reducing, c)
		}
	}
	credit.InOrder(reducing)
	credit.InOrder(prepaid)
	return reducing, prepaid
}

func (e *earlier) treatment(c tax.Customer, month models.Month) (tax.Treatment, error) {
	d := tax.Decide(e.seller, c)
	if d.Country == "" {
		return tax.NewTreatment(d, nil, month.LastDay()), nil
	}
	at := [2]string{d.Country, d.Region}
	if _, known := e.rates[at]; !known {
		rates, err := tax.RatesFor(e.tx, d.Country, d.Region)
		if err != nil {
			return tax.Treatment{}, err
		}
		e.rates[at] = rates
	}
	return tax.NewTreatment(d, e.rates[at], month.LastDay()), nil
}

// localRateKnown says that the tax could be stated in the seller's currency, where it must be (art. 230).
func (e *earlier) localRateKnown(month models.Month, taxed money.Amount) (bool, error) {
	local, ok := tax.LocalCurrency(e.seller.Country, month.LastDay())
	if !ok || local == e.currency || taxed.IsZero() {
		return true, nil
	}
	date := month.LastDay()
	if e.at.Before(date) {
		date = e.at
	}
	_, known, err := rate.RateAt(e.tx, e.currency, local, date)
	return known, err
}

// information reads of the groups' billing information what billing them needs.
func (e *earlier) information() (map[string]account.Information, error) {
	var rows []struct {
		GroupID, Company, AddressLine1, City, Region, PostalCode, Country, VatID, VatStatus, Currency string
	}
	err := e.tx.Raw(`SELECT b.group_id, b.company, b.address_line1, b.city, b.region, b.postal_code, b.country, b.vat_id, b.vat_status, b.currency
		FROM billing_information b WHERE b.account_id = ? AND b.group_id IN (SELECT i.group_id FROM invoices i WHERE `+e.where+`)`,
		append([]any{e.accountID}, e.args...)...).Scan(&rows).Error
	infos := make(map[string]account.Information, len(rows))
	for _, r := range rows {
		infos[r.GroupID] = account.Information{Company: r.Company, AddressLine1: r.AddressLine1, City: r.City, Region: r.Region, PostalCode: r.PostalCode,
			Country: r.Country, VATID: r.VatID, VATStatus: account.VATStatus(r.VatStatus), Currency: money.Currency(r.Currency)}
	}
	return infos, err
}

// charges are those of the estimates in the currency, by estimate: of each project the sum that is kept
// anyway, less its late usage, which may be taxed otherwise and is the only reason to look at lines.
func (e *earlier) charges() (map[string][]Charge, error) {
	type sum struct {
		InvoiceID, ServiceMonth string
		ProjectID               *string
		Minor                   int64
		Late                    bool
	}
	args := append(append([]any{}, e.args...), string(e.currency))
	var late, kept []sum
	err := e.tx.Raw(`SELECT l.invoice_id, l.project_id, l.service_month, CAST(SUM(l.amount_minor) AS BIGINT) AS minor, TRUE AS late
		FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE `+e.where+` AND i.currency = ? AND i.subtotal_minor > 0
		AND l.service_month <> i.month GROUP BY l.invoice_id, l.project_id, l.service_month`, args...).Scan(&late).Error
	if err != nil {
		return nil, err
	}
	err = e.tx.Raw(`SELECT p.invoice_id, p.project_id, i.month AS service_month, p.amount_minor AS minor
		FROM estimate_projects p JOIN invoices i ON i.id = p.invoice_id WHERE `+e.where+` AND i.currency = ? AND i.subtotal_minor > 0`, args...).Scan(&kept).Error
	charges := map[string][]Charge{}
	lateOf := map[[2]string]int64{}
	add := func(r sum) {
		c := Charge{Month: models.Month(r.ServiceMonth), Minor: r.Minor}
		if r.ProjectID != nil && *r.ProjectID != models.NilID {
			c.ProjectID = *r.ProjectID
		}
		if at := [2]string{r.InvoiceID, c.ProjectID}; r.Late {
			lateOf[at] += r.Minor
		} else {
			c.Minor -= lateOf[at]
		}
		charges[r.InvoiceID] = append(charges[r.InvoiceID], c)
	}
	for _, r := range append(late, kept...) {
		add(r)
	}
	return charges, err
}

// readClaims reads the account's claims in the currency that have something left.
func (e *earlier) readClaims() error {
	var rows []struct {
		ID, Scope, Type            string
		GroupID, ProjectID, Holder *string
		RemainingMinor             int64
		StartsAt, ClaimedAt        time.Time
		ExpiresAt                  *time.Time
	}
	err := e.tx.Raw(`SELECT c.id, c.scope, k.type, c.group_id, c.project_id, a.group_id AS holder, c.remaining_minor, k.starts_at, c.claimed_at, c.expires_at
		FROM credit_claims c JOIN credits k ON k.id = c.credit_id
		LEFT JOIN project_assignments a ON a.project_id = c.project_id AND a.account_id = c.account_id AND a.valid_to IS NULL
		WHERE c.account_id = ? AND k.currency = ? AND c.remaining_minor > 0`, e.accountID, string(e.currency)).Scan(&rows).Error
	e.holders = map[string]string{}
	for _, r := range rows {
		c := credit.Claim{ID: r.ID, AccountID: e.accountID, Scope: credit.Scope(r.Scope), Type: credit.Type(r.Type), Remaining: money.New(r.RemainingMinor, e.currency),
			Starts: r.StartsAt.UTC(), ClaimedAt: r.ClaimedAt.UTC()}
		if r.ExpiresAt != nil {
			c.Expires = r.ExpiresAt.UTC()
		}
		if r.GroupID != nil {
			c.GroupID = *r.GroupID
		}
		if r.ProjectID != nil && r.Holder != nil {
			c.ProjectID = *r.ProjectID
			e.holders[c.ProjectID] = *r.Holder
		}
		e.claims = append(e.claims, c)
	}
	return err
}

func customerOf(info account.Information) tax.Customer {
	return tax.Customer{Country: info.Country, Region: info.Region, VATID: info.VATID, VATStatus: string(info.VATStatus)}
}

// leave lowers claims by what was taken of them and drops those of which nothing is left.
func leave(claims []credit.Claim, taken map[string]int64) []credit.Claim {
	left := make([]credit.Claim, 0, len(claims))
	for _, c := range claims {
		if c.Remaining = money.New(c.Remaining.Minor()-taken[c.ID], c.Remaining.Currency()); c.Remaining.Sign() > 0 {
			left = append(left, c)
		}
	}
	return left
}

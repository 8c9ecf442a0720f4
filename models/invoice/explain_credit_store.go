package invoice

import (
	"context"
	"slices"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/money"

	"gorm.io/gorm"
)

// maxElsewhere is how many other invoices of a credit are listed.
const maxElsewhere = 25

// ClaimsOf are the ids of the claims behind the credits that a sheet's snapshot names, in their order; ""
// where one is not found.
func (s *Store) ClaimsOf(ctx context.Context, scope access.Scope, sheet Sheet) ([]string, error) {
	if len(sheet.Snapshot.Credits) == 0 {
		return nil, nil
	}
	tx := s.db.Read(ctx)
	var candidates []AppliedCredit
	var ids []string
	add := func(c credit.Claim, minor, remaining int64, prepaid bool) {
		candidates = append(candidates, AppliedCredit{Code: c.Code, Minor: minor, Remaining: remaining, Prepaid: prepaid})
		ids = append(ids, c.ID)
	}
	switch {
	case sheet.State == Estimate:
		return sheet.claims, nil
	case sheet.Kind == KindCreditNote:
		list, err := credit.GivenBackBy(tx, scope.AccountID(), sheet.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			add(b.Claim, b.Amount.Minor(), b.Amount.Minor(), b.Claim.Type.Prepaid())
		}
	default:
		uses, err := credit.UsesOn(tx, scope.AccountID(), sheet.ID)
		if err != nil {
			return nil, err
		}
		for _, u := range uses {
			add(u.Claim, u.Amount.Minor(), u.RemainingAfter.Minor(), u.Prepaid)
		}
	}
	return matching(sheet.Snapshot.Credits, candidates, ids), nil
}

// ExplainCredit says how the amount of a claim on an estimate, invoice or credit note of the scope's group
// came about. Kind: NotFound.
func (s *Store) ExplainCredit(ctx context.Context, scope access.Scope, address, claimID string) (e CreditExplained, err error) {
	if e.Row, err = s.Find(ctx, scope, address); err != nil {
		return e, err
	}
	if !models.IsID(claimID) {
		return e, models.NotFoundf("There is no such credit on this invoice")
	}
	tx := s.db.Read(ctx)
	var taxes []TaxRow
	switch {
	case e.Row.State == Estimate:
		taxes, err = s.estimatedUse(ctx, scope, &e, claimID)
	case e.Row.Kind == KindCreditNote:
		return e, noteReturn(tx, scope, &e, claimID)
	default:
		if err = issuedUse(tx, scope, &e, claimID); err == nil {
			err = tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), e.Row.ID).Order("position").Find(&taxes).Error
		}
	}
	if err != nil {
		return e, err
	}
	c := money.Currency(e.Row.Currency)
	e.Allowance, e.Reserved = money.New(e.Row.CreditsMinor, c), money.Zero(c)
	base := money.New(e.Row.SubtotalMinor, c)
	if e.Order[e.Place].Prepaid {
		base = money.New(e.Row.TotalMinor, c)
	} else {
		e.Shares = shareAllowance(taxes, e.Row.CreditsMinor)
	}
	byProject, err := projectSums(tx, e.Row, e.Order)
	if err != nil {
		return e, err
	}
	if e.Working, err = credit.Explain(e.Order, e.Place, base, byProject); err != nil {
		return e, err
	}
	if e.Row.State == Estimate {
		now, err := credit.ClaimByID(tx, scope.AccountID(), claimID)
		if err != nil {
			return e, err
		}
		if e.Reserved, err = now.Remaining.Sub(e.Working.Before); err != nil {
			return e, err
		}
	}
	if e.Elsewhere, e.AllElsewhere, err = credit.UsesElsewhere(tx, e.Claim, e.Row.ID, maxElsewhere); err != nil {
		return e, err
	}
	origin, ok, err := credit.OriginOf(tx, e.Claim)
	if ok {
		e.Origin = &origin
	}
	return e, err
}

// estimatedUse takes the uses from what closing would make of the estimate now.
func (s *Store) estimatedUse(ctx context.Context, scope access.Scope, e *CreditExplained, claimID string) ([]TaxRow, error) {
	p, err := s.preview(ctx, scope, e.Row)
	if err != nil {
		return nil, err
	}
	e.Row.CreditsMinor, e.Row.SubtotalMinor, e.Row.TotalMinor = p.Credits.Minor(), p.Subtotal.Minor(), p.Totals.Total.Minor()
	return taxRows(e.Row, p.Shares), e.pick(append(slices.Clone(p.Uses), p.Pays...), claimID)
}

// pick finds the use of a claim and those of its kind.
func (e *CreditExplained) pick(uses []credit.Use, claimID string) error {
	at := slices.IndexFunc(uses, func(u credit.Use) bool { return u.Claim.ID == claimID })
	if at < 0 {
		return models.NotFoundf("There is no such credit on this invoice")
	}
	e.Claim = uses[at].Claim
	for _, u := range uses {
		if u.Prepaid != uses[at].Prepaid {
			continue
		}
		if u.Claim.ID == claimID {
			e.Place = len(e.Order)
		}
		e.Order = append(e.Order, u)
	}
	return nil
}

// issuedUse takes the uses from what is stored.
func issuedUse(tx *gorm.DB, scope access.Scope, e *CreditExplained, claimID string) error {
	stored, err := credit.UsesOn(tx, scope.AccountID(), e.Row.ID)
	if err != nil {
		return err
	}
	snap, err := e.Row.Decode()
	if err != nil {
		return err
	}
	uses, err := asUsed(tx, e.Row, snap, stored)
	if err != nil {
		return err
	}
	if err := e.pick(uses, claimID); err != nil {
		return err
	}
	var useID string
	for _, u := range stored {
		if u.Claim.ID == claimID {
			e.UsedAt, useID = u.At, u.ID
		}
	}
	back, err := credit.GivenBackOf(tx, scope.AccountID(), e.Row.ID)
	e.GivenBack = slices.DeleteFunc(back, func(b credit.GivenBack) bool { return b.UseID != useID })
	return err
}

// asUsed gives claims the project that the snapshot names, and no scope where today's cannot be that of the
// invoice.
func asUsed(tx *gorm.DB, row Row, snap Snapshot, stored []credit.InvoiceUse) ([]credit.Use, error) {
	candidates, places := make([]AppliedCredit, len(stored)), make([]string, len(stored))
	for i, u := range stored {
		candidates[i] = AppliedCredit{Code: u.Claim.Code, Minor: u.Amount.Minor(), Remaining: u.RemainingAfter.Minor(), Prepaid: u.Prepaid}
		places[i] = u.ID
	}
	named := map[string]AppliedCredit{}
	for i, id := range matching(snap.Credits, candidates, places) {
		named[id] = snap.Credits[i]
	}
	uses := make([]credit.Use, len(stored))
	for i, u := range stored {
		c := &u.Claim
		project := named[u.ID].Project
		switch {
		case project != "":
			id, err := projectNamed(tx, row, project)
			if err != nil {
				return nil, err
			}
			if id == "" && c.Scope == credit.ForProject {
				id = c.ProjectID // its lines stand under an older name
			}
			c.Scope, c.ProjectID, c.ProjectName, c.GroupID = credit.ForProject, id, project, ""
		case c.Scope == credit.ForProject, c.Scope == credit.ForGroup && c.GroupID != row.GroupID:
			c.Scope, c.ProjectID, c.ProjectName, c.GroupID = "", "", "", ""
		}
		uses[i] = u.Use
	}
	return uses, nil
}

func projectNamed(tx *gorm.DB, row Row, name string) (id string, err error) {
	err = tx.Raw(`SELECT project_id FROM invoice_lines WHERE account_id = ? AND invoice_id = ? AND project_name = ? AND project_id IS NOT NULL LIMIT 1`,
		row.AccountID, row.ID, name).Scan(&id).Error
	return id, err
}

// projectSums are the sums of the lines of the projects that credits are for.
func projectSums(tx *gorm.DB, row Row, uses []credit.Use) (map[string]int64, error) {
	sums := map[string]int64{}
	for _, u := range uses {
		id := u.Claim.ProjectID
		if _, have := sums[id]; have || u.Claim.Scope != credit.ForProject || id == "" {
			continue
		}
		var minor int64
		err := tx.Raw(`SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM invoice_lines WHERE account_id = ? AND invoice_id = ? AND project_id = ?`,
			row.AccountID, row.ID, id).Scan(&minor).Error
		if err != nil {
			return nil, err
		}
		sums[id] = minor
	}
	return sums, nil
}

// noteReturn says how a credit note came to give back so much of a use.
func noteReturn(tx *gorm.DB, scope access.Scope, e *CreditExplained, claimID string) error {
	missing := models.NotFoundf("There is no such credit on this credit note")
	mine, err := credit.GivenBackBy(tx, scope.AccountID(), e.Row.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(mine, func(b credit.GivenBack) bool { return b.Claim.ID == claimID })
	if at < 0 || e.Row.OriginalID == nil {
		return missing
	}
	uses, err := credit.UsesOn(tx, scope.AccountID(), *e.Row.OriginalID)
	if err != nil {
		return err
	}
	all, err := credit.GivenBackOf(tx, scope.AccountID(), *e.Row.OriginalID)
	if err != nil {
		return err
	}
	snap, err := e.Row.Decode()
	if err != nil || snap.Corrects == nil {
		return err
	}
	prepaid := mine[at].Claim.Type.Prepaid()
	uses = slices.DeleteFunc(uses, func(u credit.InvoiceUse) bool { return u.Prepaid != prepaid })
	earlier, back := map[string]int64{}, map[string]int64{}
	for _, b := range all { // oldest first
		switch {
		case b.NoteID == e.Row.ID:
			back[b.UseID] += b.Amount.Minor()
		case b.At.Before(mine[at].At), b.At.Equal(mine[at].At) && b.NoteID < e.Row.ID:
			earlier[b.UseID] += b.Amount.Minor()
		}
	}
	total := money.New(e.Row.CreditsMinor, money.Currency(e.Row.Currency))
	if prepaid {
		total = money.New(snap.Corrects.Returned, money.Currency(e.Row.Currency))
	}
	r := &ReturnExplained{Number: snap.Corrects.Number, Back: mine[at], Total: total, Shares: shareReturns(uses, total, earlier, back)}
	r.Place = slices.IndexFunc(r.Shares, func(x ReturnShare) bool { return x.ID == mine[at].UseID })
	if r.Place < 0 {
		return missing
	}
	e.Claim, e.Return = mine[at].Claim, r
	var more error
	e.Elsewhere, e.AllElsewhere, more = credit.UsesElsewhere(tx, e.Claim, "", maxElsewhere)
	return more
}

package payment

import (
	"context"
	"errors"
	"fmt"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/event"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

// PayNow gives the page of the gateway on which a person pays what is due of an invoice of the scope's
// account (of its group, when the scope is a group's). methodID is the card to offer first, "" for none.
// While a page is open it is given again. A charge that waits for the cardholder is given up first; when
// that turns out to have succeeded the invoice is paid. The charge is committed before the gateway is
// asked, so a page cannot be open that we do not know of. Kinds: NotFound (invoice, card), Forbidden,
// Conflict (nothing is to be paid, or a payment is under way), Unavailable (no gateway is set up, or its
// trouble).
func (s *Store) PayNow(ctx context.Context, scope access.Scope, number, methodID string, back Back) (Session, error) {
	if err := allow(scope, access.Write); err != nil {
		return Session{}, err
	}
	if s.current == nil {
		return Session{}, models.Unavailablef("Cards cannot be charged here yet. Pay by bank transfer, or ask the operator")
	}
	row, err := s.invoiceOf(ctx, scope, number)
	if err != nil {
		return Session{}, err
	}
	for range 3 {
		p := &paying{scope: scope, methodID: methodID, row: row}
		if err := s.db.RunTx(ctx, func(tx *gorm.DB) error { return p.begin(s, tx) }); err != nil {
			return Session{}, err
		}
		session, again, err := s.page(ctx, p, back)
		if err != nil || !again {
			return session, err
		}
	}
	return Session{}, errUnderWay
}

// invoiceOf finds an issued invoice by its number. Kind: NotFound.
func (s *Store) invoiceOf(ctx context.Context, scope access.Scope, number string) (row invoice.Row, err error) {
	missing := models.NotFoundf("There is no invoice %s in this billing group", number)
	if !invoice.IsNumber(number) {
		return row, missing
	}
	q := s.db.Read(ctx).Where("account_id = ? AND number = ? AND kind = ?", scope.AccountID(), number, invoice.KindInvoice)
	if scope.GroupID() != "" {
		q = q.Where("group_id = ?", scope.GroupID())
	}
	err = q.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = missing
	}
	return row, err
}

// paying is somebody's wish to pay an invoice, and the charge that serves it: one that is open, or a new one.
type paying struct {
	scope    access.Scope
	methodID string
	row      invoice.Row
	card     method
	charge   chargeRow
}

// begin finds the open charge or makes one, with the event.
func (p *paying) begin(s *Store, tx *gorm.DB) error {
	st, err := s.standing(tx, p.row.AccountID, p.row.ID)
	if err != nil {
		return err
	}
	p.row = st.row
	if !wants(st.row) {
		return refuse(st.row)
	}
	if st.open != nil {
		p.charge = *st.open
		if p.charge.MethodID != nil {
			p.card, err = s.card(tx, p.row.AccountID, *p.charge.MethodID)
		}
		return err
	}
	gateway := s.current.Name()
	if p.methodID != "" {
		if p.card, err = s.card(tx, p.row.AccountID, p.methodID); err != nil {
			return err
		}
		if !p.card.usable {
			return models.NotFoundf("Credit card not found")
		}
		gateway = p.card.provider
	}
	p.charge = chargeRow{AccountID: p.row.AccountID, InvoiceID: p.row.ID, Kind: PayNow, Gateway: gateway, AmountMinor: p.row.DueMinor,
		Currency: p.row.Currency, CreatedAt: st.now, UpdatedAt: st.now}
	if p.methodID != "" {
		p.charge.MethodID = &p.methodID
	}
	if err := insertCharge(tx, &p.charge); err != nil {
		return err
	}
	return event.Append(tx, p.scope.Actor(), p.row.AccountID, st.now, event.Event{Type: "payment.started", Category: event.Invoices,
		Sentence: fmt.Sprintf("opened the page to pay %s of invoice %s.", p.charge.amount(), *p.row.Number),
		After:    map[string]any{"charge": Started, "amount": p.charge.amount().Decimal(), "currency": p.charge.Currency, "attempt": p.charge.Attempt},
		Groups:   []string{p.row.GroupID}, Invoices: []string{p.row.ID}})
}

// refuse says why nothing is to be paid. Kind: Conflict.
func refuse(row invoice.Row) error {
	if row.State == invoice.Paid {
		return models.Conflictf("Invoice %s is paid already", *row.Number)
	}
	return models.Conflictf("Invoice %s is %s: nothing is to be paid", *row.Number, row.State.Words())
}

// page gives the page of the charge. again says that the charge has ended meanwhile, so that another one
// may be begun.
func (s *Store) page(ctx context.Context, p *paying, back Back) (session Session, again bool, err error) {
	c := p.charge
	g := s.gateways[c.Gateway]
	switch {
	case g == nil:
		return session, false, s.unset(c)
	case c.State == Processing, c.Kind == Automatic && c.State == Started:
		return session, false, errUnderWay
	case c.Kind == Automatic: // it waits for the cardholder, who is here
		return session, true, s.cancel(ctx, c)
	case c.SessionRef != "":
		return s.openPage(ctx, g, p)
	case s.clock.Now().Sub(c.CreatedAt) >= forgets:
		return session, true, s.look(ctx, c)
	}
	customer, err := s.customer(ctx, g, c.AccountID, p.row.GroupID)
	if err != nil {
		return session, false, err
	}
	session, err = g.StartPayment(ctx, PaymentOrder{ReturnURL: back.Return, CancelURL: back.Cancel, ChargeOrder: ChargeOrder{Key: c.ID, InvoiceID: c.InvoiceID,
		Number: *p.row.Number, AccountID: c.AccountID, CustomerRef: customer, CardRef: p.card.ref, Amount: c.amount()}})
	if err != nil {
		return session, false, unavailable(err)
	}
	return session, false, s.opened(ctx, c, session)
}

// openPage gives the page that is open, unless it has ended, or is for another amount than is due by now.
func (s *Store) openPage(ctx context.Context, g Gateway, p *paying) (session Session, again bool, err error) {
	c := p.charge
	if c.AmountMinor != p.row.DueMinor {
		return session, true, s.cancel(ctx, c)
	}
	said, err := g.Find(ctx, c.refs())
	switch {
	case errors.Is(err, ErrUnknown):
		return session, true, s.lost(ctx, c)
	case err != nil:
		return session, false, unavailable(err)
	case said.PayURL != "" && (said.State == Started || said.State == ActionRequired):
		session = Session{Ref: c.SessionRef, URL: said.PayURL}
		if c.ExpiresAt != nil {
			session.ExpiresAt = *c.ExpiresAt
		}
		return session, false, nil
	case said.State.open():
		if said.State == Processing {
			if _, err := s.apply(ctx, c, said); err != nil {
				return session, false, err
			}
			return session, false, errUnderWay
		}
		return session, true, s.cancel(ctx, c)
	}
	_, err = s.apply(ctx, c, said)
	return session, true, err
}

// opened keeps the page of a charge.
func (s *Store) opened(ctx context.Context, c chargeRow, page Session) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.LockEver(tx, c.AccountID); err != nil {
			return err
		}
		values := map[string]any{"session_ref": page.Ref, "updated_at": s.clock.Now()}
		if !page.ExpiresAt.IsZero() {
			values["expires_at"] = models.Micro(page.ExpiresAt)
		}
		return tx.Model(&chargeRow{}).Where("id = ? AND session_ref IN ('', ?)", c.ID, page.Ref).Updates(values).Error
	})
}

// Returned takes in how the payment of an invoice stands for which somebody comes back from the gateway's
// page. It asks the gateway and applies what that says, so coming again changes nothing. Kinds: NotFound
// (also when nothing was ever asked for), Forbidden, Unavailable.
func (s *Store) Returned(ctx context.Context, scope access.Scope, number string) (State, error) {
	if err := allow(scope, access.Read); err != nil {
		return "", err
	}
	row, err := s.invoiceOf(ctx, scope, number)
	if err != nil {
		return "", err
	}
	c, ok, err := lastCharge(s.db.Read(ctx), row.ID)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", models.NotFoundf("Nothing was asked for invoice %s", number)
	}
	if c.State.open() && c.SessionRef != "" {
		if err := s.look(ctx, c); err != nil {
			return c.State, err
		}
		err = s.db.Read(ctx).Where("id = ?", c.ID).Take(&c).Error
	}
	return c.State, err
}

package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

// forgets is how long a gateway surely knows a key under which it was asked: after that the charge is
// looked for instead of asked for again, which could take the money twice.
const forgets = time.Hour

// Collect brings the collecting of an issued invoice a step on, with nobody present: it charges the group's
// card when that is due, asks again where an answer got lost, and plans reminders of a bank transfer. What
// is paid, given up or under way is left alone, so it may run at any time and any number of times. The
// charge is committed before the gateway is asked and its id is the key there, so that a killed process or
// a lost answer takes no money twice. Kinds: NotFound, Unavailable (the gateway; ask again).
func (s *Store) Collect(ctx context.Context, invoiceID string) error {
	for range 4 { // giving one up, the lost one before it, and the new one
		next, c, err := s.collectTx(ctx, invoiceID)
		if err != nil {
			return err
		}
		switch next {
		case charge:
			return s.ask(ctx, c)
		case ask:
			if s.clock.Now().Sub(c.CreatedAt) < forgets {
				return s.ask(ctx, c)
			}
			if err := s.look(ctx, c); err != nil {
				return err
			}
		case giveUp:
			if err := s.cancel(ctx, c); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil // another process is at it
}

// collectTx decides what to do and does what needs no gateway.
func (s *Store) collectTx(ctx context.Context, invoiceID string) (next step, c chargeRow, err error) {
	accountID, err := s.accountOf(ctx, invoiceID)
	if err != nil {
		return nothing, c, err
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		st, err := s.standing(tx, accountID, invoiceID)
		if err != nil {
			return err
		}
		if next = decide(st); st.open != nil {
			c = *st.open
		}
		switch next {
		case forget:
			return s.plan(tx, &st, nil, nil)
		case remind:
			at, ok := nextReminder(*st.row.DueDate, 0, s.options.ReminderDays)
			if !ok {
				return s.plan(tx, &st, nil, nil)
			}
			return s.plan(tx, &st, nil, &at)
		case remember:
			return s.plan(tx, &st, nil, st.plan.NextReminderAt)
		case wait:
			return s.plan(tx, &st, &st.now, nil)
		case charge:
			if err := s.plan(tx, &st, nil, st.plan.NextReminderAt); err != nil {
				return err
			}
			c = chargeRow{AccountID: accountID, InvoiceID: invoiceID, Kind: Automatic, Gateway: st.method.provider, MethodID: &st.method.ID,
				AmountMinor: st.row.DueMinor, Currency: st.row.Currency, Brand: st.method.Brand, Last4: st.method.Last4, CreatedAt: st.now, UpdatedAt: st.now}
			return insertCharge(tx, &c)
		}
		return nil
	})
	return next, c, err
}

// accountOf finds whose invoice it is. Kind: NotFound.
func (s *Store) accountOf(ctx context.Context, invoiceID string) (id string, err error) {
	if !models.IsID(invoiceID) {
		return "", models.NotFoundf("Invoice not found")
	}
	err = s.db.Read(ctx).Model(&invoice.Row{}).Where("id = ? AND kind = ?", invoiceID, invoice.KindInvoice).Limit(1).Pluck("account_id", &id).Error
	if err == nil && id == "" {
		err = models.NotFoundf("Invoice not found")
	}
	return id, err
}

// standing locks the account and the invoice and reads what the decision needs.
func (s *Store) standing(tx *gorm.DB, accountID, invoiceID string) (st standing, err error) {
	if st.row, err = invoice.LockTx(tx, accountID, invoiceID); err != nil {
		return st, err
	}
	st.now = s.clock.Now()
	open, ok, err := openCharge(tx, invoiceID)
	if err != nil {
		return st, err
	}
	if ok {
		st.open = &open
	}
	if st.plan, st.planned, err = collection(tx, invoiceID); err != nil {
		return st, err
	}
	st.method, err = s.methodOf(tx, st.row)
	return st, err
}

// methodOf is how the invoice's group pays now; the zero value when it has not chosen.
func (s *Store) methodOf(tx *gorm.DB, row invoice.Row) (m method, err error) {
	chosen, ok, err := account.PaymentMethodTx(tx, row.AccountID, row.GroupID)
	if err != nil || !ok {
		return m, err
	}
	return s.card(tx, row.AccountID, chosen.ID)
}

// card reads a payment method with what its gateway calls it. Kind: NotFound.
func (s *Store) card(tx *gorm.DB, accountID, id string) (m method, err error) {
	missing := models.NotFoundf("Credit card not found")
	if !models.IsID(id) {
		return m, missing
	}
	var r struct {
		ID, Kind, Provider, ProviderRef, Brand, Last4 string
		RemovedAt                                     *time.Time
	}
	found := tx.Raw(`SELECT id, kind, provider, provider_ref, brand, last4, removed_at FROM payment_methods WHERE account_id = ? AND id = ?`, accountID, id).Scan(&r)
	if found.Error != nil || found.RowsAffected == 0 {
		return m, errors.Join(found.Error, missing)
	}
	m.ID, m.Kind, m.Brand, m.Last4, m.provider, m.ref = r.ID, r.Kind, r.Brand, r.Last4, r.Provider, r.ProviderRef
	m.usable = r.Kind == account.Card && r.RemovedAt == nil && r.ProviderRef != "" && s.gateways[r.Provider] != nil
	return m, nil
}

// plan writes what happens next by itself.
func (s *Store) plan(tx *gorm.DB, st *standing, charge, reminder *time.Time) error {
	if !st.planned {
		st.plan = collectionRow{InvoiceID: st.row.ID, AccountID: st.row.AccountID}
	}
	st.plan.NextChargeAt, st.plan.NextReminderAt, st.plan.UpdatedAt = charge, reminder, st.now
	return savePlan(tx, st.plan)
}

// ask asks the gateway for the money of a charge, for the first time or again, and takes in the answer.
func (s *Store) ask(ctx context.Context, c chargeRow) error {
	g := s.gateways[c.Gateway]
	if g == nil {
		return s.unset(c)
	}
	var row invoice.Row
	tx := s.db.Read(ctx)
	if err := tx.Where("id = ?", c.InvoiceID).Take(&row).Error; err != nil {
		return err
	}
	card, err := s.card(tx, c.AccountID, *c.MethodID)
	if err != nil {
		return err
	}
	customer, err := s.customer(ctx, g, c.AccountID, row.GroupID)
	if err != nil {
		return err
	}
	said, err := g.Charge(ctx, ChargeOrder{Key: c.ID, InvoiceID: c.InvoiceID, Number: *row.Number, AccountID: c.AccountID, CustomerRef: customer,
		CardRef: card.ref, Amount: c.amount()})
	if err != nil {
		return unavailable(err)
	}
	_, err = s.apply(ctx, c, said)
	return err
}

// unset says that the gateway of a charge is not set up in this process.
func (s *Store) unset(c chargeRow) error {
	return models.Unavailablef("The payment service %s of this charge is not set up", c.Gateway)
}

// apply takes in an answer of a gateway in a transaction of its own, and gives up what it made useless.
// An answer that does not fit is an error: the charge stays as it is and is asked about again.
func (s *Store) apply(ctx context.Context, c chargeRow, said Outcome) (applied, error) {
	var done applied
	err := s.db.RunTx(ctx, func(tx *gorm.DB) (err error) {
		done, err = s.applyTx(tx, c, said)
		return err
	})
	if err != nil {
		return done, err
	}
	s.discard(ctx, done.given)
	if done.refused {
		return done, fmt.Errorf("the gateway %s answered about charge %s what does not fit it: %s", c.Gateway, c.ID, done.reason)
	}
	return done, nil
}

// discard gives charges up that are no use any more. If that fails, or comes too late, what they take is
// surplus and is sent back.
func (s *Store) discard(ctx context.Context, given []chargeRow) {
	for _, c := range given {
		if g := s.gateways[c.Gateway]; g != nil {
			if said, err := g.Cancel(ctx, c.refs()); err == nil {
				_, _ = s.apply(ctx, c, said) // a notice or a sweep brings what is missed here
			}
		}
	}
}

// look asks how a charge stands and takes that in. One that the gateway never heard of is given up, and so is
// one that has stood still at the gateway although nobody has a page to pay it; an automatic one is due again at once.
func (s *Store) look(ctx context.Context, c chargeRow) error {
	g := s.gateways[c.Gateway]
	if g == nil {
		return s.unset(c)
	}
	said, err := g.Find(ctx, c.refs())
	if errors.Is(err, ErrUnknown) {
		return s.lost(ctx, c)
	}
	if err != nil {
		return unavailable(err)
	}
	if said.State == Started && c.Kind == Automatic {
		return s.cancel(ctx, c)
	}
	_, err = s.apply(ctx, c, said)
	return err
}

// cancel gives a charge up at its gateway and takes in what comes of it, which may be a success.
func (s *Store) cancel(ctx context.Context, c chargeRow) error {
	g := s.gateways[c.Gateway]
	if g == nil {
		return s.unset(c)
	}
	said, err := g.Cancel(ctx, c.refs())
	if errors.Is(err, ErrUnknown) {
		return s.lost(ctx, c)
	}
	if err != nil {
		return unavailable(err)
	}
	_, err = s.apply(ctx, c, said)
	return err
}

// lost gives a charge up that never reached its gateway: nothing failed, so nothing is counted. Should it
// have reached it after all, its success is still taken in.
func (s *Store) lost(ctx context.Context, c chargeRow) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		st, err := s.standing(tx, c.AccountID, c.InvoiceID)
		if err != nil || st.open == nil || st.open.ID != c.ID {
			return err
		}
		a := &applying{tx: tx, at: st.now, row: st.row, charge: *st.open}
		was := a.charge.State
		if err := a.set(Cancelled, ""); err != nil {
			return err
		}
		if c.Kind == Automatic {
			if err := s.plan(tx, &st, &st.now, st.plan.NextReminderAt); err != nil {
				return err
			}
		}
		return a.tell("payment.cancelled", fmt.Sprintf("gave up asking for %s of invoice %s: the payment service never heard of it.", a.charge.amount(), *a.row.Number), a.row, was, nil)
	})
}

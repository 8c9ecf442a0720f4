package payment

import (
	"fmt"
	"maps"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/event"
	"billfold/models/invoice"
	"billfold/models/money"

	"gorm.io/gorm"
)

// applied is what became of something that a gateway said.
type applied struct {
	taken   bool        // it changed something
	refused bool        // it does not fit what it names
	reason  string      // why it changed nothing, in words
	state   State       // of the charge, as it is now
	row     invoice.Row // as it is now
	given   []chargeRow // charges that are no use any more and are to be given up at their gateways
}

// applying takes in what a gateway says of a charge. The account and the invoice are locked.
type applying struct {
	tx     *gorm.DB
	at     time.Time
	days   []int // of tries after a failure
	row    invoice.Row
	charge chargeRow
	said   Outcome
	given  []chargeRow
}

// applyTx takes in what a gateway says of one of our charges, in the caller's transaction, which locks
// nothing before. Said again, or after something that is further, it changes nothing, so the order and the
// number of notices do not matter (P2). What does not fit the charge changes nothing but the log.
func (s *Store) applyTx(tx *gorm.DB, charge chargeRow, said Outcome) (applied, error) {
	row, err := invoice.LockTx(tx, charge.AccountID, charge.InvoiceID)
	if err != nil {
		return applied{}, err
	}
	a := &applying{tx: tx, at: s.clock.Now(), days: s.options.RetryDays, row: row, said: said}
	if err := tx.Where("id = ?", charge.ID).Take(&a.charge).Error; err != nil {
		return applied{}, err
	}
	why, err := a.foreign()
	if err != nil {
		return applied{}, err
	}
	if why != "" {
		return applied{refused: true, reason: why, state: a.charge.State, row: a.row}, a.tell("payment.refused",
			fmt.Sprintf("refused a message of the payment gateway about invoice %s: %s. Nothing was changed.", *row.Number, why), a.row, a.charge.State, map[string]any{"reason": why})
	}
	advances := a.charge.State.advances(said.State)
	if advances {
		err = a.advance()
	} else {
		err = a.learn()
	}
	result := applied{taken: advances, state: a.charge.State, row: a.row, given: a.given}
	if !advances {
		result.reason = fmt.Sprintf("the charge is %s already", a.charge.State)
	}
	return result, err
}

// foreign says what of an outcome does not belong to the charge, "" when all does.
func (a *applying) foreign() (string, error) {
	if why := mismatch(a.charge, a.said); why != "" {
		return why, nil
	}
	if a.said.ChargeRef == "" || a.said.ChargeRef == a.charge.ChargeRef {
		return "", nil
	}
	var others int64
	err := a.tx.Model(&chargeRow{}).Where("gateway = ? AND charge_ref = ? AND id <> ?", a.charge.Gateway, a.said.ChargeRef, a.charge.ID).Count(&others).Error
	if others > 0 {
		return fmt.Sprintf("its reference %q is another charge's", a.said.ChargeRef), err
	}
	return "", err
}

// learn keeps the references and the card that a gateway tells of for the first time.
func (a *applying) learn() error {
	c, values := &a.charge, map[string]any{}
	set := func(column string, into *string, said string) {
		if said != "" && said != *into {
			*into, values[column] = said, said
		}
	}
	set("charge_ref", &c.ChargeRef, a.said.ChargeRef)
	set("session_ref", &c.SessionRef, a.said.SessionRef)
	if a.charge.State.open() || a.said.State == Succeeded {
		set("brand", &c.Brand, a.said.Brand)
		set("last4", &c.Last4, a.said.Last4)
	}
	if len(values) == 0 {
		return nil
	}
	return a.tx.Model(&chargeRow{}).Where("id = ?", c.ID).Updates(values).Error
}

func (a *applying) advance() error {
	if err := a.learn(); err != nil {
		return err
	}
	switch a.said.State {
	case ActionRequired:
		return a.unpaid(ActionRequired, FailAuthentication)
	case Processing:
		return a.process()
	case Cancelled:
		return a.unpaid(Cancelled, "")
	case Failed:
		return a.unpaid(Failed, a.said.Failure)
	case Succeeded:
		return a.succeed()
	case Reversed:
		if a.charge.State.rank() < Succeeded.rank() { // it tells of the success as well
			if err := a.succeed(); err != nil {
				return err
			}
		}
		return a.reverse()
	}
	return fmt.Errorf("a charge cannot become %s", a.said.State) // mismatch has refused it
}

// set changes the state of the charge.
func (a *applying) set(state State, failure string) error {
	a.charge.State, a.charge.FailureCode, a.charge.UpdatedAt = state, failure, a.at
	return a.tx.Model(&chargeRow{}).Where("id = ?", a.charge.ID).Updates(map[string]any{"state": state, "failure_code": failure, "updated_at": a.at}).Error
}

func (a *applying) process() error {
	was := a.charge.State
	if err := a.set(Processing, a.charge.FailureCode); err != nil { // which says that it was counted as a failure

		return err
	}
	return a.tell("payment.processing", fmt.Sprintf("handed the payment of %s for invoice %s to the bank, which has not decided yet.", a.charge.amount(), *a.row.Number), a.row, was, nil)
}

// succeed takes money in: for the invoice, or, when it is not wanted any more, as surplus that is sent
// back. The first success that becomes known is the invoice's.
func (a *applying) succeed() error {
	was, before := a.charge.State, a.row
	var others []chargeRow
	err := a.tx.Where("invoice_id = ? AND id <> ? AND state IN ?", a.row.ID, a.charge.ID, append([]State{Succeeded}, openStates...)).Find(&others).Error
	if err != nil {
		return err
	}
	paid := false
	for _, o := range others {
		paid = paid || o.State == Succeeded
	}
	if paid || !wants(a.row) {
		if err := a.set(Surplus, ""); err != nil {
			return err
		}
		return a.tell("payment.surplus", fmt.Sprintf("received %s from %s for invoice %s, for which nothing is to be paid: it is sent back.",
			a.charge.amount(), a.label(), *a.row.Number), before, was, nil)
	}
	for _, o := range others { // this one succeeded although it had been given up: the one in its place is no use
		o.State, o.UpdatedAt = Cancelled, a.at
		if err := a.tx.Model(&chargeRow{}).Where("id = ?", o.ID).Updates(map[string]any{"state": Cancelled, "updated_at": a.at}).Error; err != nil {
			return err
		}
		a.given = append(a.given, o)
	}
	if err := a.set(Succeeded, ""); err != nil {
		return err
	}
	_, err = invoice.ArriveTx(a.tx, a.at, &a.row, invoice.Arrival{Method: account.Card, Reference: a.charge.ChargeRef, Label: a.label(), ChargeID: a.charge.ID,
		Amount: a.charge.amount(), Date: a.at})
	if err != nil {
		return err
	}
	if err := a.settled(); err != nil {
		return err
	}
	return a.tell("payment.charged", fmt.Sprintf("charged %s to %s for invoice %s; %s is due.", a.charge.amount(), a.label(), *a.row.Number, a.due()), before, was, nil)
}

// reverse takes in that the bank took a payment back. What was surplus was never counted.
func (a *applying) reverse() error {
	was, before := a.charge.State, a.row
	if err := a.set(Reversed, ""); err != nil {
		return err
	}
	if was == Surplus {
		return a.tell("payment.surplus_reversed", fmt.Sprintf("recorded that the bank took back %s of %s, which was too much for invoice %s.", a.charge.amount(), a.label(), *a.row.Number), before, was, nil)
	}
	if _, err := invoice.ReverseTx(a.tx, a.at, &a.row, a.charge.ID); err != nil {
		return err
	}
	if err := a.mailReversed(); err != nil {
		return err
	}
	return a.tell("payment.reversed", fmt.Sprintf("recorded that the bank took back %s of %s for invoice %s; %s is due.", a.charge.amount(), a.label(), *a.row.Number, a.due()), before, was, nil)
}

// unpaid takes in that a charge ended, or waits for the cardholder, without money. An automatic one counts
// as a failure once, which its failure code keeps, and is tried again on its day. Who pays now has seen it on the page, and what was
// planned stays planned.
func (a *applying) unpaid(state State, failure string) error {
	was, before := a.charge.State, a.row
	counted := a.charge.FailureCode != ""
	if failure == "" && (state == Failed || a.charge.Kind == Automatic) {
		failure = FailOther
	}
	if err := a.set(state, failure); err != nil {
		return err
	}
	kind, words := "payment.failed", fmt.Sprintf("could not charge %s to %s for invoice %s: %s.", a.charge.amount(), a.label(), *a.row.Number, FailureWords(failure))
	switch {
	case state == ActionRequired:
		kind = "payment.action_required"
	case state == Cancelled && a.charge.Kind == PayNow:
		kind, words = "payment.cancelled", fmt.Sprintf("closed the page to pay %s of invoice %s, which was left without paying.", a.charge.amount(), *a.row.Number)
	case state == Cancelled:
		kind, words = "payment.cancelled", fmt.Sprintf("gave up charging %s to %s for invoice %s.", a.charge.amount(), a.label(), *a.row.Number)
	}
	counts := a.charge.Kind == Automatic && !counted && collects(a.row)
	after := map[string]any{}
	if state != Cancelled {
		after["reason"] = failure
	}
	if counts {
		plan, err := a.failed()
		if err != nil {
			return err
		}
		if plan.NextChargeAt != nil {
			after["next_charge"] = plan.NextChargeAt.Format(time.DateOnly)
		}
		if err := a.mailUnpaid(state, failure, plan); err != nil {
			return err
		}
	}
	return a.tell(kind, words, before, was, after)
}

// failed counts a failure, plans the next try, and says so in the invoice's state.
func (a *applying) failed() (collectionRow, error) {
	plan, made, err := collection(a.tx, a.row.ID)
	if err != nil {
		return plan, err
	}
	if !made {
		plan = collectionRow{InvoiceID: a.row.ID, AccountID: a.row.AccountID}
	}
	plan.Failures++
	if plan.FirstFailedAt == nil {
		plan.FirstFailedAt = &a.at
	}
	plan.NextChargeAt, plan.UpdatedAt = nil, a.at
	if next, ok := NextTry(*plan.FirstFailedAt, int(plan.Failures), a.days); ok {
		plan.NextChargeAt = &next
	}
	if err := savePlan(a.tx, plan); err != nil {
		return plan, err
	}
	return plan, invoice.FailTx(a.tx, a.at, &a.row)
}

// settled ends what was planned, and forgets the failures: should the bank take the money back, nobody is
// charged again by itself.
func (a *applying) settled() error {
	plan, _, err := collection(a.tx, a.row.ID)
	if err != nil {
		return err
	}
	return savePlan(a.tx, collectionRow{InvoiceID: a.row.ID, AccountID: a.row.AccountID, Reminders: plan.Reminders, UpdatedAt: a.at})
}

func (a *applying) label() string { return cardLabel(a.charge.Brand, a.charge.Last4) }

func (a *applying) due() money.Amount {
	return money.New(a.row.DueMinor, money.Currency(a.row.Currency))
}

// tell writes the event of a change of the charge and what it did to the invoice.
func (a *applying) tell(kind, sentence string, before invoice.Row, was State, more map[string]any) error {
	after := map[string]any{"state": a.row.State, "due": a.row.DueMinor, "charge": a.charge.State, "amount": a.charge.amount().Decimal(), "currency": a.charge.Currency,
		"attempt": a.charge.Attempt}
	maps.Copy(after, more)
	return event.Append(a.tx, access.SystemActor(), a.row.AccountID, a.at, event.Event{Type: kind, Category: event.Invoices, Sentence: sentence,
		Before: map[string]any{"state": before.State, "due": before.DueMinor, "charge": was}, After: after,
		Groups: []string{a.row.GroupID}, Invoices: []string{a.row.ID}})
}

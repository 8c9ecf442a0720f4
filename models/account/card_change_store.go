package account

import (
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
)

// NewCard is a card that was added at a payment gateway.
type NewCard struct {
	Provider, ProviderRef string // the gateway and its reference of the card
	Brand, Last4, Holder  string
	ExpMonth, ExpYear     int
	Country               string
	GroupID               string // this group pays with it from now on; "" for none
	ReplacesID            string // all groups of that card take this one, and that card is removed; "" for none
}

// AddedCard is what adding a card did.
type AddedCard struct {
	Card     StoredCard
	Replaced *RemovedCard // the card that it took the place of; nil for none
}

// RemovedCard is a card that was taken off an account and is to be forgotten at its gateway.
type RemovedCard struct{ ID, Provider, ProviderRef, Label string }

// AddCardTx adds a card in the caller's transaction, which holds the account's Lock and read at after it. A
// card that the account has already is kept once; a card to be replaced that is gone by now replaces nothing.
// It writes one event, none when nothing changes. Kinds: NotFound (the group), Conflict (the card is another
// account's).
func AddCardTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID string, n NewCard) (AddedCard, error) {
	row, fresh, err := cardRow(tx, at, accountID, n)
	if err != nil {
		return AddedCard{}, err
	}
	added := AddedCard{Card: row.card()}
	change := cardChange{tx: tx, at: at, actor: actor, accountID: accountID, card: added.Card.PaymentMethod, fresh: fresh}
	if n.ReplacesID != "" && n.ReplacesID != row.ID {
		if added.Replaced, err = change.replace(n.ReplacesID); err != nil {
			return added, err
		}
	}
	if n.GroupID != "" {
		if err := change.choose(n.GroupID); err != nil {
			return added, err
		}
	}
	return added, change.log()
}

// cardRow finds the card of a reference or makes it.
func cardRow(tx *gorm.DB, at time.Time, accountID string, n NewCard) (row paymentMethodRow, fresh bool, err error) {
	err = tx.Where("provider = ? AND provider_ref = ? AND removed_at IS NULL", n.Provider, n.ProviderRef).Take(&row).Error
	switch {
	case err == nil && row.AccountID != accountID:
		return row, false, models.Conflictf("This card belongs to another account.")
	case err == nil:
		return row, false, nil
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return row, false, err
	}
	row = paymentMethodRow{ID: models.NewID(), AccountID: accountID, Kind: Card, Provider: n.Provider, ProviderRef: n.ProviderRef, Brand: n.Brand, Last4: n.Last4,
		Holder: n.Holder, ExpMonth: int64(n.ExpMonth), ExpYear: int64(n.ExpYear), Country: n.Country, CreatedAt: at}
	return row, true, tx.Create(&row).Error
}

// cardChange gathers what adding a card does, for one event.
type cardChange struct {
	tx        *gorm.DB
	at        time.Time
	actor     access.Actor
	accountID string
	card      PaymentMethod
	fresh     bool
	replaced  string   // label of the card that is removed, "" for none
	before    string   // how the group that chose it paid, "" for not decided
	groups    []string // ids of the groups that take it
	names     []string // of these
}

// replace gives all groups of a card the new one, those of deleted groups too, and removes it.
func (c *cardChange) replace(oldID string) (*RemovedCard, error) {
	old, err := cardOf(c.tx, c.accountID, oldID)
	if err != nil || old.RemovedAt != nil {
		return nil, err
	}
	var groups []groupRow
	if err := c.tx.Where("account_id = ? AND payment_method_id = ?", c.accountID, oldID).Order("name_key, id").Find(&groups).Error; err != nil {
		return nil, err
	}
	for _, g := range groups {
		c.groups, c.names = append(c.groups, g.ID), append(c.names, g.Name)
	}
	err = c.tx.Model(&groupRow{}).Where("account_id = ? AND payment_method_id = ?", c.accountID, oldID).Update("payment_method_id", c.card.ID).Error
	if err != nil {
		return nil, err
	}
	c.replaced = old.method().Label()
	return removeCard(c.tx, c.at, old)
}

func removeCard(tx *gorm.DB, at time.Time, row paymentMethodRow) (*RemovedCard, error) {
	err := tx.Model(&paymentMethodRow{}).Where("account_id = ? AND id = ?", row.AccountID, row.ID).Update("removed_at", at).Error
	return &RemovedCard{row.ID, row.Provider, row.ProviderRef, row.method().Label()}, err
}

// choose makes the card the payment method of a group.
func (c *cardChange) choose(groupID string) error {
	group, err := takeGroup(c.tx, c.accountID, groupID)
	if err != nil || group.PaymentMethodID != nil && *group.PaymentMethodID == c.card.ID {
		return err
	}
	before, _, err := PaymentMethodTx(c.tx, c.accountID, groupID)
	if err != nil {
		return err
	}
	if before.ID != "" {
		c.before = before.Label()
	}
	c.groups, c.names = append(c.groups, group.ID), append(c.names, group.Name)
	return c.tx.Model(&groupRow{}).Where("account_id = ? AND id = ?", c.accountID, groupID).Update("payment_method_id", c.card.ID).Error
}

// log writes what was done as one event.
func (c *cardChange) log() error {
	label := c.card.Label()
	e := event.Event{Category: event.BillingInformation, Groups: c.groups, After: map[string]any{"card": label}}
	of := join(c.names, 5)
	switch {
	case c.replaced != "":
		e.Type, e.Before = "card.replaced", map[string]any{"card": c.replaced}
		e.Sentence = "replaced the card " + c.replaced + " by " + label
		if of != "" {
			e.Sentence += " for " + of
		}
	case len(c.groups) > 0 && !c.fresh:
		e.Type, e.Before, e.After = "payment_method.chosen", map[string]any{"payment_method": c.before}, map[string]any{"payment_method": label}
		e.Sentence = "set the payment method of " + of + ": " + label
	case len(c.groups) > 0:
		e.Type, e.Before, e.After = "card.added", map[string]any{"payment_method": c.before}, map[string]any{"card": label, "payment_method": label}
		e.Sentence = "added the card " + label + " and set it as the payment method of " + of
	case c.fresh:
		e.Type, e.Sentence = "card.added", "added the card "+label
	default:
		return nil
	}
	e.Sentence += "."
	return event.Append(c.tx, c.actor, c.accountID, c.at, e)
}

// RemoveCardTx takes a card off the account, with its event; the caller holds the account's Lock, read at
// after it, and has looked at who still uses it. Kind: NotFound.
func RemoveCardTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID, cardID string) (RemovedCard, error) {
	row, err := cardOf(tx, accountID, cardID)
	if err == nil && row.RemovedAt != nil {
		err = models.NotFoundf("Credit card not found")
	}
	if err != nil {
		return RemovedCard{}, err
	}
	removed, err := removeCard(tx, at, row)
	if err != nil {
		return RemovedCard{}, err
	}
	return *removed, event.Append(tx, actor, accountID, at, event.Event{Type: "card.removed", Category: event.BillingInformation,
		Sentence: "removed the card " + removed.Label + ".", Before: map[string]any{"card": removed.Label}})
}

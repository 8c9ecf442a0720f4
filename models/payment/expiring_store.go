package payment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"billfold/models/account"
	"billfold/models/mail"

	"gorm.io/gorm"
)

// warnDays is how long before a card's last day is over its users are warned.
const warnDays = 30

// expiring are the cards in use that expire soon, or have expired, and nobody was warned of.
func (s *Store) expiring(ctx context.Context, now time.Time) (ids []string, err error) {
	last := now.AddDate(0, 0, warnDays) // a card is good through its last month
	month := last.Year()*12 + int(last.Month()) - 1
	err = s.db.Read(ctx).Raw(`SELECT id FROM payment_methods m WHERE kind = ? AND removed_at IS NULL AND expiry_warned_at IS NULL AND exp_year > 0
		AND exp_year * 12 + exp_month <= ? AND EXISTS (SELECT 1 FROM billing_groups g WHERE g.payment_method_id = m.id AND g.deleted_at IS NULL)
		ORDER BY id LIMIT ?`, account.Card, month, atOnce).Scan(&ids).Error
	return ids, err
}

// warn queues the mail about a card that expires, once for each card, to the billing contacts of all groups
// that pay with it.
func (s *Store) warn(ctx context.Context, methodID string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		var card struct {
			AccountID, Name, Brand, Last4 string
			ExpMonth, ExpYear             int
		}
		err := tx.Raw(`SELECT m.account_id, a.name, m.brand, m.last4, m.exp_month, m.exp_year FROM payment_methods m JOIN accounts a ON a.id = m.account_id WHERE m.id = ?`, methodID).Scan(&card).Error
		if err != nil {
			return err
		}
		if err := account.LockEver(tx, card.AccountID); err != nil {
			return err
		}
		at := s.clock.Now()
		warned := tx.Exec(`UPDATE payment_methods SET expiry_warned_at = ? WHERE id = ? AND removed_at IS NULL AND expiry_warned_at IS NULL`, at, methodID)
		if warned.Error != nil || warned.RowsAffected == 0 {
			return warned.Error
		}
		to, group, err := users(tx, card.AccountID, methodID)
		if err != nil {
			return err
		}
		expires := account.StoredCard{ExpMonth: card.ExpMonth, ExpYear: card.ExpYear}.Expires()
		return mail.Enqueue(tx, at, mail.Wanted{Kind: mail.CardExpiring, UniqueKey: fmt.Sprintf("%s:%s:%s", mail.CardExpiring, methodID, expires), AccountID: card.AccountID,
			Recipients: to, Facts: mail.Facts{AccountID: card.AccountID, AccountName: card.Name, GroupID: group.ID, GroupName: group.Name,
				Method: cardLabel(card.Brand, card.Last4), Expires: expires}})
	})
}

// users are the contacts of the live groups that pay with a card, and the first of these groups.
func users(tx *gorm.DB, accountID, methodID string) (to []string, first struct{ ID, Name string }, err error) {
	var groups []struct{ ID, Name string }
	err = tx.Raw(`SELECT id, name FROM billing_groups WHERE account_id = ? AND payment_method_id = ? AND deleted_at IS NULL ORDER BY name_key, id`, accountID, methodID).Scan(&groups).Error
	if err != nil || len(groups) == 0 {
		return nil, first, err
	}
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	infos, err := account.InformationsTx(tx, accountID, ids)
	for _, id := range ids {
		for _, address := range contacts(infos[id]) {
			if !slices.Contains(to, address) && len(to) < 10 {
				to = append(to, address)
			}
		}
	}
	return to, groups[0], err
}

package payment

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/job"

	"gorm.io/gorm"
)

// setupRow is a visit that adds a card, as stored (table card_setups).
type setupRow struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	GroupID    *string
	ReplacesID *string
	Gateway    string
	SessionRef string
	BackTo     string
	ActorKind  string
	ActorID    string
	ActorName  string
	State      SetupState
	MethodID   *string
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// TableName names the table for GORM.
func (setupRow) TableName() string { return "card_setups" }

func (r setupRow) actor() access.Actor {
	return access.Actor{Kind: access.ActorKind(r.ActorKind), ID: r.ActorID, Name: r.ActorName}
}

// StartSetup opens a page of the gateway on which a person adds a card. Kinds: NotFound (the group, the card
// to be replaced), Forbidden, Conflict (no gateway takes cards here), Unavailable (the gateway's trouble).
func (s *Store) StartSetup(ctx context.Context, scope access.Scope, r SetupRequest) (Session, error) {
	if err := allow(scope, access.Write); err != nil {
		return Session{}, err
	}
	if s.current == nil {
		return Session{}, models.Conflictf("Cards cannot be added here: no payment service is set up. Ask the operator.")
	}
	row := setupRow{ID: models.NewID(), AccountID: scope.AccountID(), Gateway: s.current.Name(), BackTo: r.BackTo, State: SetupOpen,
		ActorKind: string(scope.Actor().Kind), ActorID: scope.Actor().ID, ActorName: scope.Actor().Name}
	if err := s.insertSetup(ctx, &row, r); err != nil {
		return Session{}, err
	}
	session, err := s.openSetup(ctx, scope, row, r)
	if err != nil {
		return Session{}, errors.Join(err, s.endSetup(context.WithoutCancel(ctx), row.ID))
	}
	return session, s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&setupRow{}).Where("id = ?", row.ID).Update("session_ref", session.Ref).Error
	})
}

// insertSetup writes the visit before the gateway is asked, once what it names belongs to the account.
func (s *Store) insertSetup(ctx context.Context, row *setupRow, r SetupRequest) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, row.AccountID); err != nil {
			return err
		}
		if r.GroupID != "" {
			if _, _, err := account.PaymentMethodTx(tx, row.AccountID, r.GroupID); err != nil {
				return err
			}
			row.GroupID = &r.GroupID
		}
		if r.ReplacesID != "" {
			if err := account.CheckCardTx(tx, row.AccountID, r.ReplacesID); err != nil {
				return err
			}
			row.ReplacesID = &r.ReplacesID
		}
		row.CreatedAt = s.clock.Now()
		return tx.Create(row).Error
	})
}

// openSetup asks the gateway for the page.
func (s *Store) openSetup(ctx context.Context, scope access.Scope, row setupRow, r SetupRequest) (Session, error) {
	customer, err := s.customer(ctx, s.current, row.AccountID, scope.GroupID())
	if err != nil {
		return Session{}, err
	}
	back := s.Address(r.Return(row.ID))
	session, err := s.current.StartSetup(ctx, SetupOrder{Key: row.ID, CustomerRef: customer, AccountID: row.AccountID, ReturnURL: back, CancelURL: back})
	if err != nil {
		return Session{}, unavailable(err)
	}
	return session, nil
}

// endSetup notes that nothing comes of a visit, unless it is done.
func (s *Store) endSetup(ctx context.Context, id string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&setupRow{}).Where("id = ? AND state = ?", id, SetupOpen).Updates(map[string]any{"state": SetupEnded, "finished_at": s.clock.Now()}).Error
	})
}

// FinishSetup tells how a visit of the scope's account ended, when the person comes back: it asks the gateway
// and takes in what that says, which changes nothing the second time. Kinds: NotFound, Forbidden, Unavailable.
func (s *Store) FinishSetup(ctx context.Context, scope access.Scope, setupID string) (Setup, error) {
	if err := allow(scope, access.Write); err != nil {
		return Setup{}, err
	}
	row, err := s.setup(ctx, scope, setupID)
	if err != nil {
		return Setup{}, err
	}
	if gateway := s.gateways[row.Gateway]; row.State == SetupOpen && row.SessionRef != "" && gateway != nil {
		out, err := gateway.Setup(ctx, row.SessionRef)
		if err != nil {
			return Setup{}, unavailable(err)
		}
		err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
			_, _, err := s.applySetupTx(tx, s.clock.Now(), row.Gateway, out)
			return err
		})
		if err != nil {
			return Setup{}, err
		}
		if row, err = s.setup(ctx, scope, setupID); err != nil {
			return Setup{}, err
		}
	}
	return s.setupOf(ctx, row)
}

func (s *Store) setup(ctx context.Context, scope access.Scope, id string) (row setupRow, err error) {
	if !models.IsID(id) {
		return row, models.NotFoundf("Page not found")
	}
	err = s.db.Read(ctx).Where("id = ? AND account_id = ?", id, scope.AccountID()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("Page not found")
	}
	return row, err
}

// setupOf is a visit with its card.
func (s *Store) setupOf(ctx context.Context, row setupRow) (Setup, error) {
	out := Setup{ID: row.ID, State: row.State, BackTo: row.BackTo}
	if row.GroupID != nil {
		out.GroupID = *row.GroupID
	}
	if row.MethodID == nil {
		return out, nil
	}
	tx := s.db.Read(ctx)
	var err error
	if out.Card, err = account.CardTx(tx, row.AccountID, *row.MethodID); err != nil || row.ReplacesID == nil || *row.ReplacesID == *row.MethodID {
		return out, err
	}
	old, err := account.CardTx(tx, row.AccountID, *row.ReplacesID)
	out.Replaced = old.Label()
	return out, err
}

// applySetupTx takes in what a gateway says of a visit that adds a card, in the caller's transaction. taken
// is false, with the reason in words, when it changes nothing. The card is added in the name of who went.
func (s *Store) applySetupTx(tx *gorm.DB, at time.Time, gateway string, out SetupOutcome) (taken bool, reason string, err error) {
	var row setupRow
	found := tx.Where("gateway = ? AND session_ref = ?", gateway, out.SessionRef).Limit(1).Find(&row)
	if found.Error != nil || found.RowsAffected == 0 || out.SessionRef == "" {
		return false, "it is about a page that we did not open", found.Error
	}
	if err := account.Lock(tx, row.AccountID); err != nil {
		return refusedSetup(err)
	}
	if err := db.ForUpdate(tx).Where("id = ?", row.ID).Take(&row).Error; err != nil {
		return false, "", err
	}
	switch {
	case row.State == SetupDone:
		return false, "its card was added before", nil
	case out.State == SetupOpen:
		return false, "the page is still open", nil
	case out.State == SetupEnded:
		if row.State == SetupEnded {
			return false, "the visit has ended before", nil
		}
		return true, "", saveSetup(tx, row.ID, map[string]any{"state": SetupEnded, "finished_at": at})
	case out.State != SetupDone || out.Card.Ref == "":
		return false, "it names no card", nil
	}
	n := account.NewCard{Provider: gateway, ProviderRef: out.Card.Ref, Brand: out.Card.Brand, Last4: out.Card.Last4, Holder: out.Card.Holder,
		ExpMonth: out.Card.ExpMonth, ExpYear: out.Card.ExpYear, Country: out.Card.Country}
	if row.GroupID != nil {
		n.GroupID = *row.GroupID
	}
	if row.ReplacesID != nil {
		n.ReplacesID = *row.ReplacesID
	}
	added, err := account.AddCardTx(tx, row.actor(), at, row.AccountID, n)
	if err != nil {
		return refusedSetup(err)
	}
	if added.Replaced != nil {
		if err := forgetTx(tx, *added.Replaced); err != nil {
			return false, "", err
		}
	}
	return true, "", saveSetup(tx, row.ID, map[string]any{"state": SetupDone, "finished_at": at, "method_id": added.Card.ID})
}

// refusedSetup makes a reason of what forbids adding a card; trouble stays an error, to be tried again.
func refusedSetup(err error) (bool, string, error) {
	if kind := models.KindOf(err); kind == models.NotFound || kind == models.Conflict {
		return false, err.Error(), nil
	}
	return false, "", err
}

func saveSetup(tx *gorm.DB, id string, values map[string]any) error {
	return tx.Model(&setupRow{}).Where("id = ?", id).Updates(values).Error
}

// forgetTx queues that a gateway forgets a card.
func forgetTx(tx *gorm.DB, card account.RemovedCard) error {
	return job.Enqueue(tx, JobRemoveCard, JobRemoveCard+":"+card.ID, RemovedCard{card.Provider, card.ProviderRef})
}

package api

import (
	"context"
	"net/http"

	"billfold/models/access"
	"billfold/models/account"
)

const cardNoun = "Cards"

// registerCards are the lists of cards. Cards are added on the payment provider's own page.
func (a *API) registerCards() {
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/card", ID: "card-list", Noun: cardNoun, Scope: Holder, Deprecated: true,
		Summary: "List cards", Description: "The cards of every account that the token may read."}, "cards", a.listUserCards)
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/account/{account_id}/payment_methods", ID: "account-payment-methods-list", Noun: cardNoun, Scope: InAccount,
		Summary: "List cards of an account"}, "cards", a.listAccountCards)
}

// AccountCard is a card as an account's list shows it.
type AccountCard struct {
	Brand       string  `json:"brand"`
	CardID      string  `json:"card_id"`
	Country     *string `json:"country"`
	CountryCode *string `json:"country_code"`
	ExpMonth    int     `json:"exp_month"`
	ExpYear     int     `json:"exp_year"`
	Last4       string  `json:"last4"`
	Name        string  `json:"name" doc:"On the card"`
}

// UserCard is a card as the list of all cards shows it.
type UserCard struct {
	AccountCard
	OrganizationID string   `json:"organization_id"`
	Projects       []string `json:"projects" nullable:"false" doc:"Projects that are paid with it"`
}

func (a *API) listUserCards(ctx context.Context, r *request, _ *struct{}, yield func([]UserCard) error) error {
	return a.access.Reach(ctx, r.actor, func(scopes []access.Scope) error {
		for _, scope := range scopes {
			cards, err := a.accounts.Cards(ctx, scope)
			if err != nil {
				return err
			}
			if len(cards) == 0 {
				continue
			}
			projects, err := a.accounts.CardProjects(ctx, scope)
			if err != nil {
				return err
			}
			rows := make([]UserCard, len(cards))
			for i, c := range cards {
				rows[i] = UserCard{cardOf(c), organizationPrefix + scope.AccountID(), append([]string{}, projects[c.ID]...)}
			}
			if err := yield(rows); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *API) listAccountCards(ctx context.Context, r *request, _ *AccountPath, yield func([]AccountCard) error) error {
	cards, err := a.accounts.Cards(ctx, r.scope)
	if err != nil {
		return err
	}
	rows := make([]AccountCard, len(cards))
	for i, c := range cards {
		rows[i] = cardOf(c)
	}
	return yield(rows)
}

func cardOf(c account.StoredCard) AccountCard {
	return AccountCard{Brand: c.Brand, CardID: c.ID, ExpMonth: c.ExpMonth, ExpYear: c.ExpYear, Last4: c.Last4, Name: c.Holder}
}

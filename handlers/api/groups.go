package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"

	"github.com/danielgtaylor/huma/v2"
)

const groupNoun = "Billing groups"

// registerGroups are the endpoints of billing groups.
func (a *API) registerGroups() {
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/billing-group", ID: "billing-group-list", Noun: groupNoun, Scope: Holder,
		Summary: "List billing groups", Description: "The billing groups of every account that the token may read."}, "billing_groups", a.listGroups)
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/account/{account_id}/billing-group", ID: "account-billing-group-list", Noun: groupNoun, Scope: InAccount,
		Summary: "List billing groups of an account"}, "account_billing_groups", a.listGroupsOfAccount)
	register(a, Endpoint{Method: http.MethodGet, Path: "/billing-group/{billing_group_id}", ID: "billing-group-get", Noun: groupNoun, Scope: InGroup,
		Summary: "Get a billing group"}, a.getGroup)
	a.registerGroupChanges()
	a.registerGroupProjects()
	a.registerGroupEvents()
}

// BillingGroup is a billing group as the contract shows it. Every key is always there.
type BillingGroup struct {
	AccountID             string    `json:"account_id"`
	AccountName           string    `json:"account_name"`
	AddressLines          []string  `json:"address_lines" nullable:"false" doc:"Lines of the address, at most 3"`
	BillingAddressID      *string   `json:"billing_address_id" doc:"Null while the group has an address of its own"`
	ShippingAddressID     *string   `json:"shipping_address_id"`
	BillingContactEmails  []Email   `json:"billing_contact_emails" nullable:"false"`
	BillingEmails         []Email   `json:"billing_emails" nullable:"false" doc:"Who gets invoices"`
	BillingCurrency       string    `json:"billing_currency" doc:"Of estimates and invoices" example:"EUR"`
	BillingExtraText      *string   `json:"billing_extra_text" doc:"Text on invoices"`
	BillingGroupID        string    `json:"billing_group_id"`
	BillingGroupName      string    `json:"billing_group_name"`
	BillingType           *string   `json:"billing_type"`
	CardInfo              *CardInfo `json:"card_info"`
	City                  *string   `json:"city"`
	Company               *string   `json:"company"`
	Country               *string   `json:"country" doc:"The country's name"`
	CountryCode           *string   `json:"country_code" doc:"ISO 3166-1 alpha-2"`
	CreateTime            time.Time `json:"create_time"`
	EstimatedBalanceLocal string    `json:"estimated_balance_local" doc:"Accumulated cost of the running month in the group's currency, before credits and tax"`
	EstimatedBalanceUSD   *string   `json:"estimated_balance_usd" doc:"The same in US dollars; null without a stored rate"`
	PaymentMethod         *string   `json:"payment_method" doc:"accrual (bank transfer) or card; null while none is chosen"`
	State                 *string   `json:"state" doc:"State or region of the address"`
	VATID                 *string   `json:"vat_id"`
	ZipCode               *string   `json:"zip_code"`
}

// Email is an address in a list of the contract.
type Email struct {
	Email string `json:"email" maxLength:"254"`
}

// CardInfo is the card that a group pays with.
type CardInfo struct {
	Brand  string `json:"brand"`
	CardID string `json:"card_id"`
	Last4  string `json:"last4"`
}

// Schema says that card_info may be null, which huma does not of objects by itself.
func (*CardInfo) Schema(r huma.Registry) *huma.Schema {
	type plain CardInfo
	return &huma.Schema{OneOf: []*huma.Schema{r.Schema(reflect.TypeFor[plain](), true, "CardInfo"), {Type: "null"}}}
}

// GroupBody is the answer with one billing group.
type GroupBody struct {
	Body struct {
		BillingGroup BillingGroup `json:"billing_group"`
	}
}

// GroupPath is a request about one billing group.
type GroupPath struct {
	ID string `path:"billing_group_id" doc:"The billing group's id"`
}

// AccountPath is a request about one account.
type AccountPath struct {
	ID string `path:"account_id" doc:"The account's id"`
}

func (a *API) listGroups(ctx context.Context, r *request, _ *struct{}, yield func([]BillingGroup) error) error {
	return a.access.Reach(ctx, r.actor, func(scopes []access.Scope) error {
		for _, scope := range scopes {
			if err := a.eachGroup(ctx, scope, yield); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *API) listGroupsOfAccount(ctx context.Context, r *request, _ *AccountPath, yield func([]BillingGroup) error) error {
	return a.eachGroup(ctx, r.scope, yield)
}

func (a *API) eachGroup(ctx context.Context, scope access.Scope, yield func([]BillingGroup) error) error {
	return a.invoices.EachGroup(ctx, scope, func(part []invoice.FullGroup) error {
		rows := make([]BillingGroup, len(part))
		for i, g := range part {
			rows[i] = groupOf(g)
		}
		return yield(rows)
	})
}

func (a *API) getGroup(ctx context.Context, r *request, _ *GroupPath) (*GroupBody, error) {
	return a.oneGroup(ctx, r.scope)
}

// oneGroup is the answer with the scope's group as it is now.
func (a *API) oneGroup(ctx context.Context, scope access.Scope) (*GroupBody, error) {
	g, err := a.invoices.FullGroup(ctx, scope)
	if err != nil {
		return nil, err
	}
	var out GroupBody
	out.Body.BillingGroup = groupOf(g)
	return &out, nil
}

func groupOf(g invoice.FullGroup) BillingGroup {
	info := g.Information
	b := BillingGroup{AccountID: g.AccountID, AccountName: g.AccountName, AddressLines: []string{}, BillingContactEmails: emails(info.ContactEmails), BillingEmails: emails(info.InvoiceEmails),
		BillingCurrency: string(g.Currency), BillingExtraText: orNull(info.InvoiceText), BillingGroupID: g.ID, BillingGroupName: g.Name,
		City: orNull(info.City), Company: orNull(info.Company), Country: orNull(account.CountryName(info.Country)), CountryCode: orNull(info.Country),
		BillingAddressID: orNull(g.Addresses.BillingID), ShippingAddressID: orNull(g.Addresses.ShippingID),
		CreateTime: stamp(g.CreatedAt), EstimatedBalanceLocal: g.Balance.Decimal(), State: orNull(info.Region), VATID: orNull(info.VATID), ZipCode: orNull(info.PostalCode)}
	for _, line := range []string{info.AddressLine1, info.AddressLine2, info.AddressLine3} {
		if line != "" {
			b.AddressLines = append(b.AddressLines, line)
		}
	}
	if g.BalanceUSD != nil {
		b.EstimatedBalanceUSD = orNull(g.BalanceUSD.Decimal())
	}
	switch g.Method.Kind {
	case account.BankTransfer:
		b.PaymentMethod = orNull("accrual")
	case account.Card:
		b.PaymentMethod = orNull("card")
		b.CardInfo = &CardInfo{Brand: g.Method.Brand, CardID: g.Method.ID, Last4: g.Method.Last4}
	}
	return b
}

func emails(list []string) []Email {
	out := make([]Email, len(list))
	for i, e := range list {
		out[i] = Email{e}
	}
	return out
}

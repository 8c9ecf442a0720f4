package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models/access"
	"billfold/models/account"
)

const paymentNoun = "Organization payment methods"

// registerOrganizationPayment are the endpoints of the ways in which an account can pay. Cards are added
// on the payment provider's own page, never here.
func (a *API) registerOrganizationPayment() {
	const root = "/organization/{organization_id}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: root + "/payment-methods", ID: "organization-payment-method-list", Noun: paymentNoun, Scope: InOrganization,
		Summary: "List payment methods", Description: "What billing groups may choose."}, "payment_methods", a.listMethods)
	registerList(a, Endpoint{Method: http.MethodGet, Path: root + "/payment-method/credit-cards", ID: "organization-credit-card-list", Noun: paymentNoun, Scope: InOrganization,
		Summary: "List credit cards"}, "credit_cards", a.listCreditCards)
	register(a, Endpoint{Method: http.MethodGet, Path: root + "/payment-method/credit-card/{payment_method_id}", ID: "organization-credit-card-get", Noun: paymentNoun, Scope: InOrganization,
		Summary: "Get a credit card"}, a.getCreditCard)
	registerList(a, Endpoint{Method: http.MethodGet, Path: root + "/payment-method/bank-transfers", ID: "organization-bank-transfer-list", Noun: paymentNoun, Scope: InOrganization,
		Summary: "List bank transfers", Description: "One, when the operator allows the account to pay by bank transfer."}, "bank_transfers", a.listBankTransfers)
	register(a, Endpoint{Method: http.MethodGet, Path: root + "/payment-method/bank-transfer/{payment_method_id}", ID: "organization-bank-transfer-get", Noun: paymentNoun, Scope: InOrganization,
		Summary: "Get a bank transfer"}, a.getBankTransfer)
	registerList(a, Endpoint{Method: http.MethodGet, Path: root + "/payment-method/custom", ID: "organization-custom-method-list", Noun: paymentNoun, Scope: InOrganization,
		Summary: "List custom payment methods", Description: "There are none: accounts pay by card or bank transfer."}, "custom_methods", a.listCustomMethods)
}

// CreditCard is a stored card; its number is with the payment provider alone.
type CreditCard struct {
	Brand           string    `json:"brand"`
	CreateTime      time.Time `json:"create_time"`
	ExpMonth        int       `json:"exp_month"`
	ExpYear         int       `json:"exp_year"`
	Last4           string    `json:"last4"`
	Name            string    `json:"name" doc:"Whose card it is"`
	OrganizationID  string    `json:"organization_id"`
	PaymentMethodID string    `json:"payment_method_id"`
	State           string    `json:"state" enum:"active,expired"`
	UpdateTime      time.Time `json:"update_time" doc:"A stored card never changes: its create_time"`
}

// CreditCardBody is the answer with one card.
type CreditCardBody struct {
	Body CreditCard
}

// BankTransferMethod is the right to pay by bank transfer.
type BankTransferMethod struct {
	CreateTime       time.Time `json:"create_time"`
	Currency         *string   `json:"currency" doc:"Always null: an invoice is paid in its own currency"`
	OrganizationID   string    `json:"organization_id"`
	PaymentMethodID  string    `json:"payment_method_id"`
	PaymentTermsDays int       `json:"payment_terms_days" doc:"Due so many days after the invoice date"`
	State            string    `json:"state" enum:"active"`
}

// BankTransferBody is the answer with one bank transfer.
type BankTransferBody struct {
	Body BankTransferMethod
}

// CustomMethod is a payment method that is neither card nor bank transfer.
type CustomMethod struct {
	PaymentMethodID string `json:"payment_method_id"`
	Type            string `json:"type" enum:"disabled,no_payment_expected,partner"`
}

// MethodPath is a request about one payment method.
type MethodPath struct {
	OrgPath
	ID string `path:"payment_method_id"`
}

// methodType is the contract's name of a kind of payment methods.
func methodType(kind string) string {
	if kind == account.Card {
		return "credit_card"
	}
	return kind
}

func (a *API) listMethods(ctx context.Context, r *request, _ *OrgPath, yield func([]PaymentMethod) error) error {
	list, err := a.accounts.PaymentMethods(ctx, r.scope)
	if err != nil {
		return err
	}
	rows := make([]PaymentMethod, len(list))
	for i, m := range list {
		rows[i] = PaymentMethod{m.ID, methodType(m.Kind)}
	}
	return yield(rows)
}

func (a *API) listCreditCards(ctx context.Context, r *request, _ *OrgPath, yield func([]CreditCard) error) error {
	list, err := a.accounts.Cards(ctx, r.scope)
	if err != nil {
		return err
	}
	rows := make([]CreditCard, len(list))
	for i, c := range list {
		rows[i] = a.creditCardOf(r.scope, c)
	}
	return yield(rows)
}

func (a *API) getCreditCard(ctx context.Context, r *request, in *MethodPath) (*CreditCardBody, error) {
	card, err := a.accounts.Card(ctx, r.scope, in.ID)
	return &CreditCardBody{a.creditCardOf(r.scope, card)}, err
}

func (a *API) creditCardOf(scope access.Scope, c account.StoredCard) CreditCard {
	out := CreditCard{Brand: c.Brand, CreateTime: stamp(c.CreatedAt), ExpMonth: c.ExpMonth, ExpYear: c.ExpYear, Last4: c.Last4, Name: c.Holder,
		OrganizationID: organizationPrefix + scope.AccountID(), PaymentMethodID: c.ID, State: "active", UpdateTime: stamp(c.CreatedAt)}
	if c.Expired(a.Clock.Now()) {
		out.State = "expired"
	}
	return out
}

func (a *API) listBankTransfers(ctx context.Context, r *request, _ *OrgPath, yield func([]BankTransferMethod) error) error {
	list, err := a.accounts.BankTransfers(ctx, r.scope)
	if err != nil {
		return err
	}
	rows := make([]BankTransferMethod, len(list))
	for i, m := range list {
		rows[i] = bankTransferOf(r.scope, m)
	}
	return yield(rows)
}

func (a *API) getBankTransfer(ctx context.Context, r *request, in *MethodPath) (*BankTransferBody, error) {
	method, err := a.accounts.BankTransfer(ctx, r.scope, in.ID)
	return &BankTransferBody{bankTransferOf(r.scope, method)}, err
}

func bankTransferOf(scope access.Scope, m account.PaymentMethod) BankTransferMethod {
	return BankTransferMethod{CreateTime: stamp(m.CreatedAt), OrganizationID: organizationPrefix + scope.AccountID(), PaymentMethodID: m.ID, PaymentTermsDays: m.TermsDays, State: "active"}
}

func (a *API) listCustomMethods(_ context.Context, _ *request, _ *OrgPath, yield func([]CustomMethod) error) error {
	return yield(nil)
}

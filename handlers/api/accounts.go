package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

const accountNoun = "Accounts"

// registerAccounts are the endpoints of accounts, which are organizations too.
func (a *API) registerAccounts() {
	const one = "/account/{account_id}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/account", ID: "account-list", Noun: accountNoun, Scope: Holder,
		Summary: "List accounts", Description: "Every account that the token may read."}, "accounts", a.listAccounts)
	register(a, Endpoint{Method: http.MethodPost, Path: "/account", ID: "account-create", Noun: accountNoun, Scope: OperatorOnly, Grants: []access.Grant{access.WriteProjects},
		Summary: "Create an account", Description: "With the primary billing group Default. Only the operator makes accounts."}, a.createAccount)
	register(a, Endpoint{Method: http.MethodGet, Path: one, ID: "account-get", Noun: accountNoun, Scope: InAccount, Summary: "Get an account"}, a.getAccount)
	register(a, Endpoint{Method: http.MethodPut, Path: one, ID: "account-update", Noun: accountNoun, Scope: InAccount, Need: access.Admin,
		Summary: "Rename an account"}, a.updateAccount)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "account-delete", Noun: accountNoun, Scope: InAccount, Need: access.Admin,
		Summary: "Delete an account", Description: "Refused while it has projects, estimates, unpaid invoices or prepaid credit. Its billing groups go with it; its invoices stay readable."}, a.deleteAccount)
	a.registerAccountLists()
	a.registerOrganizations()
}

// Account is an account as the contract shows it. Every key is always there.
type Account struct {
	AccessSource          *string        `json:"access_source"`
	AccountID             string         `json:"account_id"`
	AccountName           string         `json:"account_name"`
	AccountOwnerTeamID    *string        `json:"account_owner_team_id"`
	CreateTime            time.Time      `json:"create_time"`
	Features              map[string]any `json:"features"`
	IsAccountMember       bool           `json:"is_account_member"`
	IsAccountOwner        bool           `json:"is_account_owner" doc:"The token may do everything in it"`
	OrganizationID        string         `json:"organization_id"`
	ParentAccountID       *string        `json:"parent_account_id"`
	PrimaryBillingGroupID *string        `json:"primary_billing_group_id" doc:"Always null"`
	RootAccountID         string         `json:"root_account_id"`
	TenantID              *string        `json:"tenant_id"`
	UpdateTime            time.Time      `json:"update_time"`
}

// AccountBody is the answer with one account.
type AccountBody struct {
	Body struct {
		Account Account `json:"account"`
	}
}

// AccountFields are what a request says of an account.
type AccountFields struct {
	ParentAccountID       *string `json:"parent_account_id,omitempty" nullable:"true" doc:"Accounts have no parents: leave it out"`
	PrimaryBillingGroupID *string `json:"primary_billing_group_id,omitempty" nullable:"true" doc:"Not taken any more: leave it out"`
}

// check refuses what would silently not be done.
func (f AccountFields) check() error {
	if f.ParentAccountID != nil && *f.ParentAccountID != "" {
		return models.Invalidf("parent_account_id", "Accounts have no parents here")
	}
	if f.PrimaryBillingGroupID != nil && *f.PrimaryBillingGroupID != "" {
		return models.Invalidf("primary_billing_group_id", "Choose the primary billing group on its page")
	}
	return nil
}

// AccountCreate is the body that creates an account.
type AccountCreate struct {
	Body struct {
		AccountFields
		AccountName string `json:"account_name"`
	}
}

// AccountUpdate is the body that changes an account.
type AccountUpdate struct {
	AccountPath
	Body struct {
		AccountFields
		AccountName *string `json:"account_name,omitempty" nullable:"true"`
	}
}

func (a *API) listAccounts(ctx context.Context, r *request, _ *struct{}, yield func([]Account) error) error {
	return a.eachAccount(ctx, r, func(list []account.Account, admin map[string]bool) error {
		rows := make([]Account, len(list))
		for i, one := range list {
			rows[i] = accountOf(one, admin[one.ID])
		}
		return yield(rows)
	})
}

// eachAccount hands on the accounts that a token may read, and in which of them it may do everything.
func (a *API) eachAccount(ctx context.Context, r *request, yield func([]account.Account, map[string]bool) error) error {
	return a.access.Reach(ctx, r.actor, func(scopes []access.Scope) error {
		list, err := a.accounts.AccountsOf(ctx, scopes)
		if err != nil {
			return err
		}
		admin := make(map[string]bool, len(scopes))
		for _, s := range scopes {
			admin[s.AccountID()] = s.IsAdmin()
		}
		return yield(list, admin)
	})
}

func (a *API) createAccount(ctx context.Context, r *request, in *AccountCreate) (*AccountBody, error) {
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	operator, err := a.access.ForInstallation(ctx, r.actor, access.WriteProjects)
	if err != nil {
		return nil, err
	}
	made, err := a.accounts.CreateAccountBy(ctx, operator, in.Body.AccountName)
	return accountBody(made, true, named(err, accountFieldNames))
}

func (a *API) getAccount(ctx context.Context, r *request, _ *AccountPath) (*AccountBody, error) {
	one, err := a.accounts.Account(ctx, r.scope)
	return accountBody(one, r.scope.IsAdmin(), err)
}

func (a *API) updateAccount(ctx context.Context, r *request, in *AccountUpdate) (*AccountBody, error) {
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	if in.Body.AccountName == nil {
		return a.getAccount(ctx, r, nil)
	}
	one, err := a.accounts.RenameAccount(ctx, r.scope, *in.Body.AccountName)
	return accountBody(one, true, named(err, accountFieldNames))
}

func (a *API) deleteAccount(ctx context.Context, r *request, _ *AccountPath) (*Message, error) {
	return &Message{}, a.invoices.DeleteAccount(ctx, r.scope)
}

func accountBody(one account.Account, admin bool, err error) (*AccountBody, error) {
	if err != nil {
		return nil, err
	}
	var out AccountBody
	out.Body.Account = accountOf(one, admin)
	return &out, nil
}

func accountOf(one account.Account, admin bool) Account {
	return Account{AccessSource: orNull("organization_membership"), AccountID: one.ID, AccountName: one.Name, CreateTime: stamp(one.CreatedAt), Features: map[string]any{},
		IsAccountMember: true, IsAccountOwner: admin, OrganizationID: organizationPrefix + one.ID, RootAccountID: one.ID, UpdateTime: stamp(one.UpdatedAt)}
}

var accountFieldNames = map[string]string{"name": "account_name"}

package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models/account"
)

func (a *API) registerOrganizations() {
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/organizations", ID: "organization-list", Noun: accountNoun, Scope: Holder,
		Summary: "List organizations", Description: "An account is an organization; its id stands after \"org\"."}, "organizations", a.listOrganizations)
	register(a, Endpoint{Method: http.MethodGet, Path: "/organization/{organization_id}", ID: "organization-get", Noun: accountNoun, Scope: InOrganization,
		Summary: "Get an organization"}, a.getOrganization)
}

// Organization is an account as the contract's newer part shows it.
type Organization struct {
	AccountID                string    `json:"account_id"`
	CreateTime               time.Time `json:"create_time"`
	DefaultGovernanceGroupID *string   `json:"default_governance_user_group_id"`
	OrganizationID           string    `json:"organization_id"`
	OrganizationName         string    `json:"organization_name"`
	Tier                     string    `json:"tier" enum:"business,personal"`
	UpdateTime               time.Time `json:"update_time"`
}

// OrganizationPath is a request about one organization.
type OrganizationPath struct {
	OrganizationID string `path:"organization_id" doc:"The account's id after org"`
}

// OrganizationBody is the answer with one organization.
type OrganizationBody struct{ Body Organization }

func (a *API) listOrganizations(ctx context.Context, r *request, _ *struct{}, yield func([]Organization) error) error {
	return a.eachAccount(ctx, r, func(list []account.Account, _ map[string]bool) error {
		rows := make([]Organization, len(list))
		for i, one := range list {
			rows[i] = organizationOf(one)
		}
		return yield(rows)
	})
}

func (a *API) getOrganization(ctx context.Context, r *request, _ *OrganizationPath) (*OrganizationBody, error) {
	one, err := a.accounts.Account(ctx, r.scope)
	if err != nil {
		return nil, err
	}
	return &OrganizationBody{organizationOf(one)}, nil
}

func organizationOf(one account.Account) Organization {
	return Organization{AccountID: one.ID, CreateTime: stamp(one.CreatedAt), OrganizationID: organizationPrefix + one.ID, OrganizationName: one.Name, Tier: "business", UpdateTime: stamp(one.UpdatedAt)}
}

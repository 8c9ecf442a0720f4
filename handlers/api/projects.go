package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
)

const projectNoun = "Projects"

// registerProjects are the endpoints of projects.
func (a *API) registerProjects() {
	const one = "/project/{project}"
	registerProjectList(a, Endpoint{Method: http.MethodGet, Path: "/project", ID: "project-list", Noun: projectNoun, Scope: Holder,
		Summary: "List projects", Description: "The projects of every account that the token may read."}, a.listProjects,
		tail[struct{}]{"project_membership", membershipSchema, a.writeMembership}, tail[struct{}]{"project_memberships", rolesSchema, a.writeMemberships})
	register(a, Endpoint{Method: http.MethodPost, Path: "/project", ID: "project-create", Noun: projectNoun, Scope: Holder, Need: access.Admin,
		Summary: "Create a project", Description: "In billing_group_id, or in the primary billing group. With copy_from_project it gets a copy of that project's billing group, unless use_source_project_billing_group is true; " +
			"a copied group also takes the scope billing:write. account_id may be left out when the token can write in one account only."}, a.createProject)
	register(a, Endpoint{Method: http.MethodGet, Path: one, ID: "project-get", Noun: projectNoun, Scope: InProject, Summary: "Get a project"}, a.getProject)
	register(a, Endpoint{Method: http.MethodPut, Path: one, ID: "project-update", Noun: projectNoun, Scope: InProject, Need: access.Admin,
		Summary: "Change a project", Description: "What is left out or null stays as it is. All of it is changed, or nothing. billing_group_id moves it, which also takes the scope billing:write."}, a.updateProject)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "project-delete", Noun: projectNoun, Scope: InProject, Need: access.Admin,
		Summary: "Delete a project", Description: "What it used is still billed. Its name stays taken."}, a.deleteProject)
	a.registerProjectTags()
	a.registerProjectBilling()
}

// Project is a project as the contract shows it, with the billing information of its group. Every key is
// always there.
type Project struct {
	AccountID             string            `json:"account_id"`
	AccountName           string            `json:"account_name"`
	AddressLines          []string          `json:"address_lines" nullable:"false"`
	AvailableCredits      string            `json:"available_credits" doc:"Always 0.00: see the credits of the billing group"`
	BillingAddress        string            `json:"billing_address" doc:"The address in one text"`
	BillingCurrency       string            `json:"billing_currency"`
	BillingEmails         []Email           `json:"billing_emails" nullable:"false"`
	BillingExtraText      *string           `json:"billing_extra_text"`
	BillingGroupID        string            `json:"billing_group_id"`
	BillingGroupName      string            `json:"billing_group_name"`
	CardInfo              *CardInfo         `json:"card_info"`
	City                  *string           `json:"city"`
	Company               *string           `json:"company"`
	Country               *string           `json:"country"`
	CountryCode           *string           `json:"country_code"`
	DefaultCloud          *string           `json:"default_cloud"`
	EstimatedBalance      *string           `json:"estimated_balance" doc:"Cost of the running month in US dollars, before credits and tax; null without a stored rate"`
	EstimatedBalanceLocal string            `json:"estimated_balance_local" doc:"The same in the billing currency"`
	Features              map[string]any    `json:"features"`
	OrganizationID        string            `json:"organization_id"`
	PaymentMethod         *string           `json:"payment_method"`
	ProjectName           string            `json:"project_name"`
	State                 *string           `json:"state"`
	Tags                  map[string]string `json:"tags"`
	TechEmails            []Email           `json:"tech_emails" nullable:"false"`
	TenantID              *string           `json:"tenant_id"`
	TrialExpirationTime   *time.Time        `json:"trial_expiration_time"`
	VATID                 *string           `json:"vat_id"`
	ZipCode               *string           `json:"zip_code"`
}

// ProjectPath is a request about one project.
type ProjectPath struct {
	Project string `path:"project" doc:"The project's name"`
}

// ProjectBody is the answer with one project.
type ProjectBody struct {
	Body struct {
		Project Project `json:"project"`
	}
}

func (a *API) listProjects(ctx context.Context, r *request, _ *struct{}, yield func([]Project) error) error {
	return a.access.Reach(ctx, r.actor, func(scopes []access.Scope) error {
		for _, scope := range scopes {
			if err := a.eachProject(ctx, scope, yield); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *API) listAccountProjects(ctx context.Context, r *request, _ *AccountPath, yield func([]Project) error) error {
	return a.eachProject(ctx, r.scope, yield)
}

func (a *API) eachProject(ctx context.Context, scope access.Scope, yield func([]Project) error) error {
	return a.invoices.EachProject(ctx, scope, func(part []invoice.FullProject) error {
		rows := make([]Project, len(part))
		for i, p := range part {
			rows[i] = projectOf(p)
		}
		return yield(rows)
	})
}

func (a *API) getProject(ctx context.Context, r *request, _ *ProjectPath) (*ProjectBody, error) {
	return a.oneProject(ctx, r.scope, r.project)
}

// oneProject is the answer with a project as it is now.
func (a *API) oneProject(ctx context.Context, scope access.Scope, id string) (*ProjectBody, error) {
	p, err := a.invoices.FullProject(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	var out ProjectBody
	out.Body.Project = projectOf(p)
	return &out, nil
}

func (a *API) deleteProject(ctx context.Context, r *request, _ *ProjectPath) (*Message, error) {
	_, err := a.accounts.DeleteProject(ctx, r.scope, r.project)
	return &Message{}, err
}

func projectOf(p invoice.FullProject) Project {
	g := groupOf(p.Group)
	out := Project{AccountID: p.AccountID, AccountName: g.AccountName, AddressLines: g.AddressLines, AvailableCredits: noCredits, BillingAddress: account.OneLine(p.Group.Information),
		BillingCurrency: g.BillingCurrency, BillingEmails: g.BillingEmails, BillingExtraText: g.BillingExtraText, BillingGroupID: p.GroupID, BillingGroupName: g.BillingGroupName,
		CardInfo: g.CardInfo, City: g.City, Company: g.Company, Country: g.Country, CountryCode: g.CountryCode, DefaultCloud: orNull(p.Settings.DefaultCloud),
		EstimatedBalanceLocal: p.Balance.Decimal(), Features: map[string]any{}, OrganizationID: organizationPrefix + p.AccountID, PaymentMethod: g.PaymentMethod,
		ProjectName: p.Name, State: g.State, Tags: p.Settings.Tags, TechEmails: emails(p.Settings.TechEmails), VATID: g.VATID, ZipCode: g.ZipCode}
	if p.BalanceUSD != nil {
		out.EstimatedBalance = orNull(p.BalanceUSD.Decimal())
	}
	return out
}

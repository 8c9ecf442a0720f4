package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

const organizationProjectNoun = "Organization projects"

// registerOrganizationProjects are the endpoints of projects in the newer shape, where a project's id is
// its name.
func (a *API) registerOrganizationProjects() {
	const list, one = "/organization/{organization_id}/projects", "/organization/{organization_id}/project/{project_id}"
	registerProjectList(a, Endpoint{Method: http.MethodGet, Path: list, ID: "organization-project-list", Noun: organizationProjectNoun, Scope: InOrganization,
		Summary: "List projects of an organization"}, a.listOrganizationProjects, tail[OrganizationProjectList]{"total_project_count", countSchema, a.writeProjectCount})
	register(a, Endpoint{Method: http.MethodPost, Path: list, ID: "organization-project-create", Noun: organizationProjectNoun, Scope: InOrganization, Need: access.Admin,
		Summary: "Create a project", Description: "parent_id must be the organization when it is there; base_port is not kept."}, a.createOrganizationProject)
	register(a, Endpoint{Method: http.MethodGet, Path: one, ID: "organization-project-get", Noun: organizationProjectNoun, Scope: InOrganization,
		Summary: "Get a project"}, a.getOrganizationProject)
	register(a, Endpoint{Method: http.MethodPatch, Path: one, ID: "organization-project-update", Noun: organizationProjectNoun, Scope: InOrganization, Need: access.Admin,
		Summary: "Change a project", Description: "What is left out or null stays as it is; tags and tech_emails replace all there were. All of it is changed, or nothing. Another billing_group_id moves it, which also takes the scope billing:write. A project never changes its organization."}, a.updateOrganizationProject)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "organization-project-delete", Noun: organizationProjectNoun, Scope: InOrganization, Need: access.Admin, Status: http.StatusNoContent,
		Summary: "Delete a project", Description: "What it used is still billed. Its name stays taken."}, a.deleteOrganizationProject)
}

// OrganizationProject is a project in the newer shape. Every key is always there.
type OrganizationProject struct {
	AccountID          string            `json:"account_id"`
	BasePort           *int              `json:"base_port" doc:"Always null"`
	BillingGroupID     string            `json:"billing_group_id"`
	EndOfLifeExtension map[string]any    `json:"end_of_life_extension" doc:"Always empty"`
	Features           map[string]bool   `json:"features" doc:"Always empty"`
	OrganizationID     string            `json:"organization_id"`
	ParentID           string            `json:"parent_id" doc:"The organization"`
	ProjectID          string            `json:"project_id" doc:"The project's name"`
	Tags               map[string]string `json:"tags"`
	TechEmails         []Email           `json:"tech_emails" nullable:"false"`
}

// OrganizationProjectBody is the answer with one project.
type OrganizationProjectBody struct {
	Body OrganizationProject
}

// OrganizationProjectList asks for the projects of an organization.
type OrganizationProjectList struct {
	OrgPath
	Group string `query:"billing_group_id" doc:"Only projects of this billing group"`
}

// OrgProjectPath is a request about one project of an organization.
type OrgProjectPath struct {
	OrgPath
	Project string `path:"project_id" doc:"The project's name"`
}

// OrganizationProjectCreate is the body that creates a project.
type OrganizationProjectCreate struct {
	OrgPath
	Body struct {
		BillingGroupID string            `json:"billing_group_id"`
		ParentID       *string           `json:"parent_id,omitempty" nullable:"true" doc:"The organization"`
		ProjectID      string            `json:"project_id" doc:"Its name, unique in the installation"`
		Tags           map[string]string `json:"tags" nullable:"true"`
		TechEmails     *[]Email          `json:"tech_emails,omitempty" nullable:"true" maxItems:"10"`
	}
}

// OrganizationProjectUpdate is the body that changes a project.
type OrganizationProjectUpdate struct {
	OrgProjectPath
	Body struct {
		BillingGroupID *string            `json:"billing_group_id,omitempty" nullable:"true"`
		OrganizationID *string            `json:"organization_id,omitempty" nullable:"true" doc:"The organization that it has"`
		ParentID       *string            `json:"parent_id,omitempty" nullable:"true" doc:"The organization"`
		ProjectName    *string            `json:"project_name,omitempty" nullable:"true" doc:"Another name, which becomes its id"`
		Tags           *map[string]string `json:"tags,omitempty"`
		TechEmails     *[]Email           `json:"tech_emails,omitempty" nullable:"true" maxItems:"10"`
	}
}

func organizationProjectOf(p account.SetProject) OrganizationProject {
	org := organizationPrefix + p.AccountID
	return OrganizationProject{AccountID: p.AccountID, BillingGroupID: p.GroupID, EndOfLifeExtension: map[string]any{}, Features: map[string]bool{}, OrganizationID: org, ParentID: org,
		ProjectID: p.Name, Tags: p.Settings.Tags, TechEmails: emails(p.Settings.TechEmails)}
}

func (a *API) listOrganizationProjects(ctx context.Context, r *request, in *OrganizationProjectList, yield func([]OrganizationProject) error) error {
	return a.accounts.EachProject(ctx, r.scope, in.Group, func(part []account.SetProject) error {
		rows := make([]OrganizationProject, len(part))
		for i, p := range part {
			rows[i] = organizationProjectOf(p)
		}
		return yield(rows)
	})
}

func (a *API) writeProjectCount(ctx context.Context, r *request, in *OrganizationProjectList, to io.Writer) error {
	_, total, err := a.accounts.Projects(ctx, r.scope, account.ProjectQuery{GroupID: in.Group, Limit: 1})
	if models.KindOf(err) == models.NotFound {
		err = nil // no id of a group: the list is empty as well
	}
	if err == nil {
		_, err = io.WriteString(to, strconv.Itoa(total))
	}
	return err
}

// projectInOrganization is the live project of the path. Kind: NotFound, also for another organization's.
func (a *API) projectInOrganization(ctx context.Context, r *request) (account.SetProject, error) {
	id, err := a.accounts.ProjectIDNamed(ctx, r.param("project_id"))
	if err != nil {
		return account.SetProject{}, notFound(err, "Project not found")
	}
	return a.accounts.SetProject(ctx, r.scope, id)
}

// inOrganization refuses a body that names another organization. Kind: Invalid.
func inOrganization(r *request, fields map[string]*string) error {
	for name, id := range fields {
		if own := text(id); own != "" && own != organizationPrefix+r.scope.AccountID() && own != r.scope.AccountID() {
			return models.Invalidf(name, "A project never changes its organization, which has no units")
		}
	}
	return nil
}

func (a *API) getOrganizationProject(ctx context.Context, r *request, _ *OrgProjectPath) (*OrganizationProjectBody, error) {
	p, err := a.projectInOrganization(ctx, r)
	return &OrganizationProjectBody{organizationProjectOf(p)}, err
}

func (a *API) createOrganizationProject(ctx context.Context, r *request, in *OrganizationProjectCreate) (*OrganizationProjectBody, error) {
	if err := inOrganization(r, map[string]*string{"parent_id": in.Body.ParentID}); err != nil {
		return nil, err
	}
	if in.Body.BillingGroupID == "" {
		return nil, models.Invalidf("billing_group_id", "Name a billing group of the organization")
	}
	settings := ProjectFields{Tags: &in.Body.Tags, TechEmails: in.Body.TechEmails}.settings()
	made, err := a.accounts.CreateProject(ctx, r.scope, account.NewProject{Name: in.Body.ProjectID, GroupID: in.Body.BillingGroupID, Settings: settings})
	if err != nil {
		return nil, projectError(err, "project_id")
	}
	p, err := a.accounts.SetProject(ctx, r.scope, made.ID)
	return &OrganizationProjectBody{organizationProjectOf(p)}, err
}

func (a *API) updateOrganizationProject(ctx context.Context, r *request, in *OrganizationProjectUpdate) (*OrganizationProjectBody, error) {
	if err := inOrganization(r, map[string]*string{"parent_id": in.Body.ParentID, "organization_id": in.Body.OrganizationID}); err != nil {
		return nil, err
	}
	p, err := a.projectInOrganization(ctx, r)
	if err != nil {
		return nil, err
	}
	change := account.ProjectChange{Name: in.Body.ProjectName}
	if id := text(in.Body.BillingGroupID); id != "" && id != p.GroupID { // clients send all fields: only a move asks for billing:write
		change.GroupID = &id
	}
	if in.Body.Tags != nil {
		change.Tags = func(map[string]string) map[string]string { return *in.Body.Tags }
	}
	if in.Body.TechEmails != nil {
		list := plain(*in.Body.TechEmails)
		change.TechEmails = &list
	}
	if _, err := a.accounts.ChangeProject(ctx, r.scope, p.ID, change); err != nil {
		return nil, projectError(err, "project_name")
	}
	p, err = a.accounts.SetProject(ctx, r.scope, p.ID)
	return &OrganizationProjectBody{organizationProjectOf(p)}, err
}

func (a *API) deleteOrganizationProject(ctx context.Context, r *request, _ *OrgProjectPath) (*struct{}, error) {
	p, err := a.projectInOrganization(ctx, r)
	if err != nil {
		return nil, err
	}
	_, err = a.accounts.DeleteProject(ctx, r.scope, p.ID)
	return nil, err
}

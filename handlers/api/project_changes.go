package api

import (
	"context"
	"errors"
	"net/http"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

// ProjectFields are the writable fields of a project; nil ones are left as they are.
type ProjectFields struct {
	AccountID      *string            `json:"account_id,omitempty" nullable:"true" doc:"A project never changes its account"`
	BillingGroupID *string            `json:"billing_group_id,omitempty" nullable:"true"`
	Cloud          *string            `json:"cloud,omitempty" nullable:"true" doc:"Default for new services"`
	Tags           *map[string]string `json:"tags,omitempty" doc:"All tags"`
	TechEmails     *[]Email           `json:"tech_emails,omitempty" nullable:"true" maxItems:"10"`
}

// ProjectCreate is the body that creates a project.
type ProjectCreate struct {
	Body struct {
		ProjectFields
		CopyFromProject              *string `json:"copy_from_project,omitempty" nullable:"true" doc:"Name of a project of the account"`
		CopyTags                     *bool   `json:"copy_tags,omitempty" nullable:"true" doc:"That project's tags, too, under those of the request"`
		Project                      string  `json:"project" doc:"Its name, unique in the installation"`
		UseSourceProjectBillingGroup *bool   `json:"use_source_project_billing_group,omitempty" nullable:"true" doc:"Join that project's billing group; else it gets a copy of it"`
	}
}

// ProjectUpdate is the body that changes a project.
type ProjectUpdate struct {
	ProjectPath
	Body struct {
		ProjectFields
		ProjectName *string `json:"project_name,omitempty" nullable:"true"`
	}
}

func (a *API) createProject(ctx context.Context, r *request, in *ProjectCreate) (*ProjectBody, error) {
	p := account.ProjectCopy{CopyGroup: !truth(in.Body.UseSourceProjectBillingGroup), CopyTags: truth(in.Body.CopyTags)}
	p.Name, p.Settings = in.Body.Project, in.Body.settings()
	scope, err := a.accountOfProject(ctx, r, in, &p)
	if err != nil {
		return nil, err
	}
	made, err := a.accounts.CreateProjectFrom(ctx, scope, p)
	if err != nil {
		return nil, projectError(err, "project")
	}
	return a.oneProject(ctx, scope, made.ID)
}

// accountOfProject finds the account of a new project by what the request names: the account, the billing
// group or the project to copy. All of them must be of one account.
func (a *API) accountOfProject(ctx context.Context, r *request, in *ProjectCreate, p *account.ProjectCopy) (access.Scope, error) {
	var scopes []access.Scope
	find := func(scope access.Scope, err error) error {
		if err == nil {
			scopes = append(scopes, scope)
		}
		return err
	}
	if id := text(in.Body.AccountID); id != "" {
		if err := find(a.access.ForAccount(ctx, r.actor, id, access.Admin)); err != nil {
			return access.Scope{}, notFound(err, "Account not found")
		}
	}
	if p.GroupID = text(in.Body.BillingGroupID); p.GroupID != "" {
		if err := find(a.access.ForGroup(ctx, r.actor, p.GroupID, access.Admin)); err != nil {
			return access.Scope{}, notFound(err, "Billing group not found")
		}
	}
	if name := text(in.Body.CopyFromProject); name != "" {
		id, err := a.accounts.ProjectIDNamed(ctx, name)
		if err == nil {
			err = find(a.access.ForProject(ctx, r.actor, id, access.Admin))
		}
		if err != nil {
			return access.Scope{}, notFound(err, "Project not found")
		}
		p.From = id
	}
	if len(scopes) == 0 {
		return a.accountOf(ctx, r, nil, access.Admin)
	}
	for _, s := range scopes {
		if s.AccountID() != scopes[0].AccountID() {
			return access.Scope{}, models.Invalidf("account_id", "Name a billing group and a project of this account")
		}
	}
	return scopes[0], nil
}

func (a *API) updateProject(ctx context.Context, r *request, in *ProjectUpdate) (*ProjectBody, error) {
	if id := text(in.Body.AccountID); id != "" && id != r.scope.AccountID() {
		return nil, models.Invalidf("account_id", "A project never changes its account")
	}
	change := account.ProjectChange{Name: in.Body.ProjectName}
	if id := text(in.Body.BillingGroupID); id != "" {
		change.GroupID = &id
	}
	change.DefaultCloud = in.Body.Cloud
	if in.Body.Tags != nil {
		change.Tags = func(map[string]string) map[string]string { return *in.Body.Tags }
	}
	if in.Body.TechEmails != nil {
		list := plain(*in.Body.TechEmails)
		change.TechEmails = &list
	}
	if _, err := a.accounts.ChangeProject(ctx, r.scope, r.project, change); err != nil {
		return nil, projectError(err, "project_name")
	}
	return a.oneProject(ctx, r.scope, r.project)
}

func (f ProjectFields) settings() account.ProjectSettings {
	s := account.ProjectSettings{DefaultCloud: text(f.Cloud)}
	if f.Tags != nil {
		s.Tags = *f.Tags
	}
	if f.TechEmails != nil {
		s.TechEmails = plain(*f.TechEmails)
	}
	return s
}

// projectError says an error of the model as the contract does; name is the field of the project's name.
func projectError(err error, name string) error {
	if taken := (account.NameTaken{}); errors.As(err, &taken) {
		return &refusal{http.StatusConflict, "project_already_exists", "Project already exists. " + taken.Error()}
	}
	return named(err, map[string]string{"name": name, "group": "billing_group_id", "default_cloud": "cloud"})
}

// notFound names what is not there, or not theirs.
func notFound(err error, message string) error {
	if models.KindOf(err) == models.NotFound {
		return models.NotFoundf("%s", message)
	}
	return err
}

func truth(b *bool) bool { return b != nil && *b }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

package api

import (
	"context"
	"net/http"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
)

func (a *API) registerGroupProjects() {
	const one = "/billing-group/{billing_group_id}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: one + "/projects", ID: "billing-group-project-list", Noun: groupNoun, Scope: InGroup,
		Summary: "List projects of a billing group"}, "projects", a.listGroupProjects)
	register(a, Endpoint{Method: http.MethodPost, Path: one + "/projects-assign", ID: "billing-group-projects-assign", Noun: groupNoun, Scope: InGroup, Need: access.Write,
		Summary: "Move projects into a billing group", Description: "All or none. What they use from now on is billed here; what they used before stays where it is."}, a.assignProjects)
	register(a, Endpoint{Method: http.MethodPost, Path: one + "/project-assign/{project}", ID: "billing-group-project-assign", Noun: groupNoun, Scope: InGroup, Need: access.Write,
		Summary: "Move a project into a billing group"}, a.assignProject)
}

// GroupProject is a project in the list of a billing group.
type GroupProject struct {
	AvailableCredits string `json:"available_credits" doc:"Always 0.00: see the credits of the billing group"`
	EstimatedBalance string `json:"estimated_balance" doc:"Cost of the running month in the group's currency, before credits and tax"`
	ProjectName      string `json:"project_name"`
}

// noCredits is what projects have of their own; credits belong to billing groups.
const noCredits = "0.00"

func (a *API) listGroupProjects(ctx context.Context, r *request, _ *GroupPath, yield func([]GroupProject) error) error {
	for list := (invoice.GroupProjectList{Sort: "name", Paging: invoice.Paging{Size: 100}}); ; {
		page, err := a.invoices.ProjectsOfGroup(ctx, r.scope, list)
		if err != nil {
			return err
		}
		var rows []GroupProject
		for _, p := range page.Items {
			if p.Standing == invoice.Assigned {
				rows = append(rows, GroupProject{AvailableCredits: noCredits, EstimatedBalance: p.Cost.Decimal(), ProjectName: p.Name})
			}
		}
		if err := yield(rows); err != nil || page.Next == "" {
			return err
		}
		list.After = page.Next
	}
}

// ProjectsAssign names projects to move.
type ProjectsAssign struct {
	GroupPath
	Body struct {
		ProjectNames []string `json:"projects_names" minItems:"1" maxItems:"1024" nullable:"false"`
	}
}

// ProjectAssign names the project to move in the path.
type ProjectAssign struct {
	GroupPath
	Project string `path:"project" doc:"The project's name"`
}

func (a *API) assignProjects(ctx context.Context, r *request, in *ProjectsAssign) (*Message, error) {
	return a.assign(ctx, r, in.Body.ProjectNames)
}

func (a *API) assignProject(ctx context.Context, r *request, _ *ProjectAssign) (*Message, error) {
	return a.assign(ctx, r, []string{r.param("project")})
}

// assign moves projects into the request's group. Those that are there already stay: asking twice is
// as good as once.
func (a *API) assign(ctx context.Context, r *request, names []string) (*Message, error) {
	var ids []string
	for _, name := range names {
		id, err := a.accounts.ProjectIDNamed(ctx, name)
		if err != nil {
			return nil, err
		}
		project, err := a.accounts.Project(ctx, r.scope, id)
		if err != nil {
			return nil, models.NotFoundf("Project not found") // one of another account is not told of
		}
		if project.GroupID != r.scope.GroupID() {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return &Message{}, nil
	}
	_, err := a.accounts.MoveProjects(ctx, r.scope, ids, r.scope.GroupID())
	return &Message{}, err
}

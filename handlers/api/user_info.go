package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models"
)

// registerUserInfo is who asks.
func (a *API) registerUserInfo() {
	register(a, Endpoint{Method: http.MethodGet, Path: "/me", ID: "user-info", Noun: userNoun, Scope: Holder,
		Summary: "Get the user of the token", Description: "Of an account's or the operator's token, which has no user, its own name and id and no projects."}, a.getUser)
}

// User is who holds a token as the contract shows it. Every key is always there.
type User struct {
	Auth                   []string            `json:"auth" nullable:"false"`
	City                   *string             `json:"city"`
	Country                *string             `json:"country"`
	CreateTime             *time.Time          `json:"create_time"`
	Department             *string             `json:"department"`
	Features               map[string]any      `json:"features"`
	Invitations            []string            `json:"invitations" nullable:"false" doc:"Always empty: the operator adds members"`
	JobTitle               *string             `json:"job_title"`
	ManagedByScim          bool                `json:"managed_by_scim"`
	ManagingOrganizationID *string             `json:"managing_organization_id"`
	ProjectMembership      map[string]string   `json:"project_membership"`
	ProjectMemberships     map[string][]string `json:"project_memberships"`
	Projects               []string            `json:"projects" nullable:"false"`
	RealName               string              `json:"real_name"`
	State                  string              `json:"state" example:"active"`
	Tenant                 *string             `json:"tenant"`
	TokenValidityBegin     *time.Time          `json:"token_validity_begin"`
	User                   string              `json:"user" doc:"The email address"`
	UserID                 string              `json:"user_id"`
}

// UserBody is the answer with the user.
type UserBody struct {
	Body struct {
		User User `json:"user"`
	}
}

func (a *API) getUser(ctx context.Context, r *request, _ *struct{}) (*UserBody, error) {
	u := User{Auth: []string{}, Features: map[string]any{}, Invitations: []string{}, ProjectMembership: map[string]string{}, ProjectMemberships: map[string][]string{}, Projects: []string{},
		RealName: r.owner.token.Name, State: "active", User: r.owner.token.Name, UserID: r.owner.token.ID}
	if r.owner.userID != "" {
		user, err := a.people.User(ctx, r.owner.userID)
		if models.KindOf(err) == models.NotFound {
			return nil, &refusal{http.StatusUnauthorized, codes[http.StatusUnauthorized], "The user of this token is gone"}
		}
		if err != nil {
			return nil, err
		}
		u.RealName, u.User, u.UserID, u.CreateTime = user.Name, user.Email, user.ID, stampOrNil(&user.CreatedAt)
		err = a.eachMembership(ctx, r, func(project, role string) error {
			u.Projects = append(u.Projects, project)
			u.ProjectMembership[project], u.ProjectMemberships[project] = role, []string{role}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var out UserBody
	out.Body.User = u
	return &out, nil
}

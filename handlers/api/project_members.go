package api

import (
	"context"
	"io"

	"billfold/models/access"
)

// memberships are the contract's names of roles.
var memberships = map[access.Role]string{access.RoleAdmin: "admin", access.RoleBilling: "operator", access.RoleViewer: "read_only"}

// eachMembership hands on the names of the projects that a token reaches with the role there.
func (a *API) eachMembership(ctx context.Context, r *request, yield func(project, role string) error) error {
	return a.access.Reach(ctx, r.actor, func(scopes []access.Scope) error {
		for _, scope := range scopes {
			err := a.invoices.EachProjectName(ctx, scope, func(names []string) error {
				for _, name := range names {
					if err := yield(name, memberships[scope.Role()]); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *API) writeMembership(ctx context.Context, r *request, _ *struct{}, to io.Writer) error {
	w := mapWriter{to: to}
	if err := a.eachMembership(ctx, r, func(project, role string) error { return w.put(project, role) }); err != nil {
		return err
	}
	return w.end()
}

func (a *API) writeMemberships(ctx context.Context, r *request, _ *struct{}, to io.Writer) error {
	w := mapWriter{to: to}
	if err := a.eachMembership(ctx, r, func(project, role string) error { return w.put(project, []string{role}) }); err != nil {
		return err
	}
	return w.end()
}

func (a *API) countAccountProjects(ctx context.Context, r *request, _ *AccountPath, to io.Writer) error {
	n, err := a.invoices.CountProjects(ctx, r.scope)
	if err != nil {
		return err
	}
	return writeJSON(to, n)
}

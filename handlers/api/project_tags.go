package api

import (
	"context"
	"net/http"

	"billfold/models/access"
	"billfold/models/account"
)

func (a *API) registerProjectTags() {
	const path = "/project/{project}/tags"
	register(a, Endpoint{Method: http.MethodGet, Path: path, ID: "project-tags-list", Noun: projectNoun, Scope: InProject, Summary: "List tags of a project"}, a.listTags)
	register(a, Endpoint{Method: http.MethodPut, Path: path, ID: "project-tags-replace", Noun: projectNoun, Scope: InProject, Need: access.Admin,
		Summary: "Replace all tags of a project"}, a.replaceTags)
	register(a, Endpoint{Method: http.MethodPatch, Path: path, ID: "project-tags-update", Noun: projectNoun, Scope: InProject, Need: access.Admin,
		Summary: "Change tags of a project", Description: "Tags that are not named stay; null deletes one."}, a.updateTags)
}

// TagsBody is the answer with the tags of a project.
type TagsBody struct {
	Body struct {
		Tags map[string]string `json:"tags"`
	}
}

// TagsReplace is the body with all tags.
type TagsReplace struct {
	ProjectPath
	Body struct {
		Tags map[string]string `json:"tags"`
	}
}

// TagsUpdate is the body with some tags.
type TagsUpdate struct {
	ProjectPath
	Body struct {
		Tags map[string]*string `json:"tags"`
	}
}

func (a *API) listTags(ctx context.Context, r *request, _ *ProjectPath) (*TagsBody, error) {
	p, err := a.invoices.FullProject(ctx, r.scope, r.project)
	if err != nil {
		return nil, err
	}
	var out TagsBody
	out.Body.Tags = p.Settings.Tags
	return &out, nil
}

func (a *API) replaceTags(ctx context.Context, r *request, in *TagsReplace) (*Message, error) {
	return a.changeTags(ctx, r, func(map[string]string) map[string]string { return in.Body.Tags })
}

func (a *API) updateTags(ctx context.Context, r *request, in *TagsUpdate) (*Message, error) {
	return a.changeTags(ctx, r, func(tags map[string]string) map[string]string {
		for key, value := range in.Body.Tags {
			if value == nil {
				delete(tags, key)
			} else {
				tags[key] = *value
			}
		}
		return tags
	})
}

func (a *API) changeTags(ctx context.Context, r *request, change func(map[string]string) map[string]string) (*Message, error) {
	_, err := a.accounts.ChangeProject(ctx, r.scope, r.project, account.ProjectChange{SettingsChange: account.SettingsChange{Tags: change}})
	return &Message{}, err
}

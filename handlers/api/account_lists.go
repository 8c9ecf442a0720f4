package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models/access"
	"billfold/models/event"
)

func (a *API) registerAccountLists() {
	const one = "/account/{account_id}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: one + "/events", ID: "account-event-list", Noun: accountNoun, Scope: InAccount,
		Summary: "List events of an account", Description: "Every logged change, the newest first."}, "events", a.listAccountEvents)
	registerProjectList(a, Endpoint{Method: http.MethodGet, Path: one + "/projects", ID: "account-projects-list", Noun: accountNoun, Scope: InAccount,
		Summary: "List projects of an account"}, a.listAccountProjects, tail[AccountPath]{"total_project_count", countSchema, a.countAccountProjects})
}

// AccountEvents asks for the events of an account.
type AccountEvents struct {
	AccountPath
	Limit int `query:"limit" minimum:"0" doc:"At most so many; 0 for all"`
}

// AccountEvent is a logged change as an account's list shows it.
type AccountEvent struct {
	AccountID         string    `json:"account_id"`
	ActionDescription string    `json:"action_description"`
	ActionType        string    `json:"action_type" example:"billing_group.created"`
	Actor             string    `json:"actor" doc:"Who made it"`
	ActorUserID       *string   `json:"actor_user_id" doc:"null of tokens, the operator and the product itself"`
	CreateTime        time.Time `json:"create_time"`
	LogEntryID        int64     `json:"log_entry_id"`
	TeamID            *string   `json:"team_id"`
}

func (a *API) listAccountEvents(ctx context.Context, r *request, in *AccountEvents, yield func([]AccountEvent) error) error {
	return a.events.EachOfAccount(ctx, r.scope, firstOf(in.Limit, yield, func(e event.Entry) AccountEvent {
		out := AccountEvent{AccountID: r.scope.AccountID(), ActionDescription: e.Sentence, ActionType: e.Type, Actor: e.ActorName, CreateTime: stamp(e.At), LogEntryID: e.Seq}
		if e.ActorKind == string(access.User) {
			out.ActorUserID = orNull(e.ActorID)
		}
		return out
	}))
}

// firstOf hands rows on as far as a limit, 0 for none.
func firstOf[T, R any](limit int, yield func([]R) error, show func(T) R) func([]T) error {
	left := limit
	return func(part []T) error {
		if limit > 0 && len(part) > left {
			part = part[:left]
		}
		rows := make([]R, len(part))
		for i, one := range part {
			rows[i] = show(one)
		}
		if err := yield(rows); err != nil {
			return err
		}
		if left -= len(part); limit > 0 && left <= 0 {
			return errStopped
		}
		return nil
	}
}

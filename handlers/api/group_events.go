package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models/event"
)

func (a *API) registerGroupEvents() {
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/billing-group/{billing_group_id}/events", ID: "billing-group-event-list", Noun: groupNoun, Scope: InGroup,
		Summary: "List events of a billing group", Description: "Every logged change, the newest first."}, "events", a.listGroupEvents)
}

// GroupEvents asks for the events of a billing group.
type GroupEvents struct {
	GroupPath
	Limit int `query:"limit" minimum:"0" doc:"At most so many; 0 for all"`
}

// Event is a logged change as the contract shows it.
type Event struct {
	Actor          string    `json:"actor" doc:"Who made it"`
	BillingGroupID *string   `json:"billing_group_id"`
	CreateTime     time.Time `json:"create_time"`
	EventDesc      string    `json:"event_desc"`
	EventType      string    `json:"event_type" example:"project.moved"`
	LogEntryID     int64     `json:"log_entry_id"`
	ProjectID      *string   `json:"project_id"`
	ProjectName    *string   `json:"project_name"`
}

func (a *API) listGroupEvents(ctx context.Context, r *request, in *GroupEvents, yield func([]Event) error) error {
	left := in.Limit
	err := a.events.EachOfGroup(ctx, r.scope, event.Filter{}, func(part []event.Entry) error {
		if in.Limit > 0 && len(part) > left {
			part = part[:left]
		}
		rows := make([]Event, len(part))
		for i, e := range part {
			rows[i] = eventOf(e, r.scope.GroupID())
		}
		if err := yield(rows); err != nil {
			return err
		}
		if left -= len(part); in.Limit > 0 && left <= 0 {
			return errStopped
		}
		return nil
	})
	return err
}

// eventOf is an event as a billing group's list shows it. It names a project when it touches one only.
func eventOf(e event.Entry, groupID string) Event {
	out := Event{Actor: e.ActorName, BillingGroupID: orNull(groupID), CreateTime: stamp(e.At), EventDesc: e.Sentence, EventType: e.Type, LogEntryID: e.Seq}
	if projects := e.Of("project"); len(projects) == 1 {
		out.ProjectID, out.ProjectName = orNull(projects[0].ID), orNull(projects[0].Name)
	}
	return out
}

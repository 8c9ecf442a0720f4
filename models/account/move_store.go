package account

import (
	"cmp"
	"context"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
)

// MoveProjects moves 1 to 1,024 projects of the account into a live group of it, all or none. Kinds:
// NotFound (account, a project or the group), Forbidden, Invalid (no or too many projects, no group),
// Conflict (a project is deleted or already there, or the group is deleted: Fields, named by project
// id, say why).
func (s *Store) MoveProjects(ctx context.Context, scope access.Scope, projectIDs []string, targetGroupID string) (Move, error) {
	seen := make([]Seen, len(projectIDs))
	for i, id := range projectIDs {
		seen[i].ProjectID = id
	}
	return s.MoveProjectsSeen(ctx, scope, seen, targetGroupID)
}

// MoveProjectsSeen is MoveProjects for a form that showed which group each project was in: a project
// that is elsewhere by now refuses the move ("web-frontend was moved by Bo Chen a moment ago"). Kinds as
// MoveProjects.
func (s *Store) MoveProjectsSeen(ctx context.Context, scope access.Scope, seen []Seen, targetGroupID string) (Move, error) {
	if err := checkTarget(targetGroupID); err != nil {
		return Move{}, err
	}
	return s.runMove(ctx, scope, steps(seen, targetGroupID), false)
}

// UndoMove moves the projects of a move back to where they came from, as a new move at its own instant.
// Kinds as MoveProjects.
func (s *Store) UndoMove(ctx context.Context, scope access.Scope, m Move) (Move, error) {
	back := make([]step, len(m.Moved))
	for i, p := range m.Moved {
		back[i] = step{p.ProjectID, p.To.ID, p.From.ID}
	}
	return s.runMove(ctx, scope, back, true)
}

// PreviewMove says what MoveProjects would do now, and changes nothing. Kinds as MoveProjects.
func (s *Store) PreviewMove(ctx context.Context, scope access.Scope, projectIDs []string, targetGroupID string) (Move, error) {
	if err := allow(scope, access.Write); err != nil {
		return Move{}, err
	}
	if err := checkTarget(targetGroupID); err != nil {
		return Move{}, err
	}
	wanted := make([]Seen, len(projectIDs))
	for i, id := range projectIDs {
		wanted[i].ProjectID = id
	}
	return planMove(s.db.Read(ctx), scope.AccountID(), steps(wanted, targetGroupID), s.clock.Now())
}

func checkTarget(groupID string) error {
	if groupID == "" {
		return models.Invalidf("group", "Choose a billing group")
	}
	return nil
}

func steps(seen []Seen, target string) []step {
	list := make([]step, len(seen))
	for i, p := range seen {
		list[i] = step{p.ProjectID, p.GroupID, target}
	}
	return list
}

func (s *Store) runMove(ctx context.Context, scope access.Scope, wanted []step, undo bool) (Move, error) {
	if err := allow(scope, access.Write); err != nil {
		return Move{}, err
	}
	var made Move
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		var err error
		made, err = moveTx(tx, scope.Actor(), s.clock.Now(), scope.AccountID(), wanted, undo)
		return err
	})
	return made, err
}

// moveTx plans and makes a move with its event, under the account's Lock.
func moveTx(tx *gorm.DB, actor access.Actor, now time.Time, accountID string, wanted []step, undo bool) (Move, error) {
	m, err := planMove(tx, accountID, wanted, now)
	if err != nil {
		return Move{}, err
	}
	m.Undo = undo
	byTarget := map[string][]string{}
	var ids []string
	for _, p := range m.Moved {
		byTarget[p.To.ID] = append(byTarget[p.To.ID], p.ProjectID)
		ids = append(ids, p.ProjectID)
	}
	if m.At, err = moveInstant(tx, accountID, ids, now); err != nil {
		return Move{}, err
	}
	for _, target := range m.to() {
		if err := assign(tx, accountID, byTarget[target.ID], target.ID, m.At, now); err != nil {
			return Move{}, err
		}
	}
	return m, event.Append(tx, actor, accountID, m.At, moveEvent(m, ids))
}

func moveEvent(m Move, ids []string) event.Event {
	before, after := map[string]string{}, map[string]string{}
	for _, p := range m.Moved {
		before[p.ProjectName], after[p.ProjectName] = p.From.Name, p.To.Name
	}
	var groups []string
	for _, g := range append(m.to(), m.from()...) {
		groups = append(groups, g.ID)
	}
	e := event.Event{Type: eventMoved, Category: event.Projects, Sentence: m.sentence(),
		Before: map[string]any{"billing_groups": before}, After: map[string]any{"billing_groups": after, "at": m.At}, Groups: groups, Projects: ids}
	if m.Undo {
		e.Type = eventUndone
	}
	return e
}

// The types of the events by which a project leaves its group.
const (
	eventMoved   = "project.moved"
	eventUndone  = "project.move_undone"
	eventDeleted = "project.deleted"
)

// planMove loads what the steps name and judges each. Repeated projects count once. Nothing is changed.
func planMove(tx *gorm.DB, accountID string, wanted []step, now time.Time) (Move, error) {
	wanted = slices.Clone(wanted)
	slices.SortStableFunc(wanted, func(a, b step) int { return cmp.Compare(a.projectID, b.projectID) })
	wanted = slices.CompactFunc(wanted, func(a, b step) bool { return a.projectID == b.projectID })
	if err := models.InvalidFields(checkCount(len(wanted))...); err != nil {
		return Move{}, err
	}
	ids := make([]string, len(wanted))
	for i, w := range wanted {
		ids[i] = w.projectID
	}
	projects, err := ProjectsByID(tx, accountID, ids)
	if err != nil {
		return Move{}, err
	}
	if len(projects) != len(wanted) {
		return Move{}, models.NotFoundf("One of the projects was not found")
	}
	known, err := groupsOf(tx, accountID, wanted, projects)
	if err != nil {
		return Move{}, err
	}
	m := Move{At: now}
	var refused []models.Field
	for _, w := range wanted {
		p, target := projects[w.projectID], known[w.to]
		if why := w.judge(p, target.Deleted()); why != moves {
			text, err := refusalText(tx, accountID, why, p, target, now)
			if err != nil {
				return Move{}, err
			}
			refused = append(refused, models.Field{Name: p.ID, Message: text})
			continue
		}
		m.Moved = append(m.Moved, Moved{p.ID, p.Name, known[p.GroupID].Ref(), target.Ref()})
	}
	if len(refused) > 0 {
		return Move{}, &models.Error{Kind: models.Conflict, Message: "No project was moved.", Fields: sortFields(refused)}
	}
	slices.SortFunc(m.Moved, func(a, b Moved) int { return cmp.Compare(NameKey(a.ProjectName), NameKey(b.ProjectName)) })
	return m, nil
}

func sortFields(list []models.Field) []models.Field {
	slices.SortFunc(list, func(a, b models.Field) int { return cmp.Compare(a.Message, b.Message) })
	return list
}

// groupsOf loads the groups that projects are in and go to. Kind: NotFound for a target that is not the account's.
func groupsOf(tx *gorm.DB, accountID string, wanted []step, projects map[string]Project) (map[string]Group, error) {
	var ids []string
	for _, w := range wanted {
		if !models.IsID(w.to) {
			return nil, groupMissing()
		}
		ids = append(ids, w.to, projects[w.projectID].GroupID)
	}
	slices.Sort(ids)
	known := map[string]Group{}
	for part := range slices.Chunk(slices.Compact(ids), 1000) {
		list, err := groupList(groups(tx, accountID).Where("billing_groups.id IN ?", part))
		if err != nil {
			return nil, err
		}
		for _, g := range list {
			known[g.ID] = g
		}
	}
	for _, w := range wanted {
		if known[w.to].ID == "" {
			return nil, groupMissing()
		}
	}
	return known, nil
}

func refusalText(tx *gorm.DB, accountID string, why refusal, p Project, target Group, now time.Time) (string, error) {
	types := map[refusal][]string{refusedDeleted: {eventDeleted}, refusedElsewhere: {eventMoved, eventUndone}}[why]
	var last struct {
		ActorName  string
		OccurredAt time.Time
	}
	if len(types) > 0 {
		err := tx.Raw(`SELECT e.actor_name, e.occurred_at FROM event_subjects s JOIN events e ON e.seq = s.event_seq
			WHERE s.subject_id = ? AND e.account_id = ? AND e.type IN ? ORDER BY s.event_seq DESC LIMIT 1`, p.ID, accountID, types).Scan(&last).Error
		if err != nil {
			return "", err
		}
	}
	return why.wording(p.Name, target.Name, last.ActorName, last.OccurredAt, now), nil
}

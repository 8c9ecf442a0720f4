package usage

import (
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/account"
)

// project is what taking records in needs to know of a project.
type project struct {
	ID         string
	AccountID  string
	Name       string
	NameKey    string
	ExternalID *string
	DeletedAt  *time.Time
}

// owner is who pays for a record: a project, whose group follows from the record's start, or a billing
// group. The zero value is nobody.
type owner struct {
	project   *project
	accountID string
	groupID   string // of a project-less record
}

// id is the id by which the owner enters the content hash.
func (o owner) id() string {
	if o.project != nil {
		return o.project.ID
	}
	return o.groupID
}

// projectID is the project, empty for none.
func (o owner) projectID() string {
	if o.project != nil {
		return o.project.ID
	}
	return ""
}

// references are the different ways in which the records of a batch say who pays: far fewer than records.
type references struct {
	each []*Record // the first record of each, in their order
	of   []int     // place in each, by place of the record
}

func referencesOf(batch []Record) references {
	refs := references{of: make([]int, len(batch))}
	seen := map[[4]string]int{}
	for i := range batch {
		r := &batch[i]
		key := [4]string{r.ProjectID, r.ProjectExternalID, r.Project, r.BillingGroupID}
		n, ok := seen[key]
		if !ok {
			n = len(refs.each)
			seen[key] = n
			refs.each = append(refs.each, r)
		}
		refs.of[i] = n
	}
	return refs
}

// directory holds the projects and groups that the records of a batch may mean.
type directory struct {
	byID       map[string]*project
	byExternal map[string][]*project // one of each account
	byName     map[string]*project   // by account.NameKey; names are unique per installation
	groups     map[string]string     // account by billing group
}

func newDirectory() *directory {
	return &directory{map[string]*project{}, map[string][]*project{}, map[string]*project{}, map[string]string{}}
}

func (d *directory) add(p *project) {
	if d.byID[p.ID] != nil {
		return
	}
	d.byID[p.ID], d.byName[p.NameKey] = p, p
	if p.ExternalID != nil {
		d.byExternal[*p.ExternalID] = append(d.byExternal[*p.ExternalID], p)
	}
}

// find tells who pays for a record: looked up by id, then external id, then name. The name that comes
// with an external id counts only for a project that has none of its own: providers give several sub
// accounts one name. Not found, it says which field to change and why.
func (d *directory) find(r *Record) (owner, *models.Field) {
	switch {
	case r.BillingGroupID != "":
		if in := d.groups[r.BillingGroupID]; in != "" {
			return owner{accountID: in, groupID: r.BillingGroupID}, nil
		}
		return unknown(fieldGroupID, "there is no billing group %s", r.BillingGroupID)
	case r.ProjectID != "":
		if p := d.byID[r.ProjectID]; p != nil {
			return owned(p), nil
		}
		return unknown(fieldProjectID, "there is no project %s", r.ProjectID)
	case r.ProjectExternalID != "":
		field, external := fieldExternalID, strings.TrimSpace(r.ProjectExternalID)
		if o, bad := d.external(field, external); o.project != nil || bad != nil {
			return o, bad
		}
		if p := d.byName[account.NameKey(r.Project)]; p != nil && p.ExternalID == nil && r.Project != "" {
			return owned(p), nil
		}
		if r.Project == "" {
			return unknown(field, "there is no project with the external id %q", external)
		}
		return unknown(field, "there is no project with the external id %q, nor one called %q without an external id", external, r.Project)
	}
	if p := d.byID[r.Project]; p != nil {
		return owned(p), nil
	}
	if o, bad := d.external(fieldProject, strings.TrimSpace(r.Project)); o.project != nil || bad != nil {
		return o, bad
	}
	if p := d.byName[account.NameKey(r.Project)]; p != nil {
		return owned(p), nil
	}
	return unknown(fieldProject, "there is no project %q", r.Project)
}

func (d *directory) external(field, id string) (owner, *models.Field) {
	switch found := d.byExternal[id]; len(found) {
	case 0:
		return owner{}, nil
	case 1:
		return owned(found[0]), nil
	default:
		return unknown(field, "%d accounts have a project with the external id %q; name the account or the project's id", len(found), id)
	}
}

func owned(p *project) owner { return owner{project: p, accountID: p.AccountID} }

func unknown(field, format string, args ...any) (owner, *models.Field) {
	return owner{}, &models.Field{Name: field, Message: fmt.Sprintf(format, args...)}
}

// deletedBefore says why a record of a deleted project is refused, nil when it is not: usage from
// before the deletion is welcome whenever it arrives.
func (o owner) deletedBefore(start time.Time) *models.Field {
	if o.project == nil || o.project.DeletedAt == nil || start.Before(*o.project.DeletedAt) {
		return nil
	}
	return &models.Field{Name: fieldStart, Message: fmt.Sprintf("the project %s was deleted on %s, and this starts later",
		o.project.Name, o.project.DeletedAt.Format(time.RFC3339))}
}

// missingProject is the project that a record which names none that is there asks for; false when it
// names it by an id.
func missingProject(r *Record) (wanted account.NewProject, ok bool) {
	name := r.Project
	if name == "" {
		name = r.ProjectExternalID
	}
	if name == "" || r.ProjectID != "" || r.BillingGroupID != "" {
		return wanted, false
	}
	wanted = account.NewProject{Name: name, ExternalID: r.ProjectExternalID}
	if r.ProjectExternalID != "" {
		wanted.IfTaken = account.BracketedName(name, r.ProjectExternalID)
	}
	return wanted, true
}

// cannotMake says why a missing project is not made.
func cannotMake(name string, missing models.Field, err error) *models.Field {
	var why []string
	if e, ok := models.AsError(err); ok {
		for _, f := range e.Fields {
			why = append(why, f.Message)
		}
	}
	missing.Message = fmt.Sprintf("the project %q cannot be made: %s", name, strings.Join(why, "; "))
	return &missing
}

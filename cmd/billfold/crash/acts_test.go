package crash

import (
	"fmt"
	"net/url"
	"regexp"

	"billfold/views"
)

// morning is what one person does in an account: creates a group with projects in it, creates projects,
// moves, claims, renames and edits. Notes of the account and of what is in it are there before.
func morning(account string) []act {
	alpha, beta := account+" Alpha", account+" Beta"
	first := account + "-1"
	acts := newGroup(alpha, first, account+"-2")
	acts = append(acts,
		newProject(account+"-new-1"),
		claim("Default", "WEB-20", "group"),
		move(account+"-3", "Default", alpha),
		rename(alpha, beta),
		move(account+"-3", beta, "Default"),
		purchaseOrder("Default", "PO-77"),
		newProject(account+"-new-2"),
		claim(beta, "WEB-30", "account"),
		move(account+"-4", "Default", beta),
		move(first, beta, "Default"),
	)
	return append(acts, newGroup(account+" Gamma", account+"-5")...)
}

func (p *person) account() string { return p.notes["account"] }

// group is the id of a group by its name, as the list of groups links it.
func (p *person) group(name string) string {
	if id := p.notes["group "+name]; id != "" {
		return id
	}
	page, err := p.look(views.AccountBillingPath(p.account()))
	if err != nil {
		return "unknown"
	}
	link := regexp.MustCompile(`href="/billing-groups/([0-9a-f-]{36})[^>]*>` + regexp.QuoteMeta(name) + `<`).FindStringSubmatch(page)
	if link == nil {
		return "unknown"
	}
	p.notes["group "+name] = link[1]
	return link[1]
}

func (p *person) project(name string) string { return p.notes["project "+name] }

// newGroup is the four steps of creating a group.
func newGroup(name string, projects ...string) []act {
	step := func(what string, page func(account, draft string) string, fill func(p *person) url.Values) act {
		return act{name: what + " of " + name, fill: fill,
			page: func(p *person) string { return page(p.account(), p.notes["draft"]) },
			then: func(p *person, location string) { p.notes["draft"] = draftOf(location) }}
	}
	nothing := func(*person) url.Values { return nil }
	create := step("summary", views.NewGroupSummaryPath, nothing)
	create.there = func(p *person) (string, string) { return views.AccountBillingPath(p.account()), ">" + name + "<" }
	create.then = func(p *person, _ string) { p.notes["draft"] = "" }
	return []act{
		step("name", func(account, _ string) string { return views.NewGroupPath(account, "") }, func(*person) url.Values { return url.Values{"name": {name}} }),
		step("details", views.NewGroupDetailsPath, func(*person) url.Values {
			return url.Values{"company": {name + " Oy"}, "address_line1": {"Tie 1"}, "city": {"Espoo"}, "postal_code": {"02100"}, "country": {"FI"}, "currency": {"EUR"}}
		}),
		step("projects", views.NewGroupProjectsPath, func(p *person) url.Values {
			v := url.Values{}
			for _, name := range projects {
				v.Add("projects", p.project(name))
			}
			return v
		}),
		create,
	}
}

func newProject(name string) act {
	return act{name: "create project " + name,
		page: func(p *person) string { return views.NewProjectPath(p.account()) },
		fill: func(*person) url.Values { return url.Values{"name": {name}} },
		there: func(p *person) (string, string) {
			return views.WithQuery(views.AccountPath(p.account()), "q", name), name + "<"
		}}
}

func move(project, from, to string) act {
	return act{name: fmt.Sprintf("move %s from %s to %s", project, from, to),
		page: func(p *person) string { return views.MoveProjectsPath(p.group(from), p.project(project)) },
		fill: func(p *person) url.Values { return url.Values{"group": {p.group(to)}} },
		there: func(p *person) (string, string) { // the tab of a group lists projects that have left it too
			return views.MoveProjectsPath(p.group(from), p.project(project)), "There is no project to move."
		}}
}

func claim(group, code, use string) act {
	return act{name: "claim " + code,
		page:  func(p *person) string { return views.NewCreditPath(p.group(group)) },
		fill:  func(*person) url.Values { return url.Values{"code": {code}, "use_for": {use}} },
		there: func(p *person) (string, string) { return views.CreditsPath(p.group(group)), code }}
}

func rename(group, to string) act {
	return act{name: "rename " + group,
		page:  func(p *person) string { return views.GroupRenamePath(p.group(group)) },
		fill:  func(*person) url.Values { return url.Values{"name": {to}} },
		there: func(p *person) (string, string) { return views.AccountBillingPath(p.account()), ">" + to + "<" },
		then:  func(p *person, _ string) { p.notes["group "+to] = p.group(group) }}
}

func purchaseOrder(group, number string) act {
	return act{name: "purchase order of " + group,
		page:  func(p *person) string { return views.EditDetailsPath(p.group(group)) },
		fill:  func(*person) url.Values { return url.Values{"purchase_order": {number}} },
		there: func(p *person) (string, string) { return views.BillingInformationPath(p.group(group)), number }}
}

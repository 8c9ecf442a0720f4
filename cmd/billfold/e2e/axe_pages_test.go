package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"billfold/handlers"
)

// state is a page in a certain state: where it is, and what to do there first. {words} in a path stand
// for ids of the demo.
type pageState struct {
	name, path string
	do         func(p *Page)
}

// pageStates are all pages of the console that the demo's user reaches, in the states that look different.
var pageStates = []pageState{
	{name: "accounts", path: "/accounts"},
	{name: "accounts, nothing matches", path: "/accounts?q=zzzz"},
	{name: "switcher open", path: "/projects/{project}", do: func(p *Page) { p.Click("Current project: web-frontend, Acme Cloud") }},
	{name: "own menu open", path: "/help", do: func(p *Page) { p.Click("Your menu: Ana Lima") }},
	{name: "account as viewer", path: "/accounts/{cirrus}"},
	{name: "billing as viewer", path: "/accounts/{cirrus}/billing"},
	{name: "billing", path: "/accounts/{acme}/billing"},
	{name: "billing, a row's menu open", path: "/accounts/{acme}/billing", do: func(p *Page) { p.Click("Actions for Research") }},
	{name: "deleted groups", path: "/accounts/{acme}/billing/deleted"},
	{name: "choose a group to assign to", path: "/accounts/{acme}/billing/assign"},
	{name: "settings", path: "/accounts/{acme}/settings"},
	{name: "settings as viewer", path: "/accounts/{cirrus}/settings"},
	{name: "own tokens, none yet", path: "/me/tokens"},
	{name: "create a token", path: "/me/tokens/new"},
	{name: "create a token, refused", path: "/me/tokens/new", do: func(p *Page) { p.Check("On a day"); press("Create API token")(p) }},
	{name: "token made", path: "/me/tokens/new", do: makeToken("Report", "API token created")},
	{name: "own tokens", path: "/me/tokens/new", do: makeToken("Exporter", "API tokens")},
	{name: "revoke a token", path: "/me/tokens/{token}/revoke", do: makeToken("Old exporter", "Revoke API token?")},
	{name: "application tokens", path: "/accounts/{acme}/tokens"},
	{name: "create an application token", path: "/accounts/{acme}/tokens/new"},
	{name: "revoke an application token", path: "/accounts/{acme}/tokens/{token}/revoke", do: makeToken("Meter", "Revoke API token?")},
	{name: "the API", path: "/help/api"},
	{name: "the API's billing groups", path: "/help/api/billing-groups"},
	{name: "create a group", path: "/accounts/{acme}/billing/new", do: wizard("")},
	{name: "create a group, no name", path: "/accounts/{acme}/billing/new", do: press("Continue")},
	{name: "create a group, step 2", path: "/accounts/{acme}/billing/new", do: wizard("details")},
	{name: "create a group, step 2 refused", path: "/accounts/{acme}/billing/new", do: wizard("refused")},
	{name: "create a group, step 3", path: "/accounts/{acme}/billing/new", do: wizard("projects")},
	{name: "create a group, step 4", path: "/accounts/{acme}/billing/new", do: wizard("summary")},
	{name: "create a project", path: "/accounts/{acme}/projects/new"},
	{name: "create a project, refused", path: "/accounts/{acme}/projects/new", do: press("Create project")},
	{name: "project", path: "/projects/{project}"},
	{name: "rename a project", path: "/projects/{project}/rename"},
	{name: "rename a project, refused", path: "/projects/{project}/rename", do: func(p *Page) { p.Fill("Project name", ""); p.ClickRole("button", "Rename project") }},
	{name: "delete a project", path: "/projects/{project}/delete"},
	{name: "overview", path: "/billing-groups/{primary}"},
	{name: "overview, menu open", path: "/billing-groups/{research}", do: func(p *Page) { p.ClickRole("DisclosureTriangle", "Actions") }},
	{name: "overview of an empty group", path: "/billing-groups/{sandbox}"},
	{name: "overview as viewer", path: "/billing-groups/{theirs}"},
	{name: "projects", path: "/billing-groups/{primary}/projects", do: func(p *Page) { p.Check("Select identity") }},
	{name: "projects, none chosen", path: "/billing-groups/{research}/projects", do: press("Move selected projects")},
	{name: "projects of an empty group", path: "/billing-groups/{sandbox}/projects"},
	{name: "projects, nothing matches", path: "/billing-groups/{primary}/projects?q=zzzz"},
	{name: "projects as viewer", path: "/billing-groups/{theirs}/projects"},
	{name: "assign projects", path: "/billing-groups/{sandbox}/projects/assign"},
	{name: "assign projects, none chosen", path: "/billing-groups/{sandbox}/projects/assign", do: func(p *Page) { p.Click(p.menu("Assign")) }},
	{name: "move projects", path: "/billing-groups/{research}/projects/move?all=true", do: func(p *Page) { p.Check("Data platform US") }},
	{name: "move projects, no group chosen", path: "/billing-groups/{research}/projects/move?ids={vision}", do: press("Move 1 project")},
	{name: "invoices", path: "/billing-groups/{primary}/invoices"},
	{name: "invoices, overdue", path: "/billing-groups/{demos}/invoices"},
	{name: "invoices, nothing matches", path: "/billing-groups/{primary}/invoices?status=waived"},
	{name: "invoices of an empty group", path: "/billing-groups/{sandbox}/invoices"},
	{name: "invoice", path: "/billing-groups/{primary}/invoices/{invoice}"},
	{name: "invoice by service", path: "/billing-groups/{primary}/invoices/{invoice}?by=service"},
	{name: "estimate", path: "/billing-groups/{us}/invoices/estimate-2026-11"},
	{name: "usage records of a line", path: "/billing-groups/{primary}/invoices/{invoice}/lines/{line}"},
	{name: "how a credit came about", path: "/billing-groups/{credited}/invoices/{creditedInvoice}/credits/{used}"},
	{name: "how a credit of an estimate came about", path: "/billing-groups/{primary}/invoices/estimate-2026-11/credits/{claim}"},
	{name: "how a tax came about", path: "/billing-groups/{primary}/invoices/{invoice}/taxes/1"},
	{name: "how reverse charge came about", path: "/billing-groups/{research}/invoices/estimate-2026-11/taxes/1"},
	{name: "how a subtotal came about", path: "/billing-groups/{us}/invoices/estimate-2026-11/subtotal"},
	{name: "credits", path: "/billing-groups/{primary}/credits"},
	{name: "credits of an empty group", path: "/billing-groups/{sandbox}/credits"},
	{name: "add a code", path: "/billing-groups/{primary}/credits/new"},
	{name: "add a code, refused", path: "/billing-groups/{primary}/credits/new", do: press("Add credit code")},
	{name: "change the use of a credit", path: "/billing-groups/{primary}/credits/{claim}/use"},
	{name: "events", path: "/billing-groups/{primary}/events", do: func(p *Page) {
		value[bool](p, "document.querySelectorAll('#events details').forEach(d => d.open = true) || true")
	}},
	{name: "events, nothing matches", path: "/billing-groups/{primary}/events?from=2020-01-01&to=2020-01-02"},
	{name: "events as viewer", path: "/billing-groups/{theirs}/events"},
	{name: "billing information", path: "/billing-groups/{primary}/billing-information"},
	{name: "billing information as viewer", path: "/billing-groups/{theirs}/billing-information"},
	{name: "edit billing details", path: "/billing-groups/{us}/billing-information/edit"},
	{name: "edit billing details, refused", path: "/billing-groups/{primary}/billing-information/edit", do: func(p *Page) {
		p.Fill("Company", "")
		p.Fill("VAT ID (optional)", "XX1")
		p.ClickRole("button", "Save billing details")
	}},
	{name: "edit billing details, another country", path: "/billing-groups/{primary}/billing-information/edit", do: func(p *Page) {
		p.Select("Country", "United States")
		p.Sees("ZIP code")
	}},
	{name: "edit billing details, address not finished", path: "/billing-groups/{sandbox}/billing-information/edit", do: func(p *Page) {
		p.Select("Country", "Canada")
		p.Sees("Province or territory")
		p.Fill("Address line 1", "1 Main Street")
		p.ClickRole("button", "Save billing details")
	}},
	{name: "edit billing details, filled from another group", path: "/billing-groups/{sandbox}/billing-information/edit", do: func(p *Page) {
		p.Select("Copy details from", "Research")
		p.ClickRole("button", "Copy details")
		p.Sees("Filled in from Research. Nothing is saved yet.")
	}},
	{name: "edit emails", path: "/billing-groups/{primary}/emails/edit", do: func(p *Page) { p.In("#f-invoice_emails").ClickRole("button", "Add another email") }},
	{name: "edit emails, refused", path: "/billing-groups/{primary}/emails/edit", do: func(p *Page) {
		p.Fill("Invoice email 1", "nobody")
		p.ClickRole("button", "Save emails")
	}},
	{name: "payment method", path: "/billing-groups/{primary}/payment-method"},
	{name: "payment method saved", path: "/billing-groups/{sandbox}/payment-method", do: press("Save payment method")},
	{name: "payment methods", path: "/accounts/{acme}/payment-methods"},
	{name: "payment methods as viewer", path: "/accounts/{cirrus}/payment-methods"},
	{name: "replace a card", path: "/accounts/{acme}/payment-methods/{card}/replace"},
	{name: "remove a card, in use", path: "/accounts/{acme}/payment-methods/{card}/remove"},
	{name: "sandbox, add a card", path: "/accounts/{acme}/payment-methods", do: press("Add a card")},
	{name: "sandbox, add a card refused", path: "/accounts/{acme}/payment-methods", do: func(p *Page) {
		p.ClickRole("button", "Add a card")
		p.Check("Visa ending 0002")
		p.ClickRole("button", "Add card")
		p.Sees("There is a problem")
	}},
	{name: "email a copy", path: "/billing-groups/{primary}/invoices/{invoice}/email"},
	{name: "email a copy refused", path: "/billing-groups/{primary}/invoices/{invoice}/email", do: press("Email a copy")},
	{name: "pay an invoice", path: "/billing-groups/{us}/invoices/{failed}/pay"},
	{name: "pay a paid invoice", path: "/billing-groups/{primary}/invoices/{invoice}/pay"},
	{name: "sandbox, pay", path: "/billing-groups/{us}/invoices/{failed}/pay", do: func(p *Page) { p.ClickRole("button", p.menu("Pay $")); p.Sees("Pay with a test card") }},
	// Another invoice than above: both windows are at work at once.
	{name: "sandbox, confirm", path: "/billing-groups/{research}/invoices/{due}/pay", do: func(p *Page) {
		p.ClickRole("button", p.menu("Pay €"))
		p.Check("Visa ending 3184")
		p.ClickRole("button", p.menu("Pay €"))
		p.Sees("Your bank asks you to confirm")
	}},
	{name: "rename a group", path: "/billing-groups/{research}/rename"},
	{name: "rename a group, refused", path: "/billing-groups/{research}/rename", do: func(p *Page) { p.Fill("Name", "Sandbox"); p.ClickRole("button", "Rename billing group") }},
	{name: "delete a group, allowed", path: "/billing-groups/{sandbox}/delete"},
	{name: "delete a group, refused", path: "/billing-groups/{research}/delete"},
	{name: "delete the primary group", path: "/billing-groups/{primary}/delete"},
	{name: "make primary", path: "/billing-groups/{research}/primary"},
	{name: "make the primary group primary", path: "/billing-groups/{primary}/primary"},
	{name: "not found", path: "/accounts/00000000-0000-7000-8000-000000000000"},
	{name: "not allowed", path: "/accounts/{cirrus}/billing/new"},
	{name: "help", path: "/help"},
	{name: "search", path: "/go?q=web"},
	{name: "search, nothing found", path: "/go?q=zzzz"},
}

// signedOut are the pages for who is not signed in.
var signedOut = []pageState{
	{name: "sign in", path: "/sign-in"},
	{name: "sign in, refused", path: "/sign-in", do: func(p *Page) {
		p.Fill("Email address", "nobody@acme.example")
		p.Fill("Password", "x")
		p.ClickRole("button", "Sign in")
	}},
	{name: "help, signed out", path: "/help"},
	{name: "the API, signed out", path: "/help/api"},
}

func press(button string) func(p *Page) {
	return func(p *Page) { p.In("main").ClickRole("button", button) }
}

// makeToken makes a token in the list that the page's address belongs to, and goes on to a page with a heading.
func makeToken(name, to string) func(p *Page) {
	return func(p *Page) {
		list, _, _ := strings.Cut(p.Path(), "/tokens")
		p.Goto(list + "/tokens/new")
		p.Fill("Name", name)
		p.ClickRole("button", "Create API token")
		p.Sees("It is shown only this once")
		if to == "API token created" {
			return
		}
		p.ClickRole("link", "Done, I have copied it")
		p.Sees("Begins with")
		if to == "API tokens" {
			return
		}
		p.ClickRole("link", "Revoke "+name)
		p.Sees(to)
	}
}

// menu is the accessible name of the menu or button that begins so.
func (p *Page) menu(prefix string) string {
	p.t.Helper()
	for _, name := range slices.Concat(p.Names("DisclosureTriangle"), p.Names("button")) {
		if strings.HasPrefix(name, prefix) {
			return name
		}
	}
	p.t.Fatalf("no button begins with %q", prefix)
	return ""
}

// wizard goes to a step of creating a group.
func wizard(to string) func(p *Page) {
	return func(p *Page) {
		if to == "" {
			return
		}
		p.Fill("Name", "For "+to)
		p.ClickRole("button", "Continue")
		if to == "details" {
			return
		}
		if to == "refused" {
			p.Fill("VAT ID (optional)", "XX1")
			p.ClickRole("button", "Continue")
			return
		}
		p.Select("Copy details from", "Research")
		p.ClickRole("button", "Copy details")
		p.ClickRole("button", "Continue")
		if to == "projects" {
			return
		}
		p.Check("identity")
		p.ClickRole("button", "Continue")
		p.Sees("1 project will move")
	}
}

// without are the routes that are no pages: files, probes, and a redirect.
var without = []string{"/", "/healthz", "/readyz", "/billing-groups/:group/events.csv", "/billing-groups/:group/invoices/:file/all.zip",
	"/billing-groups/:group/invoices/:file/lines/:line/records.csv", "/accounts/:account/payment-methods/added/:setup", "/billing-groups/:group/invoices/:file/pay/done",
	"/billing-groups/:group/invoices/:file/receipt.pdf", "/billing-groups/:group/invoices/:file/receipts/:payment"}

// TestAxe looks at every page of the route table.
func TestAxe(t *testing.T) {
	database := demoCopy(t)
	one := func(query string) string { return ids(t, database, query)[0] }
	group := func(name string) string { return one("SELECT id FROM billing_groups WHERE name = '" + name + "'") }
	places := []string{
		"{acme}", one("SELECT id FROM accounts WHERE name = 'Acme Cloud'"), "{cirrus}", one("SELECT id FROM accounts WHERE name = 'Cirrus Labs'"),
		"{primary}", group(primary), "{research}", group("Research"), "{sandbox}", group("Sandbox"), "{demos}", group("Customer demos"), "{us}", group("Data platform US"),
		"{theirs}", one("SELECT g.id FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE a.name = 'Cirrus Labs'"),
		"{project}", one("SELECT id FROM projects WHERE name = 'web-frontend'"), "{vision}", one("SELECT id FROM projects WHERE name = 'vision-models'"),
		"{claim}", one("SELECT c.id FROM credit_claims c JOIN credits k ON k.id = c.credit_id WHERE k.code = 'SNEAKY-CRAB'"),
	}
	invoice := one("SELECT i.number FROM invoices i JOIN billing_groups g ON g.id = i.group_id WHERE g.name = '" + primary + "' AND i.number IS NOT NULL ORDER BY i.number DESC")
	places = append(places, "{invoice}", invoice, "{line}", one("SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number = '"+invoice+"'"))
	places = append(places, "{card}", one("SELECT id FROM payment_methods WHERE last4 = '4242'"), "{failed}", one("SELECT number FROM invoices WHERE state = 'payment_failed'"),
		"{due}", one("SELECT i.number FROM invoices i JOIN billing_groups g ON g.id = i.group_id WHERE g.name = 'Research' AND i.state = 'issued'"))
	const used = " FROM credit_uses u JOIN invoices i ON i.id = u.invoice_id JOIN credit_claims c ON c.id = u.claim_id JOIN credits k ON k.id = c.credit_id WHERE k.code = 'SPRING-RESEARCH'"
	places = append(places, "{token}", "00000000-0000-7000-8000-000000000000") // the steps make one and go there
	places = append(places, "{credited}", one("SELECT i.group_id"+used), "{creditedInvoice}", one("SELECT i.number"+used), "{used}", one("SELECT u.claim_id"+used))
	where := strings.NewReplacer(places...)
	t.Run("every route", func(t *testing.T) { everyRoute(t) })
	const windows = 2 // side by side
	base := ""
	t.Run("pages", func(t *testing.T) {
		base = Serve(t, database).URL
		t.Run("window", func(t *testing.T) {
			for n := range windows {
				t.Run("", func(t *testing.T) {
					t.Parallel()
					p := Open(t, base, Options{})
					if n == 0 {
						p.all(signedOut, where)
					}
					p.Goto("/sign-in")
					p.Fill("Email address", DemoUser)
					p.Fill("Password", DemoPassword)
					p.ClickRole("button", "Sign in")
					var mine []pageState
					for i, s := range pageStates {
						if i%windows == n {
							mine = append(mine, s)
						}
					}
					p.all(mine, where)
				})
			}
		})
	})
}

func (p *Page) all(states []pageState, where *strings.Replacer) {
	p.t.Helper()
	for _, s := range states {
		p.Goto(where.Replace(s.path))
		if s.do != nil {
			s.do(p)
		}
		p.audit(s.name)
		p.Screenshot("axe " + s.name)
	}
}

// everyRoute fails when a page of the route table is not among those looked at.
func everyRoute(t *testing.T) {
	for _, r := range handlers.Routes(handlers.Deps{}) {
		if r.Method != http.MethodGet || slices.Contains(without, r.Path) {
			continue
		}
		if !slices.ContainsFunc(slices.Concat(signedOut, pageStates), func(s pageState) bool { return isAt(s, r.Path) }) {
			t.Errorf("nobody looks at %s", r.Path)
		}
	}
}

// isAt says whether a state's address, or the one that its steps lead to, is of the route.
func isAt(s pageState, route string) bool {
	path, _, _ := strings.Cut(s.path, "?")
	if step, ok := strings.CutPrefix(s.name, "create a group, step "); ok {
		path += []string{"", "/details", "/projects", "/summary"}[strings.IndexByte("1234", step[0])]
	}
	is, parts := strings.Split(path, "/"), strings.Split(route, "/")
	return len(is) == len(parts) && !slices.ContainsFunc(parts, func(part string) bool {
		i := slices.Index(parts, part)
		return is[i] != part && (!strings.HasPrefix(part, ":") || is[i] == "")
	})
}

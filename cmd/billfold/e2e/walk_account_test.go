package e2e

import (
	"fmt"
	"slices"
	"strings"
)

// The billing group that the journey makes, and the projects that it takes along.
const (
	trial    = "Field trials"
	renamed  = "Field work"
	primary  = "Engineering production"
	moveRule = "Usage before 22 Nov 2026 14:05 UTC stays on the November invoice of "
)

var taken = []string{"audit-log", "checkout-api"}

var signInSteps = []step{
	{name: "the door", title: "Sign in – Billfold", loaded: true, do: func(w *walk) {
		if status := w.Goto("/accounts"); status != 200 || !strings.HasPrefix(w.Path(), "/sign-in") {
			w.t.Fatalf("without a session %d at %s", status, w.Path())
		}
	}},
	{name: "a wrong password", title: "Error: Sign in – Billfold", do: func(w *walk) {
		w.Fill("Email address", DemoUser)
		w.Fill("Password", "not the password")
		w.ClickRole("button", "Sign in")
		w.Sees("Email address or password is wrong")
		if got := w.Value("Email address"); got != DemoUser {
			w.t.Errorf("the email address is now %q", got)
		}
		if got := w.Value("Password"); got != "" {
			w.t.Error("the wrong password is sent back")
		}
	}},
	{name: "sign in", title: "Projects & Accounts – Billfold", do: func(w *walk) {
		w.Fill("Password", DemoPassword)
		w.ClickRole("button", "Sign in")
		w.AtPath("/accounts")
	}},
	{name: "a project", title: "web-frontend – Billfold", do: func(w *walk) {
		w.Fill("Search projects", "web-front")
		w.filtered()
		w.until("one project", func() bool { return w.count() == 1 })
		w.In("#projects").ClickRole("link", "web-frontend")
		w.heading("web-frontend")
	}},
	{name: "see all projects & accounts", title: "Projects & Accounts – Billfold", do: func(w *walk) {
		w.Click("Current project: web-frontend, Acme Cloud")
		w.ClickRole("link", "See all projects & accounts")
		w.heading("Projects & Accounts")
	}},
	{name: "the account", title: "Projects – Acme Cloud – Billfold", do: func(w *walk) {
		w.In("#accounts").ClickRole("link", "Acme Cloud")
		w.heading("Acme Cloud")
	}},
	{name: "its billing tab", title: "Billing – Acme Cloud – Billfold", do: func(w *walk) {
		w.tab("Billing")
		w.Sees("A billing group collects the costs of one or more projects on one monthly invoice.")
	}},
}

var createSteps = []step{
	{name: "create a group without a name", title: "Error: Step 1 of 4: Name – Acme Cloud – Billfold", do: func(w *walk) {
		w.Click("Create billing group")
		w.ClickRole("button", "Continue")
		w.refused("Enter a name")
	}},
	{name: "a name that is taken", title: "Error: Step 1 of 4: Name – Acme Cloud – Billfold", do: func(w *walk) {
		w.Fill("Name", "research")
		w.ClickRole("button", "Continue")
		w.refused("Acme Cloud already has a billing group called Research")
		if got := w.Value("Name"); got != "research" {
			w.t.Errorf("the name is now %q", got)
		}
	}},
	{name: "step 1", title: "Step 2 of 4: Billing details – Acme Cloud – Billfold", do: func(w *walk) {
		w.Fill("Name", "Trials")
		w.ClickRole("button", "Continue")
		w.Sees("Step 2 of 4: Billing details")
	}},
	{name: "copy details", title: "Step 2 of 4: Billing details – Acme Cloud – Billfold", do: func(w *walk) {
		w.Select("Copy details from", "Research")
		w.ClickRole("button", "Copy details")
		w.until("the copied company", func() bool { return w.Value("Company (optional)") == "Acme Research GmbH" })
		if got := w.Value("VAT ID (optional)"); got != "DE136695976" {
			w.t.Errorf("the VAT ID is %q", got)
		}
	}},
	{name: "step 2", title: "Step 3 of 4: Projects – Acme Cloud – Billfold", do: func(w *walk) {
		w.Fill("Purchase order number (optional)", "PO-77")
		w.Check("Bank transfer, 30 days")
		w.ClickRole("button", "Continue")
		w.Sees("Step 3 of 4: Projects")
	}},
	{name: "step 3", title: "Step 4 of 4: Summary – Acme Cloud – Billfold", do: func(w *walk) {
		for _, name := range taken {
			w.Check(name)
		}
		w.ClickRole("button", "Continue")
		w.Sees("2 projects will move")
	}},
	{name: "change the name from the summary", title: "Step 4 of 4: Summary – Acme Cloud – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Change name")
		if got := w.Value("Name"); got != "Trials" {
			w.t.Errorf("the name is %q", got)
		}
		w.Fill("Name", trial)
		w.ClickRole("button", "Continue")
		for _, words := range []string{"2 projects will move", trial, "Acme Research GmbH", "PO-77", "DE136695976", taken[0] + ", now in " + primary} {
			w.Sees(words)
		}
	}},
	{name: "create", title: "Overview – " + trial + " – Billfold", do: func(w *walk) {
		w.ClickRole("button", "Create billing group")
		w.flash("Billing group " + trial + " created. 2 projects assigned.")
		w.heading(trial)
		w.Sees("EUR, Bank transfer, 30 days, 2 projects")
		w.notes["group"] = w.Path()
	}},
}

// groupSteps visit the tabs of the new group and move its projects.
var groupSteps = slices.Concat(
	tabSteps(trial),
	[]step{
		{name: "choose nothing to move", title: "Error: Move projects – " + trial + " – Billfold", do: func(w *walk) {
			w.tab("Projects (2)")
			w.ClickRole("button", "Move selected projects")
			w.until("the error", func() bool { return slices.Equal(w.Texts("#errors li"), []string{"Choose at least one project"}) })
		}},
		{name: "choose projects to move", title: "Move projects – " + trial + " – Billfold", do: func(w *walk) {
			w.ClickRole("link", "Choose projects in the list")
			for _, name := range taken {
				w.Check("Select " + name)
			}
			if w.scripts {
				w.Sees("2 selected")
			}
			w.ClickRole("button", "Move selected projects")
			w.Sees("Move 2 projects to")
		}},
		{name: "say what a move does", title: "Move projects – " + trial + " – Billfold", do: func(w *walk) {
			w.Check(primary + " (primary)")
			if !w.scripts {
				w.ClickRole("button", "Show what this does")
			}
			w.Sees("From now on their usage is billed to " + primary + " in EUR. " + moveRule + trial + ".")
		}},
		{name: "move", title: "Projects – " + trial + " – Billfold", do: func(w *walk) {
			w.ClickRole("button", "Move 2 projects")
			w.flash("2 projects moved to " + primary + ". From now on their usage is billed to " + primary + " in EUR. " + moveRule + trial + ". Go to " + primary)
			w.Sees("0 projects")
		}},
		{name: "undo", title: "Projects – " + trial + " – Billfold", do: func(w *walk) {
			w.ClickRole("button", "Undo")
			w.flash("2 projects moved back. From now on their usage is billed to " + trial + " in EUR. " + moveRule + primary + ".")
			for _, name := range taken {
				if !w.Has("link", name) {
					w.t.Errorf("%s is not back", name)
				}
			}
		}},
		{name: "make primary", title: "Overview – " + trial + " – Billfold", do: func(w *walk) {
			w.action("Make primary")
			w.heading("Make " + trial + " the primary billing group?")
			w.Sees("New projects in Acme Cloud are assigned to it unless you choose another one. Existing projects stay where they are. It replaces " + primary + ".")
			w.ClickRole("button", "Make primary")
			w.flash(trial + " is now the primary billing group of Acme Cloud.")
			if got := w.Texts("h1"); !slices.Equal(got, []string{trial + " Primary"}) {
				w.t.Errorf("the heading is %q", got)
			}
		}},
		{name: "the primary group is not deleted", title: "Make another group primary first – " + trial + " – Billfold", do: func(w *walk) {
			w.ClickRole("DisclosureTriangle", "Actions")
			w.Click(w.named("link", "Delete"))
			w.Sees("This is the primary billing group of Acme Cloud. Make another group primary first.")
		}},
		{name: "the other one is primary again", title: "Overview – " + primary + " – Billfold", do: func(w *walk) {
			w.Goto(w.notes["group"])
			w.In("nav.crumbs").ClickRole("link", "Billing")
			w.Click("Actions for " + primary)
			w.ClickRole("link", "Make primary")
			w.heading("Make " + primary + " the primary billing group?")
			w.ClickRole("button", "Make primary")
			w.flash(primary + " is now the primary billing group of Acme Cloud.")
		}},
		{name: "rename to a name that is taken", title: "Error: Rename billing group – " + trial + " – Billfold", do: func(w *walk) {
			w.Goto(w.notes["group"])
			w.action("Rename")
			w.heading("Rename billing group")
			w.Fill("Name", "Sandbox")
			w.ClickRole("button", "Rename billing group")
			w.refused("Acme Cloud already has a billing group called Sandbox")
		}},
		{name: "rename", title: "Overview – " + renamed + " – Billfold", do: func(w *walk) {
			w.Fill("Name", renamed)
			w.ClickRole("button", "Rename billing group")
			w.heading(renamed)
			w.AtPath(w.notes["group"])
		}},
	})

// tabSteps visit the six tabs of a billing group.
func tabSteps(group string) []step {
	var steps []step
	for _, tab := range []struct{ link, title, words string }{
		{"Projects (2)", "Projects", taken[0]},
		{"Invoices", "Invoices", "No invoices yet. The first invoice is issued on 1 Dec 2026 for November"},
		{"Credits", "Credits", "Add credit code"},
		{"Events", "Events", "Created the billing group"},
		{"Billing information", "Billing information", "Acme Research GmbH"},
		{"Overview", "Overview", "Assigned projects"},
	} {
		steps = append(steps, step{name: "tab " + tab.title, title: fmt.Sprintf("%s – %s – Billfold", tab.title, group), do: func(w *walk) {
			w.tab(tab.link)
			w.Sees(tab.words)
			if got := w.Texts("h2[data-focus]"); !slices.Equal(got, []string{tab.title}) {
				w.t.Errorf("the heading of the tab is %q", got)
			}
			if got := w.focused(); w.scripts && got != tab.title {
				w.t.Errorf("the focus is on %q, not on the tab's heading", got)
			}
		}})
	}
	return steps
}

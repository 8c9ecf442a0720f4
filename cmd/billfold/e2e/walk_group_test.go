package e2e

import (
	"slices"
	"strings"
)

var deleteSteps = []step{
	{name: "delete a group with projects", title: "Move the projects out first – " + renamed + " – Billfold", do: func(w *walk) {
		w.ClickRole("DisclosureTriangle", "Actions")
		w.Click("Delete Move all projects out first.")
		w.heading("Move the projects out first")
		w.Sees(renamed + " has 2 projects. You can delete a billing group once it has none.")
		if w.Has("button", "Delete billing group") {
			w.t.Error("the page offers to delete the group")
		}
	}},
	{name: "move all projects", title: "Projects – " + renamed + " – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Move all projects")
		w.Check(primary + " (primary)")
		w.ClickRole("button", "Move 2 projects")
		w.flash("2 projects moved to " + primary + ". From now on their usage is billed to " + primary + " in EUR. " + moveRule + renamed + ". Go to " + primary)
	}},
	{name: "keep it", title: "Overview – " + renamed + " – Billfold", do: func(w *walk) {
		w.action("Delete")
		w.heading("Delete " + renamed + "?")
		w.Sees("It has no projects.")
		w.ClickRole("link", "Keep it")
		w.heading(renamed)
	}},
	{name: "delete", title: "Billing – Acme Cloud – Billfold", do: func(w *walk) {
		w.action("Delete")
		w.ClickRole("button", "Delete billing group")
		w.flash("Billing group " + renamed + " deleted.")
		if w.In("#groups").Has("link", renamed) {
			w.t.Error("the group is still in the list")
		}
	}},
	{name: "deleted groups", title: "Deleted billing groups – Acme Cloud – Billfold", do: func(w *walk) {
		w.Click(w.named("link", "Deleted billing groups"))
		w.Sees(renamed)
	}},
}

var projectSteps = []step{
	{name: "a project's name is taken", title: "Error: Create project – Acme Cloud – Billfold", do: func(w *walk) {
		w.In("nav.crumbs").ClickRole("link", "Acme Cloud")
		w.In("main").ClickRole("link", "Create project")
		w.Fill("Project name", "Web-Frontend")
		w.Fill("External ID (optional)", "ext-77")
		w.ClickRole("button", "Create project")
		w.refused("There is already a project called Web-Frontend")
		if name, id := w.Value("Project name"), w.Value("External ID (optional)"); name != "Web-Frontend" || id != "ext-77" {
			w.t.Errorf("the form now has %q and %q", name, id)
		}
	}},
	{name: "create a project", title: "walk-one – Billfold", do: func(w *walk) {
		w.Fill("Project name", "walk-one")
		w.ClickRole("button", "Create project")
		w.flash("Project walk-one created.")
		w.heading("walk-one")
		w.Sees(primary)
	}},
	{name: "rename the project", title: "walk-two – Billfold", do: func(w *walk) {
		w.action("Rename")
		w.Fill("Project name", "walk-two")
		w.ClickRole("button", "Rename project")
		w.heading("walk-two")
	}},
	{name: "delete the project", title: "Projects – Acme Cloud – Billfold", do: func(w *walk) {
		w.action("Delete")
		w.heading("Delete walk-two?")
		w.ClickRole("button", "Delete project")
		w.flash("Project walk-two deleted.")
		if w.In("#projects").Has("link", "walk-two") {
			w.t.Error("the project is still in the list")
		}
	}},
}

var creditSteps = []step{
	{name: "credits of a group", title: "Credits – Research – Billfold", do: func(w *walk) {
		w.tab("Billing")
		w.In("#groups").ClickRole("link", "Research")
		w.notes["research"] = w.Path()
		w.tab("Credits")
		w.Sees("Credits are used automatically, the one that expires first goes first.")
		w.SeesNot("TRY-ME-2026")
	}},
	{name: "no code", title: "Error: Add credit code – Research – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Add credit code")
		w.ClickRole("button", "Add credit code")
		w.refused("Enter a credit code")
	}},
	{name: "a bad code", title: "Error: Add credit code – Research – Billfold", do: func(w *walk) {
		w.Fill("Credit code", "TRY-ME-2062")
		w.ClickRole("button", "Add credit code")
		w.refused("This credit code was not found. Check it and try again")
		if got := w.Value("Credit code"); got != "TRY-ME-2062" {
			w.t.Errorf("the code is now %q", got)
		}
	}},
	{name: "a code for the group", title: "Credits – Research – Billfold", do: func(w *walk) {
		w.Fill("Credit code", " try-me-2026 ")
		w.Check("This billing group")
		w.ClickRole("button", "Add credit code")
		w.flash("Credit code TRY-ME-2026 added: €100.00, does not expire.")
		w.credit("Promotion", "this billing group", "100.00")
	}},
	{name: "the same code again", title: "Error: Add credit code – Research – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Add credit code")
		w.Fill("Credit code", "TRY-ME-2026")
		w.ClickRole("button", "Add credit code")
		w.refused("TRY-ME-2026 is already in this billing group")
	}},
	{name: "use it for one project", title: "Credits – Research – Billfold", do: func(w *walk) {
		w.tab("Credits")
		w.ClickRole("link", "Change use of TRY-ME-2026")
		w.Check("One project")
		w.Select("Project (optional)", "vision-models (Research)")
		w.ClickRole("button", "Change use")
		w.flash("TRY-ME-2026 is used for the project vision-models from now on.")
		w.credit("Promotion", "vision-models", "100.00")
	}},
}

// credit checks the row of the claimed code.
func (w *walk) credit(want ...string) {
	w.t.Helper()
	for _, row := range w.Texts("#credits tbody tr") {
		if !strings.HasPrefix(row, "TRY-ME-2026") {
			continue
		}
		for _, words := range want {
			if !strings.Contains(row, words) {
				w.t.Errorf("the row %q does not have %q", row, words)
			}
		}
		return
	}
	w.t.Errorf("no row of TRY-ME-2026 in %q", w.Texts("#credits tbody tr"))
}

var informationSteps = []step{
	{name: "billing information", title: "Billing information – Research – Billfold", do: func(w *walk) {
		w.tab("Billing information")
		w.Sees("Reverse charge applies: no VAT on your invoices.")
	}},
	{name: "a bad VAT ID", title: "Error: Edit billing details – Research – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Edit billing details")
		w.Sees("Changes apply to invoices issued from now on. Issued invoices stay as they are.")
		w.Fill("Company", "Acme Forschung SE")
		w.Fill("VAT ID (optional)", "FI12345678")
		w.ClickRole("button", "Save billing details")
		w.refused("Enter a VAT ID that starts with DE, to match the country Germany")
		if company, id := w.Value("Company"), w.Value("VAT ID (optional)"); company != "Acme Forschung SE" || id != "FI12345678" {
			w.t.Errorf("the form now has %q and %q", company, id)
		}
	}},
	{name: "save billing details", title: "Billing information – Research – Billfold", do: func(w *walk) {
		w.Fill("VAT ID (optional)", "DE136695976")
		w.Fill("Purchase order number (optional)", "PO-4711")
		w.ClickRole("button", "Save billing details")
		w.until("the message", func() bool {
			said := w.Texts("[data-flash] p")
			return len(said) == 1 && strings.HasPrefix(said[0], "Billing details saved.")
		})
		w.Sees("Acme Forschung SE")
		w.Sees("PO-4711")
	}},
	{name: "add an email", title: "Edit emails – Research – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Edit emails")
		w.In("#f-invoice_emails").ClickRole("button", "Add another email")
		w.Fill("Invoice email 2", "second@acme.example")
	}},
	{name: "a bad email", title: "Error: Edit emails – Research – Billfold", do: func(w *walk) {
		w.Fill("Billing contact 1", "nobody")
		w.ClickRole("button", "Save emails")
		w.until("an error", func() bool { return len(w.Texts("#errors li")) == 1 })
		if got := w.Value("Invoice email 2"); got != "second@acme.example" {
			w.t.Errorf("the new email is now %q", got)
		}
	}},
	{name: "save emails", title: "Billing information – Research – Billfold", do: func(w *walk) {
		w.Fill("Billing contact 1", "")
		w.ClickRole("button", "Save emails")
		w.flash("Emails saved.")
		w.Sees("second@acme.example")
	}},
	{name: "remove an email", title: "Edit emails – Research – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Edit emails")
		w.ClickRole("button", "Remove Invoice email 2")
		if w.Has("textbox", "Invoice email 2") {
			w.t.Error("the email is still there")
		}
	}},
	{name: "save without it", title: "Billing information – Research – Billfold", do: func(w *walk) {
		w.ClickRole("button", "Save emails")
		w.flash("Emails saved.")
		w.SeesNot("second@acme.example")
		if got := w.Texts("dd"); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "rechnungen@acme.example") }) {
			w.t.Errorf("the first email is gone: %q", got)
		}
	}},
}

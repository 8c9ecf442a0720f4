package e2e

import (
	"regexp"
	"strings"
)

// tokenSteps make a token, which is shown once, and revoke it.
var tokenSteps = []step{
	{name: "own tokens", title: "API tokens – Billfold", do: func(w *walk) {
		w.Click("Your menu: Ana Lima")
		w.ClickRole("link", "API tokens")
		w.heading("API tokens")
		w.Sees("No tokens yet.")
	}},
	{name: "a token without a name", title: "Error: Create API token – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Create API token")
		w.heading("Create API token")
		w.ClickRole("button", "Create API token")
		w.refused("Enter a name that says what the token is for")
	}},
	{name: "a token is made", title: "API token created – Billfold", do: func(w *walk) {
		w.Fill("Name", "Monthly report")
		w.Check("In 30 days")
		w.ClickRole("button", "Create API token")
		w.heading("API token created")
		w.notes["token"] = strings.Join(w.Texts("#secret"), "")
		if !regexp.MustCompile(`^bft_[0-9A-Za-z]{49}$`).MatchString(w.notes["token"]) {
			w.t.Errorf("the token shown is %q", w.notes["token"])
		}
		if w.scripts != w.Has("button", "Copy API token") {
			w.t.Errorf("there is a button to copy: %v", !w.scripts)
		}
	}},
	{name: "the token is not shown again", title: "API tokens – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Done, I have copied it")
		w.heading("API tokens")
		w.Sees("Monthly report")
		w.SeesNot(w.notes["token"])
	}},
	{name: "ask before a token is revoked", title: "Revoke API token – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Revoke Monthly report")
		w.heading("Revoke API token?")
		w.Sees("Programs that use the token are refused from now on.")
	}},
	{name: "revoke it", title: "API tokens – Billfold", do: func(w *walk) {
		w.ClickRole("button", "Revoke API token")
		w.flash("API token revoked. Programs that use it are refused from now on.")
		w.Sees("No tokens yet.")
	}},
	{name: "what programs do with it", title: "Invoice API – Billfold", do: func(w *walk) {
		w.ClickRole("link", "How programs use the API")
		w.heading("Invoice API")
		w.ClickRole("link", "List billing groups")
		w.heading("API: Billing groups")
		w.Goto("/help/api")
	}, loaded: true},
}

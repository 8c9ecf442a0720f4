package views

import (
	"net/url"
	"strings"
)

// Every URL of the product, as a typed function: a view or redirect never spells a path itself.
// Ids and numbers are escaped, so a path is always one path.

// Paths without parameters.
const (
	HomePath     = "/"
	AccountsPath = "/accounts"
	GoPath       = "/go"
	HelpPath     = "/help"
	SignInPath   = "/sign-in"
	SignOutPath  = "/sign-out"
	ThemePath    = "/theme"
	MePath       = "/me"
	SessionsPath = "/me/sessions"
)

func join(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}

// WithQuery adds query parameters as name, value, name, value; pairs with an empty value are left out.
// A path that has a query keeps it.
func WithQuery(path string, pairs ...string) string {
	base, fragment, _ := strings.Cut(path, "#")
	base, old, _ := strings.Cut(base, "?")
	q, _ := url.ParseQuery(old) // our own paths only; a broken pair is dropped
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
			continue
		}
		q.Set(pairs[i], pairs[i+1])
	}
	if len(q) > 0 {
		base += "?" + q.Encode()
	}
	if fragment != "" {
		base += "#" + fragment
	}
	return base
}

// SignInReturnPath is the sign-in page that leads back to a page of ours.
func SignInReturnPath(to string) string { return WithQuery(SignInPath, "return", to) }

// ProjectPath is the home of a project.
func ProjectPath(project string) string { return join("projects", project) }

// ProjectRenamePath is the form that renames a project.
func ProjectRenamePath(project string) string { return ProjectPath(project) + "/rename" }

// ProjectDeletePath is the page that asks before a project is deleted.
func ProjectDeletePath(project string) string { return ProjectPath(project) + "/delete" }

// AccountPath is an account's home: its Projects tab.
func AccountPath(account string) string { return join("accounts", account) }

// AccountBillingPath is the Billing tab: the account's billing groups.
func AccountBillingPath(account string) string { return AccountPath(account) + "/billing" }

// AccountSettingsPath is the Settings tab: the choice of the primary group.
func AccountSettingsPath(account string) string { return AccountPath(account) + "/settings" }

// DeletedGroupsPath lists the deleted billing groups, whose invoices stay readable.
func DeletedGroupsPath(account string) string { return AccountBillingPath(account) + "/deleted" }

// NewProjectPath is the form that creates a project.
func NewProjectPath(account string) string { return AccountPath(account) + "/projects/new" }

// AssignPickerPath is the page that asks which group projects are to be assigned to.
func AssignPickerPath(account string) string { return AccountBillingPath(account) + "/assign" }

// NewGroupPath is step 1 of creating a billing group, of a draft when there is one.
func NewGroupPath(account, draft string) string { return newGroup(account, "", draft) }

// NewGroupDetailsPath is step 2, billing details.
func NewGroupDetailsPath(account, draft string) string { return newGroup(account, "/details", draft) }

// NewGroupProjectsPath is step 3, projects.
func NewGroupProjectsPath(account, draft string) string { return newGroup(account, "/projects", draft) }

// NewGroupSummaryPath is step 4, the check before creating.
func NewGroupSummaryPath(account, draft string) string { return newGroup(account, "/summary", draft) }

func newGroup(account, step, draft string) string {
	return WithQuery(AccountBillingPath(account)+"/new"+step, "draft", draft)
}

// MembersPath lists the members of an account.
func MembersPath(account string) string { return AccountPath(account) + "/members" }

// PaymentMethodsPath lists the payment methods of an account.
func PaymentMethodsPath(account string) string { return AccountPath(account) + "/payment-methods" }

// TokensPath lists the API tokens of an account.
func TokensPath(account string) string { return AccountPath(account) + "/tokens" }

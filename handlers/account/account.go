// Package account answers for Projects & Accounts, an account's tabs, creating a billing group, and
// projects: one file per screen.
package account

import (
	"context"
	"slices"

	"billfold/handlers/page"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// Handler answers for the account screens.
type Handler struct {
	accounts *account.Store
	invoices *invoice.Store
	payments *payment.Store
}

// New makes a Handler.
func New(accounts *account.Store, invoices *invoice.Store, payments *payment.Store) *Handler {
	return &Handler{accounts, invoices, payments}
}

func viewAccount(s access.Scope) view.Account {
	return view.Account{ID: s.AccountID(), Name: s.AccountName(), CanWrite: s.CanWrite(), IsAdmin: s.IsAdmin()}
}

// tabShell is the frame of an account's tab.
func tabShell(c echo.Context, tab string) views.Shell {
	return page.Shell(c, tab+" – "+page.Scope(c).AccountName(), page.AccountsCrumb())
}

// billingShell is the frame of a page below the Billing tab.
func billingShell(c echo.Context, title string, problem error) views.Shell {
	s := page.Scope(c)
	shell := page.Shell(c, title+" – "+s.AccountName(), page.AccountsCrumb(),
		views.Crumb{Label: s.AccountName(), Path: views.AccountPath(s.AccountID())},
		views.Crumb{Label: "Billing", Path: views.AccountBillingPath(s.AccountID())})
	shell.Errors = page.Problems(problem)
	return shell
}

// accountShell is the frame of a page below an account.
func accountShell(c echo.Context, title string, problem error) views.Shell {
	s := page.Scope(c)
	shell := page.Shell(c, title, page.AccountsCrumb(), views.Crumb{Label: s.AccountName(), Path: views.AccountPath(s.AccountID())})
	shell.Errors = page.Problems(problem)
	return shell
}

// pickGroups is a choice among the account's billing groups that match the search of the page. The
// chosen one is on the list whether it matches or not; "" chooses the primary group.
func (h *Handler) pickGroups(ctx context.Context, scope access.Scope, search, chosen string) (view.Picker, error) {
	if chosen == "" {
		primary, err := h.invoices.PrimaryOfAccount(ctx, scope)
		if err != nil {
			return view.Picker{}, err
		}
		chosen = primary
	}
	return h.searchGroups(ctx, scope, search, chosen)
}

// searchGroups is pickGroups where nothing may be chosen.
func (h *Handler) searchGroups(ctx context.Context, scope access.Scope, search, chosen string) (view.Picker, error) {
	groups, total, err := h.accounts.Groups(ctx, scope, account.GroupQuery{Text: search})
	p := view.Picker{Value: chosen, Total: total, Text: search}
	for _, g := range groups {
		p.Options = append(p.Options, groupOption(g))
	}
	if err != nil || chosen == "" || slices.ContainsFunc(groups, func(g account.Group) bool { return g.ID == chosen }) {
		return p, err
	}
	if g, err := h.accounts.Group(ctx, scope, chosen); err == nil && !g.Deleted() {
		p.Options = append([]views.Option{groupOption(g)}, p.Options...)
	}
	return p, nil
}

func groupOption(g account.Group) views.Option {
	o := views.Option{Value: g.ID, Label: g.Name, Hint: string(g.Currency)}
	if g.Primary {
		o.Label += view.PrimaryMark
	}
	return o
}

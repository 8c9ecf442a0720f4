package account

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowSettings is the Settings tab.
func (h *Handler) ShowSettings(c echo.Context) error { return h.settingsPage(c, "", nil) }

type settingsForm struct {
	Group string `form:"group"`
}

// SaveSettings makes the chosen group the primary one.
func (h *Handler) SaveSettings(c echo.Context) error {
	var f settingsForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		group, err := h.makePrimary(c, f.Group)
		if err != nil {
			return page.Done{}, err
		}
		return page.Done{To: views.AccountSettingsPath(page.Scope(c).AccountID()), Flash: &views.Flash{
			Text: group.Name + " is the primary billing group. New projects join it unless another one is chosen."}}, nil
	}, func(err error) error { return h.settingsPage(c, f.Group, err) })
}

// makePrimary says at the field what a missing choice is; a group of somebody else is no choice either.
func (h *Handler) makePrimary(c echo.Context, groupID string) (account.Group, error) {
	group, err := h.accounts.MakePrimary(page.Ctx(c), page.Scope(c), groupID)
	if models.KindOf(err) == models.NotFound {
		err = models.Invalidf("group", "Choose a billing group of this account")
	}
	return group, err
}

func (h *Handler) settingsPage(c echo.Context, chosen string, problem error) error {
	scope := page.Scope(c)
	groups, err := h.pickGroups(page.Ctx(c), scope, page.Query(c, "q"), chosen)
	if err != nil {
		return err
	}
	shell := tabShell(c, "Settings")
	shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), view.SettingsPage(view.Settings{Shell: shell, Account: viewAccount(scope),
		Key: page.FormKey(), Primary: groups}))
}

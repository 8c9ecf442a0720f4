package group

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowEmails is the form of the invoice emails and billing contacts.
func (h *Handler) ShowEmails(c echo.Context) error {
	info, err := h.stored(c)
	if err != nil {
		return err
	}
	return h.emailsPage(c, group.NewEmailsForm(info), nil)
}

// SaveEmails saves the emails; its buttons for one box more or less only show the form again.
func (h *Handler) SaveEmails(c echo.Context) error {
	var f group.EmailsForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	if f.Edits() {
		return h.emailsPage(c, f.Edit(), nil)
	}
	here := page.Scope(c).GroupID()
	return page.Submit(c, func() (page.Done, error) {
		if _, err := h.editing(c, ""); err != nil {
			return page.Done{}, err
		}
		info, err := h.stored(c)
		if err != nil {
			return page.Done{}, err
		}
		f = f.Current(info)
		info.Version, info.InvoiceEmails, info.ContactEmails = f.Version, f.Invoices, f.Contacts
		err = h.invoices.SetInformation(page.Ctx(c), page.Scope(c), here, info)
		return page.Done{To: views.BillingInformationPath(here), Flash: &views.Flash{Text: "Emails saved."}}, err
	}, func(err error) error { return h.emailsPage(c, f, err) })
}

func (h *Handler) emailsPage(c echo.Context, f group.EmailsForm, problem error) error {
	frame, err := h.editing(c, "Edit emails")
	if err != nil {
		return err
	}
	if models.KindOf(problem) == models.Conflict {
		info, err := h.stored(c)
		if err != nil {
			return err
		}
		f.Version, f.Seen = info.Version, group.NewEmailsForm(info).Seen
	}
	frame.Shell.Errors = group.EmailFields(page.Problems(problem))
	return page.Render(c, page.Status(problem), group.EmailsPage(group.EmailsView{Frame: frame, Form: f, Key: page.FormKey()}))
}

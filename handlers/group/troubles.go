package group

import (
	"billfold/handlers/page"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// troubles are the alerts about failed payments of the group.
func (h *Handler) troubles(c echo.Context) ([]views.PaymentAlert, error) {
	found, err := h.payments.TroublesOfGroup(page.Ctx(c), page.Scope(c))
	alerts := make([]views.PaymentAlert, len(found))
	for i, t := range found {
		alerts[i] = views.NewPaymentAlert(t, h.payer(c), page.Now(c))
	}
	return alerts, err
}

// payer is what the reader can do about a failed payment.
func (h *Handler) payer(c echo.Context) views.Payer {
	return views.Payer{May: page.Scope(c).May(access.Write), Card: h.payments.TakesCards()}
}

// paying adds to the page of an issued invoice what happened about its payment and what is to be done.
func (h *Handler) paying(c echo.Context, v *group.InvoiceView, sheet invoice.Sheet) (err error) {
	if sheet.State == invoice.Estimate || sheet.Kind == invoice.KindCreditNote {
		return nil
	}
	var p group.Paying
	ctx, scope := page.Ctx(c), page.Scope(c)
	if p.Attempts, err = h.payments.Attempts(ctx, scope, sheet.ID); err != nil {
		return err
	}
	if p.Plan, err = h.payments.Plan(ctx, scope, sheet.ID); err != nil {
		return err
	}
	if p.Reminders, err = h.payments.Reminders(ctx, scope, sheet.ID); err != nil {
		return err
	}
	if p.Receipts, err = h.invoices.ReceiptSizes(ctx, scope, sheet.ID); err != nil {
		return err
	}
	v.Paid(scope.GroupID(), sheet, p, page.Now(c))
	trouble, ok, err := h.payments.TroubleOf(ctx, scope, sheet.ID)
	if ok {
		a := views.NewPaymentAlert(trouble, h.payer(c), page.Now(c))
		a.Path = ""
		v.Unpaid = append(v.Unpaid, a)
	}
	return err
}

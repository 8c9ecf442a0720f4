package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"
)

func (a *API) registerLines() {
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/billing-group/{billing_group_id}/invoice/{invoice_number}/lines", ID: "billing-group-invoice-lines-list", Noun: invoiceNoun, Scope: InGroup,
		Summary: "List lines of an estimate or invoice", Description: "Credits are lines of type credit_consumption, below zero; all lines add up to total_vat_zero."}, "lines", a.listLines)
}

// Line is a line as the contract shows it. Amounts are before tax.
type Line struct {
	CloudName            *string           `json:"cloud_name"`
	CommitmentName       *string           `json:"commitment_name"`
	Description          string            `json:"description"`
	LinePreDiscountLocal string            `json:"line_pre_discount_local"`
	LineTotalLocal       string            `json:"line_total_local" doc:"In the invoice's currency"`
	LineTotalUSD         *string           `json:"line_total_usd" doc:"In US dollars; null without a stored rate"`
	LineType             string            `json:"line_type" enum:"service_charge,support_charge,extra_charge,credit_consumption"`
	LocalCurrency        string            `json:"local_currency"`
	ProjectName          *string           `json:"project_name"`
	ServiceName          *string           `json:"service_name"`
	ServicePlan          *string           `json:"service_plan"`
	ServiceType          *string           `json:"service_type"`
	Tags                 map[string]string `json:"tags"`
	TimestampBegin       string            `json:"timestamp_begin"`
	TimestampEnd         string            `json:"timestamp_end"`
}

func (a *API) listLines(ctx context.Context, r *request, _ *InvoicePath, yield func([]Line) error) error {
	inv, err := a.invoices.FullInvoice(ctx, r.scope, r.param("invoice_number"))
	if err != nil {
		return err
	}
	return a.eachLine(ctx, r, inv, yield)
}

// eachLine hands on the lines of an invoice and its credits after them.
func (a *API) eachLine(ctx context.Context, r *request, inv invoice.FullInvoice, yield func([]Line) error) error {
	err := a.invoices.EachLine(ctx, r.scope, inv, func(part []invoice.FullLine) error {
		rows := make([]Line, len(part))
		for i, l := range part {
			var err error
			if rows[i], err = lineOf(l); err != nil {
				return err
			}
		}
		return yield(rows)
	})
	if err != nil {
		return err
	}
	credits, err := a.invoices.CreditLines(ctx, inv)
	if err != nil || len(credits) == 0 {
		return err
	}
	rows := make([]Line, len(credits))
	for i, c := range credits {
		rows[i] = creditLineOf(inv, c)
	}
	return yield(rows)
}

func lineOf(l invoice.FullLine) (Line, error) {
	tags := map[string]string{}
	if l.Tags != "" {
		if err := json.Unmarshal([]byte(l.Tags), &tags); err != nil {
			return Line{}, err
		}
	}
	description := l.Description
	if description == "" {
		description = l.ServiceName
	}
	return Line{CloudName: orNull(l.Cloud), Description: description, LinePreDiscountLocal: l.Amount.Decimal(), LineTotalLocal: l.Amount.Decimal(),
		LineTotalUSD: decimalOrNull(l.USD), LineType: l.LineType, LocalCurrency: string(l.Amount.Currency()), ProjectName: orNull(l.ProjectName),
		ServiceName: orNull(l.ServiceName), ServicePlan: orNull(l.ServicePlan), ServiceType: orNull(l.ServiceType), Tags: tags,
		TimestampBegin: instant(l.ServiceStart), TimestampEnd: instant(l.ServiceEnd)}, nil
}

func creditLineOf(inv invoice.FullInvoice, c invoice.FullCredit) Line {
	month := models.Month(inv.Month)
	return Line{Description: "Credit " + c.Code, LinePreDiscountLocal: c.Amount.Decimal(), LineTotalLocal: c.Amount.Decimal(), LineTotalUSD: decimalOrNull(c.USD),
		LineType: "credit_consumption", LocalCurrency: inv.Currency, ProjectName: orNull(c.Project), Tags: map[string]string{},
		TimestampBegin: instant(month.Start()), TimestampEnd: instant(month.End())}
}

// instant is a moment as lines say it, as exact as it was measured.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// decimalOrNull is an amount as a decimal, and null of none.
func decimalOrNull(a *money.Amount) *string {
	if a == nil {
		return nil
	}
	text := a.Decimal()
	return &text
}

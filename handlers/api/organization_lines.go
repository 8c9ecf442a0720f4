package api

import "context"

// OrganizationLine is a line in the newer shape, where names of projects and services are ids. Amounts
// are before tax.
type OrganizationLine struct {
	BeginTime   string            `json:"begin_time"`
	Cloud       *string           `json:"cloud"`
	Currency    string            `json:"currency"`
	Description string            `json:"description"`
	EndTime     string            `json:"end_time"`
	LineType    string            `json:"line_type" enum:"service_charge,support_charge,extra_charge,credit_consumption"`
	Plan        *string           `json:"plan"`
	ProjectID   *string           `json:"project_id" doc:"The project's name"`
	ServiceID   *string           `json:"service_id" doc:"The service's name"`
	ServiceType *string           `json:"service_type"`
	Tags        map[string]string `json:"tags"`
	Total       string            `json:"total" doc:"In the invoice's currency"`
	TotalUSD    *string           `json:"total_usd" doc:"In US dollars; null without a stored rate"`
}

func (a *API) listOrganizationLines(ctx context.Context, r *request, _ *OrgInvoicePath, yield func([]OrganizationLine) error) error {
	scope, address, err := a.numbered(ctx, r)
	if err != nil {
		return err
	}
	inv, err := a.invoices.FullInvoice(ctx, scope, address)
	if err != nil {
		return err
	}
	return a.eachLine(ctx, r, inv, func(part []Line) error {
		rows := make([]OrganizationLine, len(part))
		for i, l := range part {
			rows[i] = OrganizationLine{BeginTime: l.TimestampBegin, Cloud: l.CloudName, Currency: l.LocalCurrency, Description: l.Description, EndTime: l.TimestampEnd, LineType: l.LineType,
				Plan: l.ServicePlan, ProjectID: l.ProjectName, ServiceID: l.ServiceName, ServiceType: l.ServiceType, Tags: l.Tags, Total: l.LineTotalLocal, TotalUSD: l.LineTotalUSD}
		}
		return yield(rows)
	})
}

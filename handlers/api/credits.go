package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models/access"
	"billfold/models/credit"
)

const creditNoun = "Credits"

// registerCredits are the endpoints of credits.
func (a *API) registerCredits() {
	const path = "/billing-group/{billing_group_id}/credits"
	registerList(a, Endpoint{Method: http.MethodGet, Path: path, ID: "billing-group-credits-list", Noun: creditNoun, Scope: InGroup,
		Summary: "List credits of a billing group"}, "credits", a.listCredits)
	register(a, Endpoint{Method: http.MethodPost, Path: path, ID: "billing-group-credits-claim", Noun: creditNoun, Scope: InGroup, Need: access.Write,
		Summary: "Claim a credit code", Description: "For the billing group, or for the project that project_name names. An account claims a code once."}, a.claimCredit)
}

// Credit is a claimed credit as the contract shows it.
type Credit struct {
	Code           string     `json:"code"`
	ExpireTime     *time.Time `json:"expire_time" doc:"The first moment it can no longer be used; null for never"`
	RemainingValue string     `json:"remaining_value"`
	StartTime      time.Time  `json:"start_time"`
	Type           string     `json:"type" example:"promotion"`
	Value          string     `json:"value"`
	Currency       string     `json:"currency" doc:"Only invoices in this currency use it"`
}

// ClaimRequest is the body of a claim.
type ClaimRequest struct {
	GroupPath
	Body struct {
		Code        string `json:"code" minLength:"1" maxLength:"1024"`
		ProjectName string `json:"project_name,omitempty" doc:"Use it for this project only"`
	}
}

// CreditBody is the answer with one credit.
type CreditBody struct {
	Body struct {
		Credit Credit `json:"credit"`
	}
}

func (a *API) listCredits(ctx context.Context, r *request, _ *GroupPath, yield func([]Credit) error) error {
	list, err := a.credits.GroupCredits(ctx, r.scope, r.scope.GroupID())
	if err != nil {
		return err
	}
	rows := make([]Credit, len(list.Claims))
	for i, c := range list.Claims {
		rows[i] = creditOf(c.Claim)
	}
	return yield(rows)
}

func (a *API) claimCredit(ctx context.Context, r *request, in *ClaimRequest) (*CreditBody, error) {
	target := credit.Target{Scope: credit.ForGroup, GroupID: r.scope.GroupID()}
	if in.Body.ProjectName != "" {
		id, err := a.accounts.ProjectIDNamed(ctx, in.Body.ProjectName)
		if err != nil {
			return nil, err
		}
		target.Scope, target.ProjectID = credit.ForProject, id
	}
	claim, err := a.credits.Claim(ctx, r.scope, in.Body.Code, target)
	if err != nil {
		return nil, err
	}
	var out CreditBody
	out.Body.Credit = creditOf(claim)
	return &out, nil
}

func creditOf(c credit.Claim) Credit {
	return Credit{Code: c.Code, ExpireTime: stampOrNil(&c.Expires), RemainingValue: c.Remaining.Decimal(), StartTime: stamp(c.Starts),
		Type: string(c.Type), Value: c.Value.Decimal(), Currency: string(c.Value.Currency())}
}

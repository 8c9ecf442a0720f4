package api

import (
	"context"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/event"
)

// registerProjectBilling are what billing groups have, by the name of a project.
func (a *API) registerProjectBilling() {
	const one = "/project/{project}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: one + "/events", ID: "project-event-list", Noun: projectNoun, Scope: InProject,
		Summary: "List events of a project", Description: "Every logged change, the newest first."}, "events", a.listProjectEvents)
	registerList(a, Endpoint{Method: http.MethodGet, Path: one + "/credits", ID: "project-credits-list", Noun: creditNoun, Scope: InProject, Deprecated: true,
		Summary: "List credits that a project can use", Description: "Its own, and those of its billing group and account."}, "credits", a.listProjectCredits)
	register(a, Endpoint{Method: http.MethodPost, Path: one + "/credits", ID: "project-credits-claim", Noun: creditNoun, Scope: InProject, Need: access.Write, Deprecated: true,
		Summary: "Claim a credit code for a project"}, a.claimProjectCredit)
	registerList(a, Endpoint{Method: http.MethodGet, Path: one + "/invoice", ID: "project-invoice-list", Noun: invoiceNoun, Scope: InProject, Deprecated: true,
		Summary: "List estimates and invoices of the project's billing group"}, "invoices", a.listProjectInvoices)
	register(a, Endpoint{Method: http.MethodGet, Path: one + "/invoice/{invoice_number}/{download_cookie}", ID: "project-invoice-download", Noun: documentNoun, Scope: Public, Deprecated: true,
		Summary: "Download the PDF of an invoice without a token", Description: "The address is made of the invoice's download_cookie.", Responses: files("application/pdf"),
		Answers: map[int]string{http.StatusForbidden: "expired"}}, a.downloadProjectPDF)
}

// ProjectEvents asks for the events of a project.
type ProjectEvents struct {
	ProjectPath
	Limit int `query:"limit" minimum:"0" doc:"At most so many; 0 for all"`
}

// ProjectEvent is a logged change as a project's list shows it.
type ProjectEvent struct {
	Actor       string    `json:"actor" doc:"Who made it"`
	EventDesc   string    `json:"event_desc"`
	EventType   string    `json:"event_type" example:"project.moved"`
	ID          string    `json:"id"`
	ServiceName *string   `json:"service_name"`
	Time        time.Time `json:"time"`
}

func (a *API) listProjectEvents(ctx context.Context, r *request, in *ProjectEvents, yield func([]ProjectEvent) error) error {
	return a.events.EachOfProject(ctx, r.scope, r.project, firstOf(in.Limit, yield, func(e event.Entry) ProjectEvent {
		return ProjectEvent{Actor: e.ActorName, EventDesc: e.Sentence, EventType: e.Type, ID: number(e.Seq), Time: stamp(e.At)}
	}))
}

func (a *API) listProjectCredits(ctx context.Context, r *request, _ *ProjectPath, yield func([]Credit) error) error {
	list, err := a.credits.GroupCredits(ctx, r.scope, r.scope.GroupID())
	if err != nil {
		return err
	}
	rows := []Credit{}
	for _, c := range list.Claims {
		if c.Scope != credit.ForProject || c.ProjectID == r.project {
			rows = append(rows, creditOf(c.Claim))
		}
	}
	return yield(rows)
}

// ProjectClaim is the body of a claim for a project.
type ProjectClaim struct {
	ProjectPath
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"1024"`
	}
}

func (a *API) claimProjectCredit(ctx context.Context, r *request, in *ProjectClaim) (*CreditBody, error) {
	claim, err := a.credits.Claim(ctx, r.scope, in.Body.Code, credit.Target{Scope: credit.ForProject, GroupID: r.scope.GroupID(), ProjectID: r.project})
	if err != nil {
		return nil, tooMany(err)
	}
	var out CreditBody
	out.Body.Credit = creditOf(claim)
	return &out, nil
}

// ProjectInvoices asks for the invoices of a project's billing group.
type ProjectInvoices struct {
	ProjectPath
	Sort string `query:"sort" doc:"invoice_number for the oldest first, -invoice_number for the newest"`
}

func (a *API) listProjectInvoices(ctx context.Context, r *request, in *ProjectInvoices, yield func([]Invoice) error) error {
	return a.listInvoices(ctx, r, &InvoiceList{Sort: in.Sort}, yield)
}

// ProjectCookiePath is a download address under a project.
type ProjectCookiePath struct {
	ProjectPath
	NumberPath
	Cookie string `path:"download_cookie"`
}

// downloadProjectPDF answers what is not there, not the project's account's and a wrong cookie alike.
func (a *API) downloadProjectPDF(ctx context.Context, r *request, _ *ProjectCookiePath) (*File, error) {
	scope, id, err := a.documentOf(ctx, r)
	if models.KindOf(err) == models.NotFound {
		err = a.cookies.check("", "")
	} else if err == nil {
		err = a.cookies.check(r.param("download_cookie"), id)
	}
	if err != nil {
		return nil, err
	}
	return a.pdf(ctx, scope, r.param("invoice_number"))
}

// documentOf finds the invoice of a project's download address. Kind: NotFound.
func (a *API) documentOf(ctx context.Context, r *request) (scope access.Scope, id string, err error) {
	project, err := a.accounts.ProjectIDNamed(ctx, r.param("project"))
	if err != nil {
		return scope, "", err
	}
	of, err := a.access.ForProject(ctx, access.SystemActor(), project, access.Read)
	if err != nil {
		return scope, "", err
	}
	group, err := a.invoices.GroupOfNumber(ctx, r.param("invoice_number"))
	if err != nil {
		return scope, "", err
	}
	if scope, err = a.access.ForGroup(ctx, access.SystemActor(), group, access.Read); err != nil {
		return scope, "", err
	}
	if scope.AccountID() != of.AccountID() {
		return scope, "", models.NotFoundf("Invoice not found")
	}
	row, err := a.invoices.Find(ctx, scope, r.param("invoice_number"))
	return scope, row.ID, err
}

package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"

	"github.com/danielgtaylor/huma/v2"
)

const organizationGroupNoun = "Organization billing groups"

// registerOrganizationGroups are the endpoints of billing groups in the newer shape, whose addresses are
// things of their own.
func (a *API) registerOrganizationGroups() {
	const list, one = "/organization/{organization_id}/billing-groups", "/organization/{organization_id}/billing-group/{billing_group_id}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: list, ID: "organization-billing-group-list", Noun: organizationGroupNoun, Scope: InOrganization,
		Summary: "List billing groups of an organization"}, "billing_groups", a.listOrganizationGroups)
	register(a, Endpoint{Method: http.MethodPost, Path: list, ID: "organization-billing-group-create", Noun: organizationGroupNoun, Scope: InOrganization, Need: access.Write,
		Summary: "Create a billing group", Description: addressRule}, a.createOrganizationGroup)
	register(a, Endpoint{Method: http.MethodGet, Path: one, ID: "organization-billing-group-get", Noun: organizationGroupNoun, Scope: InOrganization,
		Summary: "Get a billing group"}, a.getOrganizationGroup)
	register(a, Endpoint{Method: http.MethodPut, Path: one, ID: "organization-billing-group-update", Noun: organizationGroupNoun, Scope: InOrganization, Need: access.Write,
		Summary: "Change a billing group", Description: "What is left out or null stays as it is; an empty text or list clears. All of it is changed, or nothing.\n\n" + addressRule}, a.updateOrganizationGroup)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "organization-billing-group-delete", Noun: organizationGroupNoun, Scope: InOrganization, Need: access.Write, Status: http.StatusNoContent,
		Summary: "Delete a billing group", Description: "Refused while it has projects, is primary or holds prepaid credit. Other credit that would be lost must be accepted by accept_loss=true."}, a.deleteOrganizationGroup)
}

// addressRule says how addresses and billing information live together.
const addressRule = "The billing information of a group holds a copy of the billing address that it uses, and changes when the address does. " +
	"When a part of it is changed elsewhere, on the screen or by /billing-group, the group has an address of its own from then on and billing_address_id is null."

// OrganizationGroup is a billing group in the newer shape. Every key is always there.
type OrganizationGroup struct {
	BillingAddressID     *string      `json:"billing_address_id" doc:"Null while the group has an address of its own"`
	BillingContactEmails []Email      `json:"billing_contact_emails" nullable:"false"`
	BillingEmails        []Email      `json:"billing_emails" nullable:"false" doc:"Who gets invoices"`
	BillingGroupID       string       `json:"billing_group_id"`
	BillingGroupName     string       `json:"billing_group_name"`
	CreateTime           time.Time    `json:"create_time"`
	CustomInvoiceText    *string      `json:"custom_invoice_text" doc:"Text on invoices"`
	OrganizationID       string       `json:"organization_id"`
	PaymentMethod        *GroupMethod `json:"payment_method"`
	ShippingAddressID    *string      `json:"shipping_address_id"`
	VATID                *string      `json:"vat_id"`
}

// PaymentMethod names a payment method of an account.
type PaymentMethod struct {
	ID   string `json:"payment_method_id"`
	Type string `json:"payment_method_type" enum:"bank_transfer,credit_card"`
}

// GroupMethod is the payment method of a group.
type GroupMethod PaymentMethod

// Schema says that a payment method may be null, which huma does not of objects by itself.
func (*GroupMethod) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{r.Schema(reflect.TypeFor[PaymentMethod](), true, ""), {Type: "null"}}}
}

// PaymentMethodChoice chooses a payment method of the account.
type PaymentMethodChoice struct {
	ID   string `json:"payment_method_id" doc:"Empty to decide later"`
	Type string `json:"payment_method_type" doc:"bank_transfer or credit_card; empty with an empty id"`
}

// OrgGroupPath is a request about one billing group of an organization.
type OrgGroupPath struct {
	OrgPath
	GroupPath
}

// OrganizationGroupBody is the answer with one billing group.
type OrganizationGroupBody struct {
	Body OrganizationGroup
}

// OrganizationGroupCreate is the body that creates a billing group.
type OrganizationGroupCreate struct {
	OrgPath
	Body struct {
		BillingAddressID     string              `json:"billing_address_id" doc:"An address of the organization"`
		BillingContactEmails []Email             `json:"billing_contact_emails" maxItems:"10"`
		BillingEmails        []Email             `json:"billing_emails" maxItems:"10"`
		BillingGroupName     string              `json:"billing_group_name"`
		CustomInvoiceText    *string             `json:"custom_invoice_text,omitempty" nullable:"true"`
		PaymentMethod        PaymentMethodChoice `json:"payment_method"`
		ShippingAddressID    string              `json:"shipping_address_id" doc:"An address of the organization"`
		VATID                *string             `json:"vat_id,omitempty" nullable:"true"`
	}
}

// OrganizationGroupUpdate is the body that changes a billing group.
type OrganizationGroupUpdate struct {
	OrgGroupPath
	Body struct {
		BillingAddressID     *string              `json:"billing_address_id,omitempty" nullable:"true" doc:"An address of the organization; empty for an address of its own"`
		BillingContactEmails *[]Email             `json:"billing_contact_emails,omitempty" nullable:"true" maxItems:"10"`
		BillingEmails        *[]Email             `json:"billing_emails,omitempty" nullable:"true" maxItems:"10"`
		BillingGroupName     *string              `json:"billing_group_name,omitempty" nullable:"true"`
		CustomInvoiceText    *string              `json:"custom_invoice_text,omitempty" nullable:"true"`
		PaymentMethod        *PaymentMethodChoice `json:"payment_method,omitempty"`
		ShippingAddressID    *string              `json:"shipping_address_id,omitempty" nullable:"true" doc:"An address of the organization; empty for none"`
		VATID                *string              `json:"vat_id,omitempty" nullable:"true"`
	}
}

// OrganizationGroupDelete asks for a group to be deleted.
type OrganizationGroupDelete struct {
	OrgGroupPath
	AcceptLoss bool `query:"accept_loss" doc:"Credit of the group that is lost with it is accepted"`
}

func organizationGroupOf(g invoice.FullGroup) OrganizationGroup {
	info := g.Information
	out := OrganizationGroup{BillingAddressID: orNull(g.Addresses.BillingID), BillingContactEmails: emails(info.ContactEmails), BillingEmails: emails(info.InvoiceEmails),
		BillingGroupID: g.ID, BillingGroupName: g.Name, CreateTime: stamp(g.CreatedAt), CustomInvoiceText: orNull(info.InvoiceText),
		OrganizationID: organizationPrefix + g.AccountID, ShippingAddressID: orNull(g.Addresses.ShippingID), VATID: orNull(info.VATID)}
	if g.Method.ID != "" {
		out.PaymentMethod = &GroupMethod{g.Method.ID, methodType(g.Method.Kind)}
	}
	return out
}

func (a *API) listOrganizationGroups(ctx context.Context, r *request, _ *OrgPath, yield func([]OrganizationGroup) error) error {
	return a.invoices.EachGroup(ctx, r.scope, func(part []invoice.FullGroup) error {
		rows := make([]OrganizationGroup, len(part))
		for i, g := range part {
			rows[i] = organizationGroupOf(g)
		}
		return yield(rows)
	})
}

// groupInOrganization is the scope of a group that the organization of the path has. A deleted group is
// none of its groups any more. Kind: NotFound.
func (a *API) groupInOrganization(ctx context.Context, r *request, groupID string, need access.Need) (access.Scope, error) {
	missing := models.NotFoundf("Billing group not found")
	scope, err := a.access.ForGroup(ctx, r.actor, groupID, need)
	if models.KindOf(err) == models.NotFound || err == nil && scope.AccountID() != r.scope.AccountID() {
		err = missing
	}
	if err != nil {
		return access.Scope{}, err
	}
	group, err := a.accounts.Group(ctx, scope, groupID)
	if err == nil && group.Deleted() {
		err = missing
	}
	return scope, err
}

func (a *API) organizationGroup(ctx context.Context, scope access.Scope) (*OrganizationGroupBody, error) {
	g, err := a.invoices.FullGroup(ctx, scope)
	return &OrganizationGroupBody{organizationGroupOf(g)}, err
}

func (a *API) getOrganizationGroup(ctx context.Context, r *request, in *OrgGroupPath) (*OrganizationGroupBody, error) {
	scope, err := a.groupInOrganization(ctx, r, in.ID, access.Read)
	if err != nil {
		return nil, err
	}
	return a.organizationGroup(ctx, scope)
}

func (a *API) createOrganizationGroup(ctx context.Context, r *request, in *OrganizationGroupCreate) (*OrganizationGroupBody, error) {
	b := &in.Body
	for name, id := range map[string]string{"billing_address_id": b.BillingAddressID, "shipping_address_id": b.ShippingAddressID} {
		if id == "" {
			return nil, models.Invalidf(name, "Name an address of the organization")
		}
	}
	method, err := a.chosen(ctx, r, &b.PaymentMethod)
	if err != nil {
		return nil, err
	}
	currency, err := a.invoices.PriceCurrency(ctx)
	if err != nil {
		return nil, err
	}
	info := account.Information{Currency: currency}
	GroupFields{BillingContactEmails: &b.BillingContactEmails, BillingEmails: &b.BillingEmails, BillingExtraText: b.CustomInvoiceText, VATID: b.VATID}.apply(&info)
	made, err := a.accounts.CreateGroup(ctx, r.scope, account.NewGroup{Name: b.BillingGroupName, Information: &info, PaymentMethodID: *method,
		BillingAddress: b.BillingAddressID, ShippingAddress: b.ShippingAddressID})
	if err != nil {
		return nil, organizationGroupError(err)
	}
	scope, err := a.access.ForGroup(ctx, r.actor, made.Group.ID, access.Read)
	if err != nil {
		return nil, err
	}
	return a.organizationGroup(ctx, scope)
}

func (a *API) updateOrganizationGroup(ctx context.Context, r *request, in *OrganizationGroupUpdate) (*OrganizationGroupBody, error) {
	scope, err := a.groupInOrganization(ctx, r, in.ID, access.Write)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	change := invoice.GroupChange{Name: b.BillingGroupName, Addresses: account.AddressChoice{BillingID: b.BillingAddressID, ShippingID: b.ShippingAddressID}}
	if change.MethodID, err = a.chosen(ctx, r, b.PaymentMethod); err != nil {
		return nil, err
	}
	fields := GroupFields{BillingContactEmails: b.BillingContactEmails, BillingEmails: b.BillingEmails, BillingExtraText: b.CustomInvoiceText, VATID: b.VATID}
	if fields.touches() {
		change.Information = fields.apply
	}
	if err := a.invoices.ChangeGroup(ctx, scope, change); err != nil {
		return nil, organizationGroupError(err)
	}
	return a.organizationGroup(ctx, scope)
}

func (a *API) deleteOrganizationGroup(ctx context.Context, r *request, in *OrganizationGroupDelete) (*struct{}, error) {
	scope, err := a.groupInOrganization(ctx, r, in.ID, access.Write)
	if err != nil {
		return nil, err
	}
	return nil, a.removeGroup(ctx, scope, in.AcceptLoss)
}

// chosen is the id of a payment method that a body chooses, nil when it says nothing of it. Kind: Invalid
// (its type is another one).
func (a *API) chosen(ctx context.Context, r *request, choice *PaymentMethodChoice) (*string, error) {
	if choice == nil || choice.ID == "" {
		if choice != nil && choice.Type != "" {
			return nil, models.Invalidf("payment_method.payment_method_id", "Name a payment method of the organization")
		}
		if choice == nil {
			return nil, nil
		}
		return &choice.ID, nil
	}
	methods, err := a.accounts.PaymentMethods(ctx, r.scope)
	if err != nil {
		return nil, err
	}
	for _, m := range methods {
		if m.ID == choice.ID && methodType(m.Kind) != choice.Type {
			return nil, models.Invalidf("payment_method.payment_method_type", "This payment method is of the type %s", methodType(m.Kind))
		}
	}
	return &choice.ID, nil // what is not there, the store says
}

// organizationGroupError says an error of the model with the contract's names of fields and codes.
func organizationGroupError(err error) error {
	e, ok := models.AsError(groupError(err))
	if !ok || len(e.Fields) == 0 || e.Kind != models.Invalid {
		return groupError(err)
	}
	code := codes[http.StatusBadRequest]
	for i, f := range e.Fields {
		if at := strings.Index(f.Name, "_emails["); at > 0 { // invoice_emails[0]
			code = "invalid_email_format"
			e.Fields[i].Name = groupFieldNames[f.Name[:at+len("_emails")]] + f.Name[at+len("_emails"):]
		}
		if f.Name == groupFieldNames["invoice_text"] {
			e.Fields[i].Name = "custom_invoice_text"
		}
	}
	return newProblem(http.StatusBadRequest, code, e.Message, e.Fields...)
}

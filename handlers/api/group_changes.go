package api

import (
	"context"
	"net/http"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
)

func (a *API) registerGroupChanges() {
	const one = "/billing-group/{billing_group_id}"
	register(a, Endpoint{Method: http.MethodPost, Path: "/billing-group", ID: "billing-group-create", Noun: groupNoun, Scope: Holder, Need: access.Write,
		Summary: "Create a billing group", Description: "account_id may be left out when the token can write in one account only. copy_from_billing_group gives what the request does not say."}, a.createGroup)
	register(a, Endpoint{Method: http.MethodPut, Path: one, ID: "billing-group-update", Noun: groupNoun, Scope: InGroup, Need: access.Write,
		Summary: "Change a billing group", Description: "What is left out or null stays as it is; an empty text or list clears. All of it is changed, or nothing.\n\n" + addressRule}, a.updateGroup)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "billing-group-delete", Noun: groupNoun, Scope: InGroup, Need: access.Write,
		Summary: "Delete a billing group", Description: "Refused while it has projects, is primary or holds prepaid credit. Other credit that would be lost must be accepted by accept_loss=true."}, a.deleteGroup)
}

// GroupFields are the writable fields of a billing group; nil ones are left as they are.
type GroupFields struct {
	AccountID            *string   `json:"account_id,omitempty" doc:"A group never changes its account"`
	AddressLines         *[]string `json:"address_lines,omitempty" nullable:"true" maxItems:"3"`
	BillingAddressID     *string   `json:"billing_address_id,omitempty" nullable:"true" doc:"An address of the organization whose copy goes over the fields of the address here, unless the group uses it already; empty for an address of its own"`
	BillingContactEmails *[]Email  `json:"billing_contact_emails,omitempty" nullable:"true" maxItems:"10"`
	BillingCurrency      *string   `json:"billing_currency,omitempty" nullable:"true"`
	BillingEmails        *[]Email  `json:"billing_emails,omitempty" nullable:"true" maxItems:"10"`
	BillingExtraText     *string   `json:"billing_extra_text,omitempty" nullable:"true"`
	CardID               *string   `json:"card_id,omitempty" nullable:"true" doc:"A payment method of the account"`
	City                 *string   `json:"city,omitempty" nullable:"true"`
	Company              *string   `json:"company,omitempty" nullable:"true"`
	CountryCode          *string   `json:"country_code,omitempty" nullable:"true"`
	ShippingAddressID    *string   `json:"shipping_address_id,omitempty" nullable:"true" doc:"An address of the organization; empty for none"`
	State                *string   `json:"state,omitempty" nullable:"true"`
	VATID                *string   `json:"vat_id,omitempty" nullable:"true"`
	ZipCode              *string   `json:"zip_code,omitempty" nullable:"true"`
}

// GroupCreate is the body that creates a billing group.
type GroupCreate struct {
	Body struct {
		GroupFields
		BillingGroupName     string  `json:"billing_group_name"`
		CopyFromBillingGroup *string `json:"copy_from_billing_group,omitempty" nullable:"true" doc:"Id of a group of the account"`
	}
}

// GroupUpdate is the body that changes a billing group.
type GroupUpdate struct {
	GroupPath
	Body struct {
		GroupFields
		BillingGroupName *string `json:"billing_group_name,omitempty" nullable:"true"`
	}
}

// GroupDelete asks for a group to be deleted.
type GroupDelete struct {
	GroupPath
	AcceptLoss bool `query:"accept_loss" doc:"Credit of the group that is lost with it is accepted"`
}

// Message is the answer of what has nothing else to say.
type Message struct {
	Body struct {
		Message string `json:"message,omitempty"`
	}
}

// touches reports whether any field of the billing information is named.
func (f GroupFields) touches() bool {
	return f.AddressLines != nil || f.BillingContactEmails != nil || f.BillingCurrency != nil || f.BillingEmails != nil || f.BillingExtraText != nil ||
		f.City != nil || f.Company != nil || f.CountryCode != nil || f.State != nil || f.VATID != nil || f.ZipCode != nil
}

// apply changes billing information as the fields say.
func (f GroupFields) apply(info *account.Information) {
	for _, t := range []struct {
		from *string
		to   *string
	}{{f.BillingExtraText, &info.InvoiceText}, {f.City, &info.City}, {f.Company, &info.Company}, {f.CountryCode, &info.Country},
		{f.State, &info.Region}, {f.VATID, &info.VATID}, {f.ZipCode, &info.PostalCode}, {f.BillingCurrency, (*string)(&info.Currency)}} {
		if t.from != nil {
			*t.to = *t.from
		}
	}
	if f.AddressLines != nil {
		lines := append(append([]string{}, *f.AddressLines...), "", "", "")
		info.AddressLine1, info.AddressLine2, info.AddressLine3 = lines[0], lines[1], lines[2]
	}
	if f.BillingEmails != nil {
		info.InvoiceEmails = plain(*f.BillingEmails)
	}
	if f.BillingContactEmails != nil {
		info.ContactEmails = plain(*f.BillingContactEmails)
	}
}

func plain(list []Email) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.Email
	}
	return out
}

func (a *API) createGroup(ctx context.Context, r *request, in *GroupCreate) (*GroupBody, error) {
	scope, err := a.accountOf(ctx, r, in.Body.AccountID, access.Write)
	if err != nil {
		return nil, err
	}
	n := account.NewGroup{Name: in.Body.BillingGroupName}
	if in.Body.CopyFromBillingGroup != nil {
		n.CopyFrom = *in.Body.CopyFromBillingGroup
	}
	if in.Body.CardID != nil {
		n.PaymentMethodID = *in.Body.CardID
	}
	if id := in.Body.BillingAddressID; id != nil {
		n.BillingAddress = *id
	}
	if id := in.Body.ShippingAddressID; id != nil {
		n.ShippingAddress = *id
	}
	if in.Body.touches() || n.BillingAddress != "" {
		var info account.Information
		if n.CopyFrom != "" {
			if info, err = a.accounts.BillingInformation(ctx, scope, n.CopyFrom); err != nil {
				return nil, err
			}
		}
		if info.Currency == "" {
			if info.Currency, err = a.invoices.PriceCurrency(ctx); err != nil {
				return nil, err
			}
		}
		in.Body.apply(&info)
		n.Information = &info
	}
	made, err := a.accounts.CreateGroup(ctx, scope, n)
	if err != nil {
		return nil, groupError(err)
	}
	if scope, err = a.access.ForGroup(ctx, r.actor, made.Group.ID, access.Read); err != nil {
		return nil, err
	}
	return a.oneGroup(ctx, scope)
}

func (a *API) updateGroup(ctx context.Context, r *request, in *GroupUpdate) (*GroupBody, error) {
	if id := in.Body.AccountID; id != nil && *id != "" && *id != r.scope.AccountID() {
		return nil, models.Invalidf("account_id", "A billing group never changes its account")
	}
	change := invoice.GroupChange{Name: in.Body.BillingGroupName, MethodID: in.Body.CardID,
		Addresses: account.AddressChoice{BillingID: in.Body.BillingAddressID, ShippingID: in.Body.ShippingAddressID}}
	if in.Body.touches() {
		price, err := a.invoices.PriceCurrency(ctx)
		if err != nil {
			return nil, err
		}
		change.Information = func(info *account.Information) {
			if info.Currency == "" {
				info.Currency = price
			}
			in.Body.apply(info)
		}
	}
	if err := a.invoices.ChangeGroup(ctx, r.scope, change); err != nil {
		return nil, groupError(err)
	}
	return a.oneGroup(ctx, r.scope)
}

func (a *API) deleteGroup(ctx context.Context, r *request, in *GroupDelete) (*Message, error) {
	return &Message{}, a.removeGroup(ctx, r.scope, in.AcceptLoss)
}

func (a *API) removeGroup(ctx context.Context, scope access.Scope, acceptLoss bool) error {
	err := a.invoices.DeleteGroup(ctx, scope, acceptLoss)
	if e, ok := models.AsError(err); ok && e.Kind == models.Invalid { // only the loss is not accepted
		err = models.Conflictf("%s by accept_loss=true", e.Fields[0].Message)
	}
	return err
}

// accountOf is the scope of the account that a body names, or of the only one that the token may write in.
func (a *API) accountOf(ctx context.Context, r *request, id *string, need access.Need) (access.Scope, error) {
	if id != nil && *id != "" {
		return a.access.ForAccount(ctx, r.actor, *id, need)
	}
	var found []access.Scope
	err := a.access.Reach(ctx, r.actor, func(part []access.Scope) error {
		for _, s := range part {
			if s.May(need) {
				found = append(found, s)
			}
		}
		if len(found) > 1 {
			return models.Invalidf("account_id", "Name the account; the token may write in several")
		}
		return nil
	})
	if err == nil && len(found) == 0 {
		err = models.Forbiddenf("The token may write in no account")
	}
	if err != nil {
		return access.Scope{}, err
	}
	return found[0], nil
}

// groupFieldNames are the contract's names of fields that the model calls otherwise.
var groupFieldNames = map[string]string{"name": "billing_group_name", "address_line1": "address_lines", "address_line2": "address_lines", "address_line3": "address_lines",
	"region": "state", "postal_code": "zip_code", "country": "country_code", "currency": "billing_currency", "invoice_text": "billing_extra_text",
	"invoice_emails": "billing_emails", "contact_emails": "billing_contact_emails", "payment_method": "card_id"}

// groupError says an error of the model with the contract's names of fields.
func groupError(err error) error { return named(err, groupFieldNames) }

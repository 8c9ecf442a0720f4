package api

import (
	"context"
	"maps"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

const addressNoun = "Organization addresses"

// registerAddresses are the endpoints of addresses that several billing groups of an account may use.
func (a *API) registerAddresses() {
	const list, one = "/organization/{organization_id}/addresses", "/organization/{organization_id}/address/{address_id}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: list, ID: "organization-address-list", Noun: addressNoun, Scope: InOrganization,
		Summary: "List addresses of an organization"}, "addresses", a.listAddresses)
	register(a, Endpoint{Method: http.MethodPost, Path: list, ID: "organization-address-create", Noun: addressNoun, Scope: InOrganization, Need: access.Write,
		Summary: "Add an address", Description: "Billing groups use it by its id, for billing or shipping."}, a.createAddress)
	register(a, Endpoint{Method: http.MethodGet, Path: one, ID: "organization-address-get", Noun: addressNoun, Scope: InOrganization,
		Summary: "Get an address"}, a.getAddress)
	register(a, Endpoint{Method: http.MethodPatch, Path: one, ID: "organization-address-update", Noun: addressNoun, Scope: InOrganization, Need: access.Write,
		Summary: "Change an address", Description: "What is left out or null stays as it is. The billing information of every billing group that uses the address changes with it, all or nothing. Issued invoices stay as they are."}, a.updateAddress)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "organization-address-delete", Noun: addressNoun, Scope: InOrganization, Need: access.Write, Status: http.StatusNoContent,
		Summary: "Delete an address", Description: "Refused with the error code address_in_use while a billing group uses it."}, a.deleteAddress)
}

// OrganizationAddress is an address as the contract shows it.
type OrganizationAddress struct {
	AddressID      string    `json:"address_id"`
	AddressLines   []string  `json:"address_lines" nullable:"false"`
	City           string    `json:"city"`
	CountryCode    string    `json:"country_code" doc:"ISO 3166-1 alpha-2"`
	CreateTime     time.Time `json:"create_time"`
	Name           string    `json:"name" doc:"Company, as on invoices"`
	OrganizationID string    `json:"organization_id"`
	State          *string   `json:"state" doc:"State or region"`
	UpdateTime     time.Time `json:"update_time"`
	ZipCode        *string   `json:"zip_code"`
}

// OrgPath is a request about one organization.
type OrgPath struct {
	Organization string `path:"organization_id" doc:"The account's id after org"`
}

// AddressPath is a request about one address of an organization.
type AddressPath struct {
	OrgPath
	ID string `path:"address_id"`
}

// AddressCreate is the body that adds an address.
type AddressCreate struct {
	OrgPath
	Body struct {
		AddressLines []string `json:"address_lines" nullable:"false" minItems:"1" maxItems:"3"`
		City         string   `json:"city"`
		CountryCode  string   `json:"country_code"`
		Name         string   `json:"name"`
		State        *string  `json:"state,omitempty" nullable:"true"`
		ZipCode      *string  `json:"zip_code,omitempty" nullable:"true"`
	}
}

// AddressUpdate is the body that changes an address.
type AddressUpdate struct {
	AddressPath
	Body AddressFields
}

// AddressFields are the writable fields of an address; nil ones are left as they are.
type AddressFields struct {
	AddressLines *[]string `json:"address_lines,omitempty" nullable:"true" minItems:"1" maxItems:"3"`
	City         *string   `json:"city,omitempty" nullable:"true"`
	CountryCode  *string   `json:"country_code,omitempty" nullable:"true"`
	Name         *string   `json:"name,omitempty" nullable:"true"`
	State        *string   `json:"state,omitempty" nullable:"true"`
	ZipCode      *string   `json:"zip_code,omitempty" nullable:"true"`
}

// AddressBody is the answer with one address.
type AddressBody struct {
	Body OrganizationAddress
}

func (f AddressFields) apply(to *account.Address) {
	for _, t := range []struct {
		from *string
		to   *string
	}{{f.City, &to.City}, {f.CountryCode, &to.Country}, {f.Name, &to.Company}, {f.State, &to.Region}, {f.ZipCode, &to.PostalCode}} {
		if t.from != nil {
			*t.to = *t.from
		}
	}
	if f.AddressLines != nil {
		lines := append(append([]string{}, *f.AddressLines...), "", "", "")
		to.AddressLine1, to.AddressLine2, to.AddressLine3 = lines[0], lines[1], lines[2]
	}
}

func addressOf(scope access.Scope, a account.Address) OrganizationAddress {
	out := OrganizationAddress{AddressID: a.ID, AddressLines: []string{}, City: a.City, CountryCode: a.Country, CreateTime: stamp(a.CreatedAt), Name: a.Company,
		OrganizationID: organizationPrefix + scope.AccountID(), State: orNull(a.Region), UpdateTime: stamp(a.UpdatedAt), ZipCode: orNull(a.PostalCode)}
	for _, line := range []string{a.AddressLine1, a.AddressLine2, a.AddressLine3} {
		if line != "" {
			out.AddressLines = append(out.AddressLines, line)
		}
	}
	return out
}

func (a *API) listAddresses(ctx context.Context, r *request, _ *OrgPath, yield func([]OrganizationAddress) error) error {
	return a.accounts.EachAddress(ctx, r.scope, func(part []account.Address) error {
		rows := make([]OrganizationAddress, len(part))
		for i, address := range part {
			rows[i] = addressOf(r.scope, address)
		}
		return yield(rows)
	})
}

func (a *API) getAddress(ctx context.Context, r *request, in *AddressPath) (*AddressBody, error) {
	found, err := a.accounts.Address(ctx, r.scope, in.ID)
	return &AddressBody{addressOf(r.scope, found)}, err
}

func (a *API) createAddress(ctx context.Context, r *request, in *AddressCreate) (*AddressBody, error) {
	b := &in.Body
	var wanted account.Address
	AddressFields{&b.AddressLines, &b.City, &b.CountryCode, &b.Name, b.State, b.ZipCode}.apply(&wanted)
	made, err := a.accounts.CreateAddress(ctx, r.scope, wanted)
	return &AddressBody{addressOf(r.scope, made)}, addressError(err)
}

func (a *API) updateAddress(ctx context.Context, r *request, in *AddressUpdate) (*AddressBody, error) {
	changed, err := a.accounts.ChangeAddress(ctx, r.scope, in.ID, in.Body.apply)
	return &AddressBody{addressOf(r.scope, changed)}, addressError(err)
}

func (a *API) deleteAddress(ctx context.Context, r *request, in *AddressPath) (*struct{}, error) {
	err := a.accounts.DeleteAddress(ctx, r.scope, in.ID)
	if models.KindOf(err) == models.Conflict {
		err = &refusal{http.StatusConflict, "address_in_use", err.Error()}
	}
	return nil, err
}

// addressFieldNames are the contract's names of the fields of an address.
var addressFieldNames = func() map[string]string {
	names := maps.Clone(groupFieldNames)
	names["company"] = "name"
	return names
}()

// addressError says an error of the model with the contract's names of fields.
func addressError(err error) error { return named(err, addressFieldNames) }

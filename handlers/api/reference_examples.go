package api

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Example is a request to an operation that works. Names in capitals after $, such as $BILLING_GROUP_ID, stand
// for what the caller has.
type Example struct {
	Method, Path string // Path with /v1 and, where some are asked for, query parameters
	Body         string // JSON, "" for none
	Token        bool   // it needs a token
}

// exampleBodies are the bodies that say more than what the description asks for at least. Tests send them.
var exampleBodies = map[string]string{
	"billing-group-create":              `{"account_id": "$ACCOUNT_ID", "billing_group_name": "Research", "billing_emails": [{"email": "ap@example.com"}]}`,
	"billing-group-update":              `{"billing_extra_text": "PO 4711"}`,
	"organization-address-create":       `{"name": "Acme Oy", "address_lines": ["Mannerheimintie 1"], "city": "Helsinki", "zip_code": "00100", "country_code": "FI"}`,
	"organization-address-update":       `{"city": "Espoo"}`,
	"organization-billing-group-create": `{"billing_group_name": "Laboratory", "billing_address_id": "$ADDRESS_ID", "shipping_address_id": "$ADDRESS_ID", "billing_emails": [{"email": "ap@example.com"}], "billing_contact_emails": [], "payment_method": {"payment_method_id": "$PAYMENT_METHOD_ID", "payment_method_type": "bank_transfer"}}`,
	"organization-billing-group-update": `{"billing_address_id": "$ADDRESS_ID", "custom_invoice_text": "PO 4711"}`,
	"organization-project-create":       `{"project_id": "events-prod", "billing_group_id": "$BILLING_GROUP_ID", "tags": {"team": "data"}}`,
	"organization-project-update":       `{"tags": {"team": "data"}}`,
	"account-update":                    `{"account_name": "$ACCOUNT_NAME"}`,
	"project-create":                    `{"project": "web-backend", "account_id": "$ACCOUNT_ID"}`,
	"project-update":                    `{"tech_emails": [{"email": "ops@example.com"}]}`,
	"project-tags-replace":              `{"tags": {"team": "data"}}`,
	"project-tags-update":               `{"tags": {"team": null, "stage": "test"}}`,
	"usage-ingest":                      `[{"record_id": "meter-7-000123", "project": "$PROJECT", "service_name": "events", "service_type": "kafka", "start": "2026-11-01T13:00:00Z", "end": "2026-11-01T14:00:00Z", "cost": "0.35"}]`,
	"billing-group-projects-assign":     `{"projects_names": ["$PROJECT"]}`,
}

// Example is the example of an operation, by its id.
func (a *API) Example(id string) (Example, bool) {
	for _, e := range a.order {
		if e.ID == id {
			return a.example(e), true
		}
	}
	return Example{}, false
}

func (a *API) example(e Endpoint) Example {
	op := a.operation(e)
	ex := Example{Method: e.Method, Path: Prefix + braces.ReplaceAllStringFunc(e.Path, func(s string) string { return variable(s[1 : len(s)-1]) }), Token: e.Scope != Public}
	var query []string
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			query = append(query, p.Name+"="+variable(p.Name))
		}
	}
	if len(query) > 0 {
		ex.Path += "?" + strings.Join(query, "&")
	}
	ex.Body = exampleBodies[e.ID]
	if ex.Body != "" || op.RequestBody == nil {
		return ex
	}
	if media := op.RequestBody.Content["application/json"]; media != nil && media.Schema != nil {
		body, err := json.Marshal(a.exampleOf("", media.Schema))
		if err == nil && string(body) != "null" {
			ex.Body = strings.NewReplacer(`":`, `": `, `,"`, `, "`).Replace(string(body))
		}
	}
	return ex
}

var braces = regexp.MustCompile(`\{\w+\}`)

// variable is what stands for a value that only the caller knows.
func variable(name string) string { return "$" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// exampleOf is the smallest value that a schema takes.
func (a *API) exampleOf(name string, s *huma.Schema) any {
	s = a.resolved(s)
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.OneOf) > 0:
		return a.exampleOf(name, s.OneOf[0])
	}
	switch s.Type {
	case huma.TypeObject:
		value := map[string]any{}
		for _, field := range s.Required {
			if p := s.Properties[field]; p != nil {
				value[field] = a.exampleOf(field, p)
			}
		}
		return value
	case huma.TypeArray:
		if s.Items == nil {
			return []any{}
		}
		return []any{a.exampleOf(strings.TrimSuffix(name, "s"), s.Items)}
	case huma.TypeBoolean:
		return true
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	}
	switch s.Format {
	case "date-time":
		return "2026-11-01T00:00:00Z"
	case "email":
		return "ap@example.com"
	}
	return variable(name)
}

func (a *API) resolved(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// operation is an endpoint's part of the description.
func (a *API) operation(e Endpoint) *huma.Operation {
	item := a.huma.OpenAPI().Paths[Prefix+e.Path]
	if item == nil {
		return &huma.Operation{}
	}
	for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete, item.Head, item.Options} {
		if op != nil && op.Method == e.Method {
			return op
		}
	}
	return &huma.Operation{}
}

// Curl is the example as a command for a shell, with the server's address in $BILLFOLD.
func (x Example) Curl() string {
	parts := []string{"curl"}
	if x.Method != "GET" && (x.Method != "POST" || x.Body == "") {
		parts[0] += " -X " + x.Method
	}
	parts[0] += ` "$BILLFOLD` + x.Path + `"`
	if x.Token {
		parts = append(parts, `-H "Authorization: Bearer $TOKEN"`)
	}
	if x.Body != "" {
		parts = append(parts, "--json '"+dollars.ReplaceAllString(x.Body, `'"$$${1}"'`)+"'")
	}
	return strings.Join(parts, " \\\n  ")
}

var dollars = regexp.MustCompile(`\$([A-Z][A-Z0-9_]*)`)

// Variables are the names after $ in the example, each once.
func (x Example) Variables() (names []string) {
	for _, m := range dollars.FindAllStringSubmatch(x.Path+" "+x.Body, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// Fill puts values in the place of the names after $, written as path or as JSON wants them.
func (x Example) Fill(value func(name string) string, escape func(string) string) Example {
	x.Path = dollars.ReplaceAllStringFunc(x.Path, func(s string) string { return escape(value(s[1:])) })
	x.Body = dollars.ReplaceAllStringFunc(x.Body, func(s string) string {
		quoted, _ := json.Marshal(value(s[1:])) // a text can always be written
		return string(quoted[1 : len(quoted)-1])
	})
	return x
}

package api

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	view "billfold/views/signin"

	"github.com/danielgtaylor/huma/v2"
)

// Reference is the description for people: the operations by noun, with the types that they take and give.
func (a *API) Reference() []view.APINoun {
	var nouns []view.APINoun
	types := map[string][]string{} // by noun: the names of types that its operations speak of
	for _, e := range a.order {
		i := slices.IndexFunc(nouns, func(n view.APINoun) bool { return n.Title == e.Noun })
		if i < 0 {
			i = len(nouns)
			nouns = append(nouns, view.APINoun{Title: e.Noun, Slug: slug(e.Noun)})
		}
		op, seen := a.describeOperation(e), types[e.Noun]
		nouns[i].Operations = append(nouns[i].Operations, op)
		for _, f := range slices.Concat(op.Body, op.Answer) {
			seen = a.collect(seen, f.Ref)
		}
		types[e.Noun] = seen
	}
	for i, n := range nouns {
		for _, name := range types[n.Title] {
			nouns[i].Types = append(nouns[i].Types, view.APIType{Name: name, Fields: a.fields(a.schema(name))})
		}
	}
	return nouns
}

// slug is a noun in an address.
func slug(noun string) string { return strings.ReplaceAll(strings.ToLower(noun), " ", "-") }

func (a *API) describeOperation(e Endpoint) view.APIOperation {
	op := a.operation(e)
	out := view.APIOperation{ID: cmp.Or(op.OperationID, e.ID), Method: e.Method, Path: Prefix + e.Path, Summary: cmp.Or(op.Summary, e.Summary), Deprecated: e.Deprecated, Curl: a.example(e).Curl()}
	for line := range strings.SplitSeq(op.Description, "\n\n") {
		if line != "" {
			out.Description = append(out.Description, line)
		}
	}
	for _, p := range op.Parameters {
		f := view.APIField{Name: p.Name, Doc: p.Description, Required: p.Required, In: p.In}
		a.setType(&f, p.Schema)
		if f.Doc == "" && p.Schema != nil {
			f.Doc = p.Schema.Description
		}
		out.Parameters = append(out.Parameters, f)
	}
	if op.RequestBody != nil {
		out.BodyTypes = keys(op.RequestBody.Content)
		if media := op.RequestBody.Content["application/json"]; media != nil && media.Schema != nil {
			out.Body = a.fields(a.resolved(media.Schema))
		}
	}
	for _, code := range keys(op.Responses) {
		status, err := strconv.Atoi(code)
		switch r := op.Responses[code]; {
		case err != nil:
		case status >= http.StatusBadRequest:
			text := http.StatusText(status)
			if said := e.Answers[status]; said != "" {
				text = said
			}
			out.Errors = append(out.Errors, view.APIError{Status: code, Text: text})
		default:
			out.Status, out.AnswerTypes = code, keys(r.Content)
			if media := r.Content["application/json"]; media != nil && media.Schema != nil {
				out.Answer = a.fields(a.resolved(media.Schema))
			}
		}
	}
	return out
}

// fields are the properties of an object, in the order of their names.
func (a *API) fields(s *huma.Schema) (list []view.APIField) {
	for _, name := range keys(s.Properties) {
		p := s.Properties[name]
		f := view.APIField{Name: name, Doc: p.Description, Required: slices.Contains(s.Required, name)}
		a.setType(&f, p)
		list = append(list, f)
	}
	return list
}

// setType says what a field's value is; of a type with fields its name stands for the word object.
func (a *API) setType(f *view.APIField, s *huma.Schema) {
	f.Type, f.Ref = a.typeOf(s)
	if f.Ref != "" {
		f.Type, f.After, _ = strings.Cut(f.Type, "object")
	}
}

// typeOf says in words what a value is; ref is the name of the type in it that has fields of its own.
func (a *API) typeOf(s *huma.Schema) (words, ref string) {
	if s == nil {
		return "", ""
	}
	if s.Ref != "" {
		target := a.resolved(s)
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		if target.Type == huma.TypeObject && len(target.Properties) > 0 {
			return orNullWords("object", target.Nullable), name
		}
		return a.typeOf(target)
	}
	switch {
	case len(s.OneOf) > 0:
		words, ref = a.typeOf(s.OneOf[0])
		return orNullWords(words, len(s.OneOf) > 1 && s.OneOf[1].Type == "null"), ref
	case len(s.Enum) > 0:
		texts := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			texts[i], _ = v.(string)
		}
		words = "one of " + strings.Join(texts, ", ")
	case s.Type == huma.TypeArray && s.Items != nil:
		words, ref = a.typeOf(s.Items)
		words = "list of " + words
	case s.Type == huma.TypeObject:
		words = "object"
		if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
			inner, _ := a.typeOf(values)
			words = "object of " + inner
		}
	case s.Format == "date-time":
		words = "time"
	default:
		words = s.Type
	}
	return orNullWords(words, s.Nullable), ref
}

func orNullWords(words string, nullable bool) string {
	if nullable {
		return words + " or null"
	}
	return words
}

// collect adds the name of a type, and of those in it, to a list that does not have them.
func (a *API) collect(names []string, name string) []string {
	if name == "" || slices.Contains(names, name) {
		return names
	}
	names = append(names, name)
	for _, f := range a.fields(a.schema(name)) {
		names = a.collect(names, f.Ref)
	}
	return names
}

func (a *API) schema(name string) *huma.Schema {
	return a.resolved(&huma.Schema{Ref: "#/components/schemas/" + name})
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

package api

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
)

// tail is a key after a list of projects, with its schema and what writes its value.
type tail[I any] struct {
	key    string
	schema *huma.Schema
	write  func(ctx context.Context, r *request, in *I, to io.Writer) error
}

var (
	countSchema      = &huma.Schema{Type: huma.TypeInteger}
	membershipSchema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}
	rolesSchema      = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}}
)

// registerProjectList is registerList for {"projects":[...]} with further keys after the list.
func registerProjectList[I, T any](a *API, e Endpoint, list each[I, T], tails ...tail[I]) {
	e.streams = true
	row := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, e.ID+"-row")
	schema := &huma.Schema{Type: huma.TypeObject, Required: []string{"projects"}, Properties: map[string]*huma.Schema{"projects": {Type: huma.TypeArray, Items: row}}}
	for _, t := range tails {
		schema.Required, schema.Properties[t.key] = append(schema.Required, t.key), t.schema
	}
	e.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}}
	register(a, e, func(ctx context.Context, r *request, in *I) (*huma.StreamResponse, error) {
		next, stop := iter.Pull2(parts(ctx, r, in, list))
		first, err, more := next()
		if err != nil {
			stop()
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			defer stop()
			c := humaecho.Unwrap(hc)
			c.Response().Header().Set("Content-Type", "application/json")
			c.Response().WriteHeader(http.StatusOK)
			w := listWriter{c.Response(), http.NewResponseController(c.Response()), true}
			err := w.start("projects")
			for part := first; more && err == nil; {
				if err = writePart(&w, part); err == nil {
					part, err, more = next()
				}
			}
			if err == nil {
				_, err = io.WriteString(w.to, "]")
			}
			for _, t := range tails {
				if err == nil {
					_, err = io.WriteString(w.to, `,"`+t.key+`":`)
				}
				if err == nil {
					err = t.write(ctx, r, in, w.to)
				}
			}
			if err == nil {
				_, err = io.WriteString(w.to, "}\n")
			}
			if err != nil {
				a.Log.ErrorContext(ctx, "API list broken off", "error", err, "operation", e.ID, "request_id", r.id)
				panic(http.ErrAbortHandler)
			}
		}}, nil
	})
}

// mapWriter writes a JSON object key by key.
type mapWriter struct {
	to    io.Writer
	began bool
}

func (w *mapWriter) put(key string, value any) error {
	pair, err := json.Marshal(key)
	if err != nil {
		return err
	}
	v, err := json.Marshal(value)
	if err != nil {
		return err
	}
	before := ","
	if !w.began {
		before = "{"
	}
	w.began = true
	_, err = w.to.Write(append(append(append([]byte(before), pair...), ':'), v...))
	return err
}

func (w *mapWriter) end() error {
	text := "}"
	if !w.began {
		text = "{}"
	}
	_, err := io.WriteString(w.to, text)
	return err
}

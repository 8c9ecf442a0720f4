package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
)

// each hands a list on in parts, as it reads it.
type each[I, T any] func(ctx context.Context, r *request, in *I, yield func([]T) error) error

// writePause is how long a client may leave a part of a list unread.
const writePause = time.Minute

// registerList puts an endpoint into the router whose answer is {"key":[...]}, written while it is read,
// however long it is. An error before the first part is answered as such; after it the connection breaks,
// so that half a list is not taken for a whole one.
func registerList[I, T any](a *API, e Endpoint, key string, list each[I, T]) {
	e.streams = true
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, e.ID+"-row")
	e.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{key}, Properties: map[string]*huma.Schema{key: {Type: huma.TypeArray, Items: schema}}}}}}}
	register(a, e, func(ctx context.Context, r *request, in *I) (*huma.StreamResponse, error) {
		// What fails before the first part has come is an error of the handler: so the first part is pulled
		// here, and the rest while the answer is written.
		pull, stop := iter.Pull2(parts(ctx, r, in, list))
		first, err, more := pull()
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
			err := w.start(key)
			for part := first; more && err == nil; {
				if err = writePart(&w, part); err == nil {
					part, err, more = pull()
				}
			}
			if err == nil {
				err = w.end()
			}
			if err != nil {
				a.Log.ErrorContext(ctx, "API list broken off", "error", err, "operation", e.ID, "request_id", r.id)
				panic(http.ErrAbortHandler)
			}
		}}, nil
	})
}

// errStopped ends the reading of a list whose reader has gone.
var errStopped = errors.New("the list is not read further")

// parts makes of a function that hands on parts a sequence that they can be pulled from; an error is
// its last element.
func parts[I, T any](ctx context.Context, r *request, in *I, list each[I, T]) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		err := list(ctx, r, in, func(part []T) error {
			if !yield(part, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

type listWriter struct {
	to      http.ResponseWriter
	control *http.ResponseController
	empty   bool
}

func (w *listWriter) start(key string) error {
	_, err := w.to.Write([]byte(`{"` + key + `":[`))
	return err
}

func (w *listWriter) end() error {
	_, err := w.to.Write([]byte("]}\n"))
	return err
}

func writePart[T any](w *listWriter, part []T) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	for _, row := range part {
		if !w.empty {
			buf.WriteByte(',')
		}
		w.empty = false
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	_ = w.control.SetWriteDeadline(time.Now().Add(writePause)) // not every writer has one
	_, err := w.to.Write(buf.Bytes())
	return err
}

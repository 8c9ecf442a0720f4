package api_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"billfold/handlers"
)

// described is the document, made once for all tests of the package.
var described = sync.OnceValue(func() document {
	text, err := json.Marshal(handlers.NewAPI(handlers.Deps{}).OpenAPI())
	var d document
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		panic(err)
	}
	return d
})

// recorder stands before the server of a test and holds every answer under /v1 against the description.
type recorder struct {
	t    *testing.T
	next http.Handler
	mu   sync.Mutex
	seen map[string]map[int]int // how often an operation answered with a status
}

// recorded puts a recorder before a server. Every world of this package's tests goes through one.
func recorded(t *testing.T, next http.Handler) *recorder {
	return &recorder{t: t, next: next, seen: map[string]map[int]int{}}
}

// ServeHTTP lets a request through and looks at its answer.
func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	method, path := req.Method, req.URL.EscapedPath()
	kept := &answer{ResponseWriter: w, status: http.StatusOK}
	r.next.ServeHTTP(kept, req)
	if !strings.HasPrefix(path, "/v1/") || method == http.MethodHead {
		return
	}
	id, operation := described().operation(method, path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[id] == nil {
		r.seen[id] = map[int]int{}
	}
	r.seen[id][kept.status]++
	for _, wrong := range described().wrongAnswer(operation, kept) {
		r.t.Errorf("%s %s (%s) answered %d against its description: %s", method, path, id, kept.status, wrong)
	}
}

// answer keeps what is written through it.
type answer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
	over   bool
}

// keptMost bounds what is looked at; longer answers are those of tests about length.
const keptMost = 4 << 20

// WriteHeader keeps the status.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.over = a.over || a.body.Len()+len(p) > keptMost; a.over {
		a.body.Reset()
	} else {
		a.body.Write(p)
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush is for those who ask for http.Flusher.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// operation finds what a request is described as; of several the one with the fewest parameters, as the
// router does. An address that is not described has none.
func (d document) operation(method, path string) (id string, operation map[string]any) {
	parts, best := strings.Split(path, "/"), -1
	for template, item := range d.at("paths") {
		found, _ := item.(map[string]any)[strings.ToLower(method)].(map[string]any)
		wanted := strings.Split(template, "/")
		if found == nil || len(wanted) != len(parts) {
			continue
		}
		fixed := 0
		for i, w := range wanted {
			if w == parts[i] {
				fixed++
			} else if !strings.HasPrefix(w, "{") || parts[i] == "" {
				fixed = -1
				break
			}
		}
		if fixed > best {
			best, operation = fixed, found
			id, _ = found["operationId"].(string)
		}
	}
	return id, operation
}

// wrongAnswer lists what is wrong with an answer.
func (d document) wrongAnswer(operation map[string]any, a *answer) []string {
	kind, _, _ := mime.ParseMediaType(a.Header().Get("Content-Type"))
	var schema map[string]any
	if operation == nil { // nothing at this address, or not by this method
		if !slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed}, a.status) {
			return []string{"the operation is not described"}
		}
		schema = d.at("components", "schemas", "Problem")
	} else {
		response := document(operation).at("responses", strconv.Itoa(a.status))
		if response == nil {
			return []string{"the status is not described"}
		}
		content, _ := response["content"].(map[string]any)
		if len(content) == 0 {
			if a.body.Len() > 0 {
				return []string{"has a body, which is not described"}
			}
			return nil
		}
		media, ok := content[kind].(map[string]any)
		if !ok {
			return []string{"the content type " + kind + " is not described"}
		}
		schema, _ = media["schema"].(map[string]any)
	}
	if a.over || !strings.HasSuffix(kind, "json") || schema == nil {
		return nil
	}
	bodies := [][]byte{a.body.Bytes()}
	if kind == "application/x-ndjson" { // one value a line, each as described
		bodies = bytes.Split(bytes.TrimSuffix(bodies[0], []byte("\n")), []byte("\n"))
	}
	var all []string
	for _, body := range bodies {
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			if kind == "application/x-ndjson" && len(body) == 0 {
				continue
			}
			return []string{"is no JSON: " + err.Error()}
		}
		all = append(all, d.wrongWith(schema, v, "body")...)
	}
	return all
}

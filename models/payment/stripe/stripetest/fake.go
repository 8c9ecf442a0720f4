// Package stripetest is a small Stripe for tests: it keeps customers, cards, Checkout pages, payments,
// disputes and refunds as Stripe does, does a request once per idempotency key, loses answers when asked
// to, and signs messages about what happened. What the real one allows in a request is checked elsewhere,
// against Stripe's own OpenAPI.
//
//	fake.go      the server: objects, idempotency, expansion, faults
//	requests.go  the requests that it knows
//	person.go    what a person does on a page, and what banks do
//	events.go    signed messages
package stripetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Secrets of the fake.
const (
	SecretKey     = "sk_test_fake"
	WebhookSecret = "whsec_fake"
)

// Object is one of Stripe's objects as its JSON says it.
type Object map[string]any

// Request is one that came in.
type Request struct {
	Method, Path, Key string
	Form              url.Values
}

// Fake is the server and what it knows.
type Fake struct {
	URL string

	mu       sync.Mutex
	t        testing.TB
	objects  map[string]Object
	order    []string
	answers  map[string]answer // by idempotency key
	faults   []fault
	requests []Request
	events   []Object
	made     int
	blind    bool // its search finds nothing
}

type answer struct {
	request string
	status  int
	body    []byte
}

// fault is what happens to the next request whose method and path begin so.
type fault struct {
	request string
	before  bool // it does not arrive, else its answer is lost
	stays   bool // it happens to all of them
	status  int  // it is answered with this status instead
}

// New starts the fake on this machine; the test's end stops it.
func New(t testing.TB) *Fake {
	f := &Fake{t: t, objects: map[string]Object{}, answers: map[string]answer{}}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.URL = s.URL
	return f
}

// LoseAnswer does the next request that begins so ("POST /v1/payment_intents") and breaks the connection
// before its answer.
func (f *Fake) LoseAnswer(request string) { f.add(fault{request: request}) }

// LoseAnswers does so with all of them, until Heal.
func (f *Fake) LoseAnswers(request string) { f.add(fault{request: request, stays: true}) }

// LoseRequests breaks the connection before such a request is done, until Heal.
func (f *Fake) LoseRequests(request string) {
	f.add(fault{request: request, before: true, stays: true})
}

// Fail answers the next request that begins so with a status and does nothing.
func (f *Fake) Fail(request string, status int) { f.add(fault{request: request, status: status}) }

// Heal ends all faults.
func (f *Fake) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

func (f *Fake) add(one fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, one)
}

// Blind makes searches find nothing, as for a while after something was made.
func (f *Fake) Blind(on bool) { f.mu.Lock(); f.blind = on; f.mu.Unlock() }

// ForgetKeys makes idempotency keys unknown, as after a day.
func (f *Fake) ForgetKeys() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers = map[string]answer{}
}

// Requests are those that came in and begin so, "" for all.
func (f *Fake) Requests(begin string) (list []Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		if strings.HasPrefix(r.Method+" "+r.Path, begin) {
			list = append(list, r)
		}
	}
	return list
}

// All are the objects of a kind ("payment_intent"), oldest first.
func (f *Fake) All(kind string) (list []Object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.all(kind, func(Object) bool { return true })
}

func (f *Fake) all(kind string, want func(Object) bool) (list []Object) {
	for _, id := range f.order {
		if o := f.objects[id]; o["object"] == kind && want(o) {
			list = append(list, o)
		}
	}
	return list
}

// Set changes fields of an object as no request can, for answers that lie.
func (f *Fake) Set(id string, values Object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, value := range values {
		f.objects[id][name] = value
	}
}

// make adds an object.
func (f *Fake) make(prefix, kind string, o Object) Object {
	f.made++
	o["id"], o["object"], o["created"], o["livemode"] = fmt.Sprintf("%s_fake%d", prefix, f.made), kind, time.Now().Unix(), false
	id := o["id"].(string)
	f.objects[id] = o
	f.order = append(f.order, id)
	return o
}

// ServeHTTP answers one request.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	for name, values := range r.URL.Query() {
		form[name] = values
	}
	key, request := r.Header.Get("Idempotency-Key"), r.Method+" "+r.URL.Path
	f.requests = append(f.requests, Request{r.Method, r.URL.Path, key, form})
	at := slices.IndexFunc(f.faults, func(x fault) bool { return strings.HasPrefix(request, x.request) })
	var now fault
	if at >= 0 {
		now = f.faults[at]
	}
	if at >= 0 && !now.stays {
		f.faults = slices.Delete(f.faults, at, at+1)
	}
	if now.before {
		panic(http.ErrAbortHandler)
	}
	got := answer{status: now.status, body: refusal("api_error", "", "")}
	if now.status == 0 {
		got = f.once(r, request, key, form)
	}
	if at >= 0 && now.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", fmt.Sprintf("req_fake%d", len(f.requests)))
	w.WriteHeader(got.status)
	_, _ = w.Write(got.body)
}

// once does a request once per idempotency key, and refuses a key that comes with another request.
func (f *Fake) once(r *http.Request, request, key string, form url.Values) answer {
	if r.Header.Get("Authorization") != "Bearer "+SecretKey {
		return answer{status: 401, body: refusal("invalid_request_error", "", "")}
	}
	whole := request + "?" + form.Encode()
	if r.Method == http.MethodPost {
		if before, ok := f.answers[key]; ok {
			if before.request != whole {
				return answer{status: 400, body: refusal("idempotency_error", "", "")}
			}
			return before
		}
	}
	status, o := f.do(r.Method, strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/"), form)
	got := answer{request: whole, status: status}
	if status < 400 {
		o = f.expand(o, expansions(form))
	}
	got.body, _ = json.Marshal(o)
	// As with Stripe, what was refused before anything was done is not kept.
	if r.Method == http.MethodPost && (status < 400 || status == http.StatusPaymentRequired) {
		f.answers[key] = got
	}
	return got
}

func expansions(form url.Values) (paths []string) {
	for name, values := range form {
		if strings.HasPrefix(name, "expand[") {
			paths = append(paths, values...)
		}
	}
	return paths
}

// expand replaces ids by their objects along the paths. The objects themselves stay as they are.
func (f *Fake) expand(o Object, paths []string) Object {
	whole := make(Object, len(o))
	for name, value := range o {
		whole[name] = value
	}
	for _, path := range paths {
		name, rest, _ := strings.Cut(path, ".")
		var deeper []string
		if rest != "" {
			deeper = []string{rest}
		}
		switch value := whole[name].(type) {
		case string:
			if inner := f.objects[value]; inner != nil {
				whole[name] = f.expand(inner, deeper)
			}
		case []Object:
			list := make([]Object, len(value))
			for i, inner := range value {
				list[i] = f.expand(inner, deeper)
			}
			whole[name] = list
		}
	}
	return whole
}

func refusal(kind, code, param string) []byte {
	body, _ := json.Marshal(refused(kind, code, param))
	return body
}

func refused(kind, code, param string) Object {
	// The message quotes what was sent, keys included, as real ones may.
	return Object{"error": Object{"type": kind, "code": code, "param": param, "message": "Refused: Bearer " + SecretKey}}
}

package crash

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// browser is a person's browser without scripts: it keeps cookies, reads forms as they are filled in, and
// follows no redirects by itself.
type browser struct {
	base string // http://127.0.0.1:PORT
	http *http.Client
}

func newBrowser(t testing.TB, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{base, &http.Client{Jar: jar, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what the server said.
type answer struct {
	status   int
	location string
	body     string
}

// get fetches a page. The error is that no answer came, or not all of it.
func (b *browser) get(path string) (answer, error) { return b.do(http.MethodGet, path, nil) }

// post sends a form. After an error nobody knows whether the server did what the form asks for.
func (b *browser) post(path string, values url.Values) (answer, error) {
	return b.do(http.MethodPost, path, values)
}

func (b *browser) do(method, path string, values url.Values) (a answer, err error) {
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		return a, err
	}
	r.Close = true // a connection that was kept would be tried twice by the client itself
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", b.base)
	}
	res, err := b.http.Do(r)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	// The head of an answer is enough to know that the change is made.
	a = answer{status: res.StatusCode, location: res.Header.Get("Location")}
	content, err := io.ReadAll(res.Body)
	a.body = string(content)
	if a.status == http.StatusSeeOther {
		err = nil
	}
	return a, err
}

// signIn starts a session.
func (b *browser) signIn(email, password string) error {
	a, err := b.post("/sign-in", url.Values{"email": {email}, "password": {password}})
	if err == nil && a.status != http.StatusSeeOther {
		err = fmt.Errorf("sign-in as %s: status %d", email, a.status)
	}
	return err
}

// form reads the form of a page that posts to the page's own path: where it leads, and what it would send
// as it stands. Other forms may be there: a message may carry one that takes a move back.
func form(path, page string) (action string, values url.Values, err error) {
	path, _, _ = strings.Cut(path, "?")
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return "", nil, err
	}
	for n := range root.Descendants() {
		action := attribute(n, "action")
		if to, _, _ := strings.Cut(action, "?"); n.Data != "form" || attribute(n, "method") != "post" || to != path {
			continue
		}
		if values := fields(n); values.Has("form_key") {
			return action, values, nil
		}
	}
	return "", nil, fmt.Errorf("the page has no form that writes: %.2000s", page)
}

// fields are what a form sends without one of its named buttons.
func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch n.Data {
		case "input":
			kind := attribute(n, "type")
			if kind != "radio" && kind != "checkbox" || has(n, "checked") {
				values.Add(name, attribute(n, "value"))
			}
		case "textarea":
			values.Add(name, strings.TrimPrefix(text(n), "\n"))
		case "select":
			values.Add(name, selected(n))
		}
	}
	return values
}

func selected(choice *html.Node) string {
	var first, value *string
	for n := range choice.Descendants() {
		if n.Data != "option" {
			continue
		}
		v := attribute(n, "value")
		if first == nil {
			first = &v
		}
		if has(n, "selected") {
			value = &v
		}
	}
	if value == nil {
		value = first
	}
	if value == nil {
		return ""
	}
	return *value
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// freeAddress is an address of this machine on which nothing listens at the moment.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// serve starts the server and waits until it answers. A killed one may hold its address for a moment.
func (d *database) serve(t testing.TB, clock, listen string) *process {
	t.Helper()
	p := d.start(t, clock, "", "serve", "--listen", listen)
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.ended:
			t.Fatalf("billfold serve ended\n%s%s", p.stdout.String(), p.stderr.String())
		default:
		}
		if res, err := http.Get("http://" + listen + "/healthz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return p
			}
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("billfold serve does not answer\n%s%s", p.stdout.String(), p.stderr.String())
		}
	}
}

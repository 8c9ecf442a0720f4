package handlertest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"golang.org/x/net/html"
)

// Page is an answer of the console.
type Page struct {
	Path     string // that was asked for, with its query
	Status   int
	Header   http.Header
	Body     []byte // decoded
	Location string // of a redirect
	Doc      *html.Node

	client *Client
}

func newPage(c *Client, r *http.Request, status int, header http.Header, body []byte) *Page {
	c.t.Helper()
	var decoder io.Reader
	var err error
	switch header.Get("Content-Encoding") {
	case "br":
		decoder = brotli.NewReader(bytes.NewReader(body))
	case "gzip":
		decoder, err = gzip.NewReader(bytes.NewReader(body))
	default:
		decoder = bytes.NewReader(body)
	}
	if err == nil {
		body, err = io.ReadAll(decoder)
	}
	if err != nil {
		c.t.Fatalf("%s %s: decode the body: %v", r.Method, r.URL.Path, err)
	}
	p := &Page{Path: r.URL.RequestURI(), Status: status, Header: header, Body: body, Location: header.Get("Location"), client: c}
	if strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		if p.Doc, err = html.Parse(bytes.NewReader(body)); err != nil {
			c.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
	return p
}

// Want fails the test unless the answer has the status.
func (p *Page) Want(t testing.TB, status int) *Page {
	t.Helper()
	if p.Status != status {
		t.Fatalf("%s answers %d, want %d:\n%s", p.Path, p.Status, status, p.Main())
	}
	return p
}

// WantRedirect fails the test unless the answer is a 303 to a path.
func (p *Page) WantRedirect(t testing.TB, to string) *Page {
	t.Helper()
	p.Want(t, http.StatusSeeOther)
	if p.Location != to {
		t.Fatalf("%s leads to %s, want %s", p.Path, p.Location, to)
	}
	return p
}

// Follow asks for where a redirect leads.
func (p *Page) Follow() *Page {
	p.client.t.Helper()
	p.Want(p.client.t, http.StatusSeeOther)
	return p.client.Get(p.Location)
}

// IsWhole reports whether the answer is a whole document and not a part of one.
func (p *Page) IsWhole() bool {
	return bytes.HasPrefix(bytes.ToLower(p.Body), []byte("<!doctype html>"))
}

// Find gives the elements that a selector matches, in the order of the document.
func (p *Page) Find(selector string) []*html.Node { return find(p.Doc, selector) }

// Has reports whether a selector matches anything.
func (p *Page) Has(selector string) bool { return len(p.Find(selector)) > 0 }

// Text is the text of the first match with spaces made one, "" for none.
func (p *Page) Text(selector string) string {
	if all := p.Texts(selector); len(all) > 0 {
		return all[0]
	}
	return ""
}

// Texts are the texts of all matches.
func (p *Page) Texts(selector string) []string {
	var out []string
	for _, n := range p.Find(selector) {
		out = append(out, text(n))
	}
	return out
}

// Attr is an attribute of the first match, "" for none.
func (p *Page) Attr(selector, name string) string {
	if all := p.Find(selector); len(all) > 0 {
		return attr(all[0], name)
	}
	return ""
}

// Title is the document's title.
func (p *Page) Title() string { return p.Text("title") }

// Main is the text of the page without its frame, of everything when there is no main.
func (p *Page) Main() string {
	if p.Doc == nil {
		return string(p.Body)
	}
	if p.Has("main") {
		return p.Text("main")
	}
	return text(p.Doc)
}

// Submit sends a form of the page as the browser would: with its hidden fields (the form's key among
// them) and what its fields hold, changed by values. A nil list takes a field out.
func (p *Page) Submit(t testing.TB, form string, values url.Values) *Page {
	t.Helper()
	found := p.Find(form)
	if len(found) == 0 {
		t.Fatalf("%s has no form %q:\n%s", p.Path, form, p.Main())
	}
	sent := p.FormValues(found[0])
	for name, list := range values {
		if list == nil {
			sent.Del(name)
			continue
		}
		sent[name] = slices.Clone(list)
	}
	action := attr(found[0], "action")
	if action == "" {
		action = p.Path
	}
	if strings.EqualFold(attr(found[0], "method"), "post") {
		return p.client.Post(action, sent)
	}
	base, _, _ := strings.Cut(action, "?")
	return p.client.Get(base + "?" + sent.Encode())
}

// FormValues is what a form would send without any change; submit buttons are not part of it.
func (p *Page) FormValues(form *html.Node) url.Values {
	out := url.Values{}
	for _, n := range find(form, "input") {
		switch name := attr(n, "name"); strings.ToLower(attr(n, "type")) {
		case "submit", "button", "image", "reset", "file":
		case "checkbox", "radio":
			if has(n, "checked") && name != "" {
				value := attr(n, "value")
				if !has(n, "value") {
					value = "on"
				}
				out.Add(name, value)
			}
		default:
			if name != "" {
				out.Add(name, attr(n, "value"))
			}
		}
	}
	for _, n := range find(form, "textarea") {
		out.Add(attr(n, "name"), rawText(n))
	}
	for _, n := range find(form, "select") {
		options := find(n, "option")
		chosen := slices.IndexFunc(options, func(o *html.Node) bool { return has(o, "selected") })
		if len(options) > 0 {
			out.Add(attr(n, "name"), attr(options[max(chosen, 0)], "value"))
		}
	}
	return out
}

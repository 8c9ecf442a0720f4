package handlertest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Client is one browser: it keeps cookies and does not follow redirects by itself.
type Client struct {
	s       *Server
	t       testing.TB
	mu      sync.Mutex
	cookies map[string]*http.Cookie
	Header  http.Header // sent with every request, such as Accept-Encoding
	Address string      // where the browser is, "192.0.2.1"
}

// Anonymous is a browser without a session.
func (s *Server) Anonymous(t testing.TB) *Client {
	return &Client{s: s, t: t, cookies: map[string]*http.Cookie{}, Header: http.Header{}, Address: "192.0.2.1"}
}

// SignIn is a browser on which a user of Server.User signed in.
func (s *Server) SignIn(t testing.TB, email string) *Client {
	t.Helper()
	c := s.Anonymous(t)
	p := c.Post("/sign-in", url.Values{"email": {email}, "password": {Password}})
	p.Want(t, http.StatusSeeOther)
	return c
}

// Get asks for a page as a browser does at a click.
func (c *Client) Get(path string) *Page {
	c.t.Helper()
	return c.Do(c.Request(http.MethodGet, path, nil))
}

// Partial asks for a part of a page as htmx does; target is "div#id" of what it replaces.
func (c *Client) Partial(path, target string) *Page {
	c.t.Helper()
	return c.Do(partial(c.Request(http.MethodGet, path, nil), target))
}

// Post sends a form.
func (c *Client) Post(path string, values url.Values) *Page {
	c.t.Helper()
	return c.Do(c.Request(http.MethodPost, path, values))
}

// PostPartial sends a form as htmx does for a part of a page.
func (c *Client) PostPartial(path string, values url.Values, target string) *Page {
	c.t.Helper()
	return c.Do(partial(c.Request(http.MethodPost, path, values), target))
}

func partial(r *http.Request, target string) *http.Request {
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Request-Type", "partial")
	r.Header.Set("HX-Target", target)
	return r
}

// Request makes a request with the browser's cookies, to be changed before Do.
func (c *Client) Request(method, path string, values url.Values) *http.Request {
	c.t.Helper()
	var body io.Reader
	if values != nil {
		body = strings.NewReader(values.Encode())
	}
	scheme := "http://"
	if c.s.secure {
		scheme = "https://"
	}
	r := httptest.NewRequestWithContext(c.t.Context(), method, scheme+c.s.Host+path, body)
	r.RemoteAddr = c.Address + ":40000"
	for name, list := range c.Header {
		r.Header[name] = list
	}
	if values != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cookie := range c.cookies {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	return r
}

// Do sends a request and keeps the cookies of the answer.
func (c *Client) Do(r *http.Request) *Page {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.s.Handler.ServeHTTP(w, r)
	res := w.Result()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cookie := range res.Cookies() {
		if cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
			continue
		}
		c.cookies[cookie.Name] = cookie
	}
	return newPage(c, r, res.StatusCode, res.Header, w.Body.Bytes())
}

// Cookie is a cookie as it was set, nil for none.
func (c *Client) Cookie(name string) *http.Cookie {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cookies[name]
}

// SetCookie gives the browser a cookie.
func (c *Client) SetCookie(name, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cookies[name] = &http.Cookie{Name: name, Value: value}
}

package bench

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"billfold/handlers"
	"billfold/models"
	"billfold/models/seller"
	"billfold/views"
)

// pageBrowser is somebody signed in to the whole console: every request passes the real router, session,
// access check, queries and rendering. There is no network in between, which would hide differences.
type pageBrowser struct {
	handler http.Handler
	cookie  *http.Cookie
}

const pageHost = "http://127.0.0.1:8080"

// newBrowser signs the user of a world in.
func newBrowser(ctx context.Context, w *pageWorld) (*pageBrowser, error) {
	clock := models.Clock(func() time.Time { return pageEnd })
	sellers := seller.NewStore(w.d, clock)
	b := &pageBrowser{handler: handlers.New(handlers.Deps{DB: w.d, Clock: clock, PublicURL: pageHost,
		Operator: func(ctx context.Context) views.Operator {
			s, _, err := sellers.Get(ctx)
			if err != nil {
				return views.Operator{}
			}
			return views.Operator{Name: s.Name, SupportURL: s.SupportURL, Contact: s.ContactEmail}
		}})}
	form := url.Values{"email": {pageEmail}, "password": {pagePassword}}
	r := b.request(ctx, http.MethodPost, views.SignInPath, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	b.handler.ServeHTTP(answer, r)
	for _, c := range answer.Result().Cookies() {
		b.cookie = c
	}
	if answer.Code != http.StatusSeeOther || b.cookie == nil {
		return nil, fmt.Errorf("signing in answered %d", answer.Code)
	}
	return b, nil
}

// request is one as a browser sends it at a click.
func (b *pageBrowser) request(ctx context.Context, method, path, body string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, pageHost+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	for name, value := range map[string]string{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en-GB,en;q=0.5",
		"Accept-Encoding": "gzip, deflate, br", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"} {
		r.Header.Set(name, value)
	}
	if b.cookie != nil {
		r.AddCookie(&http.Cookie{Name: b.cookie.Name, Value: b.cookie.Value})
	}
	return r
}

// ask asks for a page as a browser does, which takes it compressed, and says how long the answer took.
func (b *pageBrowser) ask(ctx context.Context, path string) (time.Duration, error) {
	r, answer := b.request(ctx, http.MethodGet, path, ""), httptest.NewRecorder()
	start := time.Now()
	b.handler.ServeHTTP(answer, r)
	took := time.Since(start)
	if answer.Code != http.StatusOK {
		return took, fmt.Errorf("%s answered %d", path, answer.Code)
	}
	return took, nil
}

// read is a page as text.
func (b *pageBrowser) read(ctx context.Context, path string) (string, error) {
	r, answer := b.request(ctx, http.MethodGet, path, ""), httptest.NewRecorder()
	r.Header.Del("Accept-Encoding")
	b.handler.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return "", fmt.Errorf("%s answered %d", path, answer.Code)
	}
	return answer.Body.String(), nil
}

var nextLink = regexp.MustCompile(`rel="next" href="([^"]+)"`)

// deepest follows the links to older or next pages to the last one: in pages of 100 rows as far as they
// go, and from there in those of 25 that are asked for.
func (b *pageBrowser) deepest(ctx context.Context, path string) (string, error) {
	last, err := b.follow(ctx, views.WithQuery(path, "size", "100"))
	if err != nil {
		return "", err
	}
	return b.follow(ctx, views.WithQuery(last, "size", ""))
}

// follow is the last of the pages that follow one, in their own size.
func (b *pageBrowser) follow(ctx context.Context, path string) (string, error) {
	for {
		page, err := b.read(ctx, path)
		if err != nil {
			return "", err
		}
		found := nextLink.FindStringSubmatch(page)
		if found == nil {
			return path, nil
		}
		path = html.UnescapeString(found[1])
	}
}

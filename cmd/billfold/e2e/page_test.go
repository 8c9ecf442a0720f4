package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is one window of the browser. Its methods fail the test when they cannot do what they say;
// those that look for something wait for it.
type Page struct {
	t         *testing.T
	ctx       context.Context
	base      string
	scope     string // CSS selector of the part that the methods look in; empty for the page
	downloads string
	state     *state
}

// In is the page seen through the first element that matches the selector.
func (p *Page) In(selector string) *Page {
	part := *p
	part.scope = selector
	return &part
}

// Goto opens a path of the site, or an address, and returns the status of the answer.
func (p *Page) Goto(path string) int {
	p.t.Helper()
	if !strings.Contains(path, "://") {
		path = p.base + path
	}
	ctx, cancel := p.limit()
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(path))
	if err != nil {
		p.t.Fatalf("go to %s: %v", path, err)
	}
	p.settle()
	return int(response.Status)
}

// Back goes one step back in the history.
func (p *Page) Back() {
	p.t.Helper()
	ctx, cancel := p.limit()
	defer cancel()
	history, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	p.must(err)
	if history.CurrentIndex == 0 {
		p.t.Fatalf("%s is the first page of the history", p.Path())
	}
	want := history.CurrentIndex - 1
	// Not chromedp.NavigateBack: it waits for a load, and a page that is still in memory has none.
	p.must(call(p, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[want].ID}))
	p.until("the page before", func() bool {
		now, err := chromedp.Run(ctx, chromedp.NavigationEntries())
		return err == nil && now.CurrentIndex == want
	})
	p.settle()
}

// Path is the path and query of the page's address.
func (p *Page) Path() string {
	p.t.Helper()
	address := value[string](p, "location.href")
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	return u.RequestURI()
}

// Title is the title of the window.
func (p *Page) Title() string { p.t.Helper(); return value[string](p, "document.title") }

// Text is what a reader sees of the page, or of the part, with one space for each run of white space.
func (p *Page) Text() string {
	p.t.Helper()
	return squeeze(value[string](p, p.root()+".innerText"))
}

// Texts are the visible texts of all elements that match the selector, in the order of the page.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	found := value[[]string](p, fmt.Sprintf("Array.from(%s.querySelectorAll(%q), e => e.innerText)", p.root(), selector))
	for i := range found {
		found[i] = squeeze(found[i])
	}
	return found
}

// Sees waits until the text is on the page.
func (p *Page) Sees(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("the text %q", text), func() bool { return strings.Contains(p.Text(), squeeze(text)) })
}

// SeesNot fails when the text is on the page, which is at rest.
func (p *Page) SeesNot(text string) {
	p.t.Helper()
	if strings.Contains(p.Text(), squeeze(text)) {
		p.t.Fatalf("%s shows %q", p.Path(), text)
	}
}

// AtPath waits until the address has the path, with its query.
func (p *Page) AtPath(path string) {
	p.t.Helper()
	p.until("the address "+path, func() bool { return p.Path() == path })
}

// root is the JavaScript expression of the part that the methods look in.
func (p *Page) root() string {
	if p.scope == "" {
		return "document.documentElement"
	}
	return fmt.Sprintf("(document.querySelector(%q) || document.createElement('i'))", p.scope)
}

// until waits until done, asking again and again.
func (p *Page) until(what string, done func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("waited %s at %s for %s", patience, p.Path(), what)
		}
	}
}

// settle waits until the page has loaded and asks the server for nothing any more.
func (p *Page) settle() {
	p.t.Helper()
	const quiet = 100 * time.Millisecond
	since := time.Now()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		open := p.state.pending()
		loaded, err := evaluate[bool](p, "document.readyState === 'complete'")
		if len(open) > 0 || err != nil || !loaded { // an error: the page is just being replaced
			since = time.Now()
		}
		if time.Since(since) >= quiet {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("the page does not come to rest: loaded %v, %v, waiting for %q", loaded, err, open)
		}
	}
}

// state is what the browser tells about a page while it runs.
type state struct {
	mu     sync.Mutex
	hosts  string // the address that requests must begin with
	open   map[network.RequestID]string
	errors []string
}

// watch takes the browser's events; it runs within the loop that reads them.
func (s *state) watch(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.RequestID == network.RequestID(e.LoaderID) {
			clear(s.open) // a new page: of the old one's requests nothing is heard any more
		}
		// Not the icon: the browser may drop that request without a word when the next page comes.
		if e.Type != network.ResourceTypeOther || !strings.Contains(e.Request.URL, "favicon") {
			s.open[e.RequestID] = e.Request.URL
		}
		if u, err := url.Parse(e.Request.URL); err == nil && strings.HasPrefix(u.Scheme, "http") && !strings.HasPrefix(e.Request.URL, s.hosts) {
			s.errors = append(s.errors, "request to another host: "+e.Request.URL)
		}
	case *network.EventLoadingFinished:
		delete(s.open, e.RequestID)
	case *network.EventLoadingFailed:
		delete(s.open, e.RequestID)
	case *runtime.EventExceptionThrown:
		s.errors = append(s.errors, "exception: "+describe(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			s.errors = append(s.errors, fmt.Sprintf("console.error: %s", texts(e.Args)))
		}
	case *log.EventEntryAdded:
		// A status of 400 and above is logged as an error of the network, and is the test's business.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			s.errors = append(s.errors, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
}

func describe(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}

func texts(args []*runtime.RemoteObject) string {
	var all []string
	for _, a := range args {
		all = append(all, string(a.Value)+a.Description)
	}
	return strings.Join(all, " ")
}

func (s *state) pending() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, address := range s.open {
		all = append(all, address)
	}
	return all
}

func (s *state) complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.errors)
}

// limit bounds one step.
func (p *Page) limit() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, patience)
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// call runs a command of the browser's protocol whose answer does not matter.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) error {
	ctx, cancel := p.limitAfterStart()
	defer cancel()
	_, err := chromedp.Call(ctx, command, params)
	return err
}

// limitAfterStart is limit once the window is open: its first command must not carry a time limit,
// because the window would close with it.
func (p *Page) limitAfterStart() (context.Context, context.CancelFunc) {
	if c := chromedp.FromContext(p.ctx); c == nil || c.Target == nil {
		return p.ctx, func() {}
	}
	return p.limit()
}

// evaluate is the value of a JavaScript expression. The harness may evaluate also where the page may
// not run scripts.
func evaluate[T any](p *Page, expression string) (T, error) {
	ctx, cancel := p.limit()
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

func value[T any](p *Page, expression string) T {
	p.t.Helper()
	v, err := evaluate[T](p, expression)
	for end := time.Now().Add(patience); err != nil; v, err = evaluate[T](p, expression) {
		if time.Now().After(end) {
			p.t.Fatalf("evaluate %s: %v", expression, err)
		}
		time.Sleep(50 * time.Millisecond) // the page is just being replaced
	}
	return v
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// saveOnFailure keeps what the page looked like when the test failed.
func (p *Page) saveOnFailure() {
	if !p.t.Failed() {
		return
	}
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\ :`, r) {
			return '_'
		}
		return r
	}, p.t.Name())
	dir := filepath.Join(os.TempDir(), "billfold-e2e-failures")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Log(err)
		return
	}
	html, err := evaluate[string](p, "location.href + '\\n' + document.documentElement.outerHTML")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".html"), []byte(html), 0o644)
	}
	picture, err2 := p.picture()
	if err2 == nil {
		err2 = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	p.t.Logf("the page is kept as %s.html and .png (%v, %v)", filepath.Join(dir, name), err, err2)
}

package crash

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// act is one thing that a person does with a form.
type act struct {
	name  string
	page  func(*person) string                      // the page with the form
	fill  func(*person) url.Values                  // what is typed into it
	there func(*person) (path string, words string) // a page that has the words once the change is made; nil: it may be made twice
	then  func(p *person, location string)          // notes for later acts
}

// person works through a list of acts, sends a form again when no answer came, and remembers the last
// answer to see that the same form again gets the same one.
type person struct {
	b     *browser
	notes map[string]string
	stop  <-chan struct{} // closed when the test gives up

	path     string // the last form that was answered
	sent     url.Values
	location string

	acknowledged, repeated, lost int
}

// patience bounds how long a person waits for a server that was killed.
const patience = time.Minute

// insist repeats what got no answer until one comes.
func (p *person) insist(what string, try func() (answer, error)) (a answer, attempts int, err error) {
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		attempts++
		a, err = try()
		if err == nil && a.status != http.StatusServiceUnavailable {
			return a, attempts, nil
		}
		if time.Since(began) > patience {
			return a, attempts, fmt.Errorf("%s: no answer for %s: status %d, %v", what, patience, a.status, err)
		}
		select {
		case <-p.stop:
			return a, attempts, fmt.Errorf("%s: given up", what)
		default:
		}
	}
}

// look fetches a page that must be there.
func (p *person) look(path string) (string, error) {
	a, _, err := p.insist("GET "+path, func() (answer, error) { return p.b.get(path) })
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d, to %s\n%.2000s", path, a.status, a.location, a.body)
	}
	return a.body, err
}

// do carries out one act, whatever happens to the server meanwhile.
func (p *person) do(x act) error {
	for {
		path := x.page(p)
		page, err := p.look(path)
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		action, values, err := form(path, page)
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		for name, list := range x.fill(p) {
			values[name] = list
		}
		a, attempts, err := p.insist("POST "+action, func() (answer, error) { return p.b.post(action, values) })
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		switch {
		case a.status == http.StatusSeeOther:
			p.acknowledged++
			if x.there != nil { // a step's draft may be gone by the time it is sent again
				p.path, p.sent, p.location = action, values, a.location
			}
			if x.then != nil {
				x.then(p, a.location)
			}
			return nil
		case attempts > 1 && a.status == http.StatusConflict && strings.Contains(a.body, "its answer was lost"):
			// The server died in between and cannot tell. The person looks, as the page says.
			p.lost++
			done, err := p.made(x)
			if done || err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s: POST %s: status %d after %d attempts\n%.3000s", x.name, action, a.status, attempts, a.body)
		}
	}
}

// made looks whether the act's change is there. One that only keeps a draft is simply made again.
func (p *person) made(x act) (bool, error) {
	if x.there == nil {
		return false, nil
	}
	path, words := x.there(p)
	page, err := p.look(path)
	if err != nil {
		return false, fmt.Errorf("%s: %w", x.name, err)
	}
	return strings.Contains(page, words), nil
}

// again sends the last form that was answered once more: the answer must be the same.
func (p *person) again() error {
	if p.path == "" {
		return nil
	}
	a, _, err := p.insist("POST "+p.path+" again", func() (answer, error) { return p.b.post(p.path, p.sent) })
	p.repeated++
	if err == nil && (a.status != http.StatusSeeOther || a.location != p.location) {
		err = fmt.Errorf("the form for %s was answered with %s; again: status %d, to %s", p.path, p.location, a.status, a.location)
	}
	return err
}

// draftOf is the draft that an address of the steps of a new group carries.
func draftOf(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	return u.Query().Get("draft")
}

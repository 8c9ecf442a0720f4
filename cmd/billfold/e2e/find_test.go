package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Roles of the accessibility tree, as Chromium computes them.
var (
	clickable = []string{"link", "button", "menuitem", "tab", "radio", "checkbox", "DisclosureTriangle", "option"}
	fillable  = []string{"textbox", "searchbox", "spinbutton", "combobox", "Date", "DateTime"}
)

// element is one found node; it is good until the page changes.
type element struct {
	id   cdp.BackendNodeID
	role string
	name string
}

// find waits for the one element with one of the roles and exactly this accessible name. More than
// one is an error: the test must say which part of the page it means, by In.
func (p *Page) find(roles []string, name string) element {
	p.t.Helper()
	var found element
	var seen []string
	what := fmt.Sprintf("one %s named %q", strings.Join(roles, ", "), name)
	defer func() {
		if p.t.Failed() {
			p.t.Logf("there are: %s", strings.Join(seen, "; "))
		}
	}()
	p.until(what, func() bool {
		all, err := p.elements(roles)
		if err != nil {
			return false // the page is just being replaced
		}
		seen = seen[:0]
		for _, e := range all {
			seen = append(seen, e.role+" "+e.name)
		}
		same := slices.DeleteFunc(all, func(e element) bool { return e.name != squeeze(name) })
		if len(same) != 1 {
			return false
		}
		found = same[0]
		return true
	})
	return found
}

// Has says whether an element with the role and accessible name is on the page, which is at rest.
func (p *Page) Has(role, name string) bool {
	p.t.Helper()
	all, err := p.elements([]string{role})
	p.must(err)
	return slices.ContainsFunc(all, func(e element) bool { return e.name == squeeze(name) })
}

// Names are the accessible names of all elements with the role, in the order of the page.
func (p *Page) Names(role string) []string {
	p.t.Helper()
	all, err := p.elements([]string{role})
	p.must(err)
	var names []string
	for _, e := range all {
		names = append(names, e.name)
	}
	return names
}

// elements are the elements of the part that assistive technology sees with one of the roles.
func (p *Page) elements(roles []string) ([]element, error) {
	ctx, cancel := p.limit()
	defer cancel()
	root, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: p.root()})
	if err != nil {
		return nil, err
	}
	tree, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root.Result.ObjectID})
	if err != nil {
		return nil, err
	}
	var found []element
	for _, node := range tree.Nodes {
		role := word(node.Role)
		if node.Ignored || node.BackendDOMNodeID == 0 || !slices.Contains(roles, role) {
			continue
		}
		found = append(found, element{node.BackendDOMNodeID, role, squeeze(word(node.Name))})
	}
	return found, nil
}

// word is a text value of the accessibility tree.
func word(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	_ = json.Unmarshal(v.Value, &s)
	return s
}

// on calls a JavaScript function with the element as this.
func on[T any](p *Page, e element, function string, args ...any) (T, error) {
	var zero T
	ctx, cancel := p.limit()
	defer cancel()
	object, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: e.id})
	if err != nil {
		return zero, err
	}
	return chromedp.Run(ctx, chromedp.CallFunctionOn[T](function, func(params *runtime.CallFunctionOnParams) {
		params.ObjectID = object.Object.ObjectID
	}, args...))
}

package e2e

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// walk is one journey of the demo's user through the whole console.
type walk struct {
	*Page
	scripts bool
	hidden  []string // ids of an account that the user is not a member of: its own, its groups', its projects'
	notes   map[string]string
}

// step is one thing that a person does, and the title of the page that it ends on.
type step struct {
	name, title string
	do          func(w *walk)
	// loaded: the browser itself loads the page, so that the focus is at its beginning, as everywhere on the web.
	loaded bool
}

// TestWalk walks through everything that the product does, from signing in to signing out. The same
// table of steps is walked without JavaScript in nojs_test.go.
func TestWalk(t *testing.T) { walkAll(t, Options{}) }

func walkAll(t *testing.T, o Options) {
	database := demoCopy(t)
	t.Parallel()
	w := &walk{scripts: !o.NoScript, notes: map[string]string{}}
	w.hidden = ids(t, database, `SELECT id FROM accounts WHERE name = 'Borealis' UNION ALL
		SELECT g.id FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE a.name = 'Borealis' UNION ALL
		SELECT p.id FROM projects p JOIN accounts a ON a.id = p.account_id WHERE a.name = 'Borealis'`)
	w.Page = Open(t, Serve(t, database).URL, o)
	for _, s := range slices.Concat(signInSteps, createSteps, groupSteps, deleteSteps, projectSteps, creditSteps, informationSteps, eventSteps, invoiceSteps, tokenSteps, cardSteps, endSteps) {
		s.do(w)
		w.arrived(s)
	}
}

// arrived checks what must hold after every step.
func (w *walk) arrived(s step) {
	w.t.Helper()
	want := s.title
	for note, text := range w.notes {
		want = strings.ReplaceAll(want, "{"+note+"}", text)
	}
	if t := w.Title(); t != want {
		w.t.Errorf("%s: the title is %q, not %q", s.name, t, want)
	}
	for _, complaint := range w.state.complaints() {
		w.t.Errorf("%s: the page complained: %s", s.name, complaint)
	}
	all := value[string](w.Page, "document.documentElement.outerHTML")
	for _, secret := range append([]string{"Borealis"}, w.hidden...) {
		if strings.Contains(all, secret) {
			w.t.Errorf("%s: %s is on the page", s.name, secret)
		}
	}
	if wrong := w.focus(); wrong != "" && w.scripts && !s.loaded {
		w.t.Errorf("%s: the focus is on %s", s.name, wrong)
	}
}

// focus is what is wrong with the element that has the focus; empty when it can be seen.
func (w *walk) focus() string {
	return value[string](w.Page, `(() => {
		const e = document.activeElement;
		if (!e || e === document.body || e === document.documentElement) return 'the body';
		const r = e.getBoundingClientRect(), seen = e.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true});
		const inside = r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
		return seen && inside ? '' : 'what cannot be seen: ' + e.outerHTML.slice(0, 200) })()`)
}

// focused is the visible text of what has the focus, or its id where it has no text.
func (w *walk) focused() string {
	return squeeze(value[string](w.Page, "document.activeElement === document.body ? '' : document.activeElement.innerText || document.activeElement.id"))
}

// heading is the h1 of the page without what stands beside it.
func (w *walk) heading(want string) {
	w.t.Helper()
	w.until("the heading "+want, func() bool {
		return value[string](w.Page, "(document.querySelector('h1')?.firstChild?.textContent || '').trim()") == want
	})
}

// flash waits for the message after a change. With JavaScript it has the focus, so it is read out.
func (w *walk) flash(want string) {
	w.t.Helper()
	w.until("the message "+want, func() bool { return slices.Equal(w.Texts("[data-flash] p"), []string{squeeze(want)}) })
	if got := w.focused(); w.scripts && !strings.HasPrefix(got, squeeze(want)) {
		w.t.Errorf("the focus is on %q, not on the message", got)
	}
}

// refused waits for the summary of errors with exactly these, and goes to the first field by its link.
func (w *walk) refused(want ...string) {
	w.t.Helper()
	w.until("the errors "+strings.Join(want, ", "), func() bool { return slices.Equal(w.Texts("#errors li"), want) })
	if got := value[string](w.Page, "document.activeElement.id"); w.scripts && got != "errors" {
		w.t.Errorf("the focus is on %q, not on the errors", got)
	}
	target := value[string](w.Page, "document.querySelector('#errors li a').hash.slice(1)")
	w.In("#errors").ClickRole("link", want[0])
	w.until("the focus on the field "+target, func() bool { return value[string](w.Page, "document.activeElement.id") == target })
	if beside := w.Texts("#" + target + "-error"); len(beside) != 1 || !strings.HasSuffix(beside[0], want[0]) {
		w.t.Errorf("beside the field %s stands %q, not %q", target, beside, want[0])
	}
}

// filtered sends a filter form where no script does it.
func (w *walk) filtered() {
	w.t.Helper()
	if !w.scripts {
		w.ClickRole("button", "Apply")
	}
}

// named is the accessible name of the one element with the role whose name begins so.
func (w *walk) named(role, prefix string) string {
	w.t.Helper()
	var found []string
	for _, name := range w.Names(role) {
		if strings.HasPrefix(name, prefix) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("%d of role %s begin with %q: %q", len(found), role, prefix, found)
	}
	return found[0]
}

// count is the number at the beginning of the status text above a list.
func (w *walk) count() int {
	w.t.Helper()
	text := strings.Join(w.Texts("#result-count"), " ")
	first, _, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(strings.ReplaceAll(first, ",", ""))
	if err != nil {
		w.t.Fatalf("the status text is %q", text)
	}
	return n
}

// tab goes to a tab of a billing group.
func (w *walk) tab(name string) {
	w.t.Helper()
	w.In("nav.tabs").ClickRole("link", name)
}

// action chooses from the menu at the top of a page.
func (w *walk) action(name string) {
	w.t.Helper()
	w.ClickRole("DisclosureTriangle", "Actions")
	w.In(".head-actions").ClickRole("link", name)
}

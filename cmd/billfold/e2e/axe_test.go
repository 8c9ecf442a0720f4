package e2e

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 of Deque Systems, as published; its licence, MPL 2.0, lies beside it.
//
//go:embed testdata/axe/axe.min.js
var axe string

// axeRun runs the rules of WCAG 2.2 AA and the makers' best practices. target-size is the only rule of
// WCAG 2.2 and off by default. In dark only the rules that look at colours are run: the others cannot
// tell the schemes apart, and were run in light.
const axeRun = `(async (colours) => {
	const only = colours ? {type: 'rule', values: ['color-contrast', 'link-in-text-block']}
		: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']};
	const r = await axe.run(document, {runOnly: only, rules: colours ? {} : {'target-size': {enabled: true}}, resultTypes: ['violations', 'incomplete'], preload: false});
	const list = (found, kind) => found.flatMap(f => f.nodes.map(n => ({kind, rule: f.id, where: n.target.flat().join(' '), html: n.html.slice(0, 160),
		why: [...n.any, ...n.all, ...n.none].map(c => c.message).join('; ').slice(0, 300)})));
	return JSON.stringify([...list(r.violations, 'violation'), ...list(r.incomplete, 'incomplete')]);
})(%v)`

// finding is one thing that axe found on one element.
type finding struct{ Kind, Rule, Where, HTML, Why string }

// reviewed are results that axe leaves to a person, who has looked. Everything else that it is not sure
// of fails the test like a violation.
var reviewed = []struct{ rule, why, because string }{
	{"color-contrast", "obscured by another element", "tabs beside the strip that scrolls on a phone; in a wide window they are measured"},
	{"color-contrast", "overlapped by another element", "what lies under an open menu; without the menu it is measured"},
	{"th-has-data-cells", "missing or empty", "the head stays when no row matches, and the row of a project in an invoice has a name alone"},
}

// look is a window size and a colour scheme.
type look struct {
	width int64
	dark  bool
}

var looks = []look{{1440, false}, {1440, true}, {375, true}, {375, false}}

// show gives the window a size and a colour scheme.
func (p *Page) show(l look) {
	p.t.Helper()
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	p.must(call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 900, DeviceScaleFactor: 1}))
	p.must(call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
}

// audit looks at the page as it is, in every look, and then at 320 pixels for what makes it scroll sideways.
func (p *Page) audit(name string) {
	p.t.Helper()
	if !value[bool](p, "!!window.axe") {
		p.inject()
	}
	seen := map[finding]bool{}
	for _, l := range looks {
		p.show(l)
		for _, f := range p.axe(l.dark) {
			same := f
			same.Why = ""
			if seen[same] || f.reviewed() {
				continue
			}
			seen[same] = true
			p.t.Errorf("%s (%s) at %d, dark %v: %s of %s: %s\n\t%s\n\t%s", name, p.Path(), l.width, l.dark, f.Kind, f.Rule, f.Why, f.Where, f.HTML)
		}
	}
	if wide := p.sideways(); wide != "" {
		p.t.Errorf("%s (%s) scrolls sideways at 320: %s", name, p.Path(), wide)
	}
	p.show(look{width: 1440})
}

// sideways is what makes the page wider than a window of 320 pixels; empty when nothing does. Tables and
// tabs scroll within themselves.
func (p *Page) sideways() string {
	p.t.Helper()
	p.show(look{width: 320})
	return value[string](p, `(() => {
		const d = document.documentElement, over = d.scrollWidth - d.clientWidth;
		if (over <= 0) return '';
		const out = Array.from(document.body.querySelectorAll('*')).filter(e => e.getBoundingClientRect().right > d.clientWidth + 0.5 && !e.closest('.tbl, .tabs'));
		return over + ' px too wide: ' + out.slice(-2).map(e => e.outerHTML.slice(0, 150)).join(' | ') })()`)
}

func (p *Page) inject() {
	p.t.Helper()
	ctx, cancel := p.limit()
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe+"; undefined"))
	p.must(err)
}

func (p *Page) axe(colours bool) []finding {
	p.t.Helper()
	ctx, cancel := p.limit()
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(axeRun, colours), chromedp.EvalAwaitPromise))
	p.must(err)
	var found []finding
	p.must(json.Unmarshal([]byte(text), &found))
	return found
}

func (f finding) reviewed() bool {
	for _, r := range reviewed {
		if f.Kind == "incomplete" && f.Rule == r.rule && strings.Contains(f.Why, r.why) {
			return true
		}
	}
	return false
}

// TestAxeFinds shows that the check sees what it must: a picture without words, text without contrast,
// a target that is too small, a page that is too wide.
func TestAxeFinds(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, `<!doctype html><html lang="en"><title>Poor</title><link rel="icon" href="data:,"><main><h1>Poor</h1>
			<img src="data:,"><p style="color:#bbb">Pale</p><a href="/1" style="font-size:9px">1</a><a href="/2" style="font-size:9px">2</a>
			<p style="width:400px">Wide</p></main>`)
	}))
	t.Cleanup(server.Close)
	p := Open(t, server.URL, Options{})
	p.Goto("/")
	if wide := p.sideways(); !strings.Contains(wide, "Wide") {
		t.Errorf("what is too wide at 320 pixels is said to be %q", wide)
	}
	p.inject()
	p.show(look{width: 1440})
	var rules []string
	for _, f := range p.axe(false) {
		rules = append(rules, f.Rule)
	}
	for _, rule := range []string{"image-alt", "color-contrast", "target-size"} {
		if !slices.Contains(rules, rule) {
			t.Errorf("axe does not find %s, only %q", rule, rules)
		}
	}
}

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Click clicks the link, button or other control with the accessible name and waits until the page
// has come to rest.
func (p *Page) Click(name string) {
	p.t.Helper()
	p.press(p.find(clickable, name))
	p.settle()
}

// ClickRole is Click for one role alone, where a link and a button share a name.
func (p *Page) ClickRole(role, name string) {
	p.t.Helper()
	p.press(p.find([]string{role}, name))
	p.settle()
}

// Fill puts the text into the field with the label, in place of what is there, by typing.
func (p *Page) Fill(label, text string) {
	p.t.Helper()
	e := p.find(fillable, label)
	kind, err := on[string](p, e, `function() { this.focus(); if (this.select) this.select(); return this.type || '' }`)
	p.must(err)
	ctx, cancel := p.limit()
	defer cancel()
	switch kind {
	case "date", "month", "time", "datetime-local": // the parts of such fields differ by language
		_, err = on[bool](p, e, `function(v) { this.value = v; this.dispatchEvent(new Event('input', {bubbles: true})); this.dispatchEvent(new Event('change', {bubbles: true})); return true }`, text)
	case "select-one", "select-multiple":
		p.t.Fatalf("%q is a list: use Select", label)
	default:
		if text == "" {
			err = chromedp.Do(ctx, chromedp.KeyEvent("\b"))
		} else {
			_, err = chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		}
	}
	p.must(err)
	if got := p.Value(label); got != text {
		p.t.Fatalf("the field %q has %q after typing %q", label, got, text)
	}
}

// Value is what stands in the field with the label.
func (p *Page) Value(label string) string {
	p.t.Helper()
	v, err := on[string](p, p.find(fillable, label), `function() { return this.value }`)
	p.must(err)
	return v
}

// Select chooses the option with the text in the list with the label.
func (p *Page) Select(label, option string) {
	p.t.Helper()
	e := p.find([]string{"combobox", "listbox"}, label)
	done, err := on[bool](p, e, `function(text) {
		const o = Array.from(this.options || []).find(o => o.label.trim().replace(/\s+/g, ' ') === text);
		if (!o || o.disabled) return false;
		this.focus();
		o.selected = true;
		this.dispatchEvent(new Event('input', {bubbles: true}));
		this.dispatchEvent(new Event('change', {bubbles: true}));
		return true }`, squeeze(option))
	p.must(err)
	if !done {
		p.t.Fatalf("the list %q has no option %q", label, option)
	}
	p.settle()
}

// Check makes sure that the box or radio button with the label is on.
func (p *Page) Check(label string) {
	p.t.Helper()
	e := p.find([]string{"checkbox", "radio", "switch"}, label)
	if on, err := on[bool](p, e, `function() { return this.checked }`); err == nil && !on {
		p.press(e)
		p.settle()
	}
	if on, err := on[bool](p, e, `function() { return this.checked }`); err != nil || !on {
		p.t.Fatalf("%q is not on after a click, %v", label, err)
	}
}

// press clicks with the mouse where the element is.
func (p *Page) press(e element) {
	p.t.Helper()
	x, y, err := p.place(e)
	p.must(err)
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		params := input.DispatchMouseEventParams{Type: kind, X: x, Y: y}
		if kind != input.DispatchMouseEventTypeMouseMoved {
			params.Button, params.ClickCount = input.MouseButtonLeft, 1
		}
		p.must(call(p, input.DispatchMouseEvent, params))
	}
}

// place scrolls the element into view and is the point to click on; an error when something else lies
// over it.
func (p *Page) place(e element) (x, y float64, err error) {
	if err := call(p, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: e.id}); err != nil {
		return 0, 0, fmt.Errorf("%s %q cannot be scrolled to: %w", e.role, e.name, err)
	}
	ctx, cancel := p.limit()
	defer cancel()
	boxes, err := chromedp.Call(ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: e.id})
	if err != nil || len(boxes.Quads) == 0 {
		return 0, 0, fmt.Errorf("%s %q has no place on the page: %w", e.role, e.name, err)
	}
	q := boxes.Quads[0] // four corners; the first line of a link that is broken over two
	x, y = (q[0]+q[4])/2, (q[1]+q[5])/2
	over, err := on[string](p, e, `function(x, y) {
		const top = document.elementFromPoint(x, y);
		if (!top || top === this || this.contains(top) || Array.from(this.labels || []).some(l => l.contains(top))) return '';
		return top.outerHTML.slice(0, 200) }`, x, y)
	if err == nil && over != "" {
		err = fmt.Errorf("%s %q is covered at %.0f,%.0f by %s", e.role, e.name, x, y, over)
	}
	return x, y, err
}

// Download runs the action, waits for the file that it makes the browser save, and returns its path,
// under the name that the server gave it.
func (p *Page) Download(action func()) string {
	p.t.Helper()
	window := string(chromedp.FromContext(p.ctx).Target.TargetID) // also the id of its main frame
	begins := chromedp.BrowserEvents(p.ctx, browser.DownloadWillBegin)
	progress := chromedp.BrowserEvents(p.ctx, browser.DownloadProgress)
	action()
	type file struct{ id, name string }
	arrived := make(chan file, 1)
	failed := make(chan error, 1)
	go func() {
		var f file
		for e, err := range begins {
			if err != nil {
				failed <- err
				return
			}
			if string(e.FrameID) != window { // the browser tells everybody of all windows' downloads
				continue
			}
			f = file{e.GUID, e.SuggestedFilename}
			break
		}
		for e, err := range progress {
			switch {
			case err != nil:
				failed <- err
				return
			case e.GUID == f.id && e.State == browser.DownloadProgressStateCanceled:
				failed <- fmt.Errorf("the download of %s was broken off", f.name)
				return
			case e.GUID == f.id && e.State == browser.DownloadProgressStateCompleted:
				arrived <- f
				return
			}
		}
	}()
	select {
	case f := <-arrived:
		path := filepath.Join(p.downloads, filepath.Base(f.name))
		p.must(os.Rename(filepath.Join(p.downloads, f.id), path))
		return path
	case err := <-failed:
		p.t.Fatal(err)
	case <-time.After(patience):
		p.t.Fatalf("waited %s for a download", patience)
	}
	return ""
}

// Screenshot saves the whole page as NAME.png in the folder that BILLFOLD_E2E_SCREENSHOTS names;
// without it, nothing.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	dir := os.Getenv("BILLFOLD_E2E_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := p.picture()
	p.must(err)
	p.must(os.MkdirAll(dir, 0o755))
	p.must(os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

// picture is the whole page as PNG.
func (p *Page) picture() ([]byte, error) {
	ctx, cancel := p.limit()
	defer cancel()
	yes := true
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &yes})
	if err != nil {
		return nil, err
	}
	return shot.Data, nil
}

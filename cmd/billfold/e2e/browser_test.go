package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what a test waits for. Generous: the machine may have
// two cores and run other tests beside this one.
const patience = 30 * time.Second

// chromium is the one browser process of a test run, with a profile of its own.
var chromium struct {
	once    sync.Once
	err     error
	ctx     context.Context
	cancel  context.CancelFunc
	profile string
}

// startBrowser runs Chromium without a window and without any talk to its maker's servers.
func startBrowser() (context.Context, error) {
	c := &chromium
	c.once.Do(func() {
		var path string
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if path, c.err = exec.LookPath(name); c.err == nil {
				break
			}
		}
		if c.err != nil {
			c.err = errors.New(`Chromium is not on this machine; the browser tests need it. ` +
				`On Debian "apt-get install chromium", elsewhere any Chromium or Chrome on PATH`)
			return
		}
		if c.profile, c.err = os.MkdirTemp("", "billfold-e2e-profile-"); c.err != nil {
			return
		}
		// A PDF is saved, not shown, also where the server leaves the choice to the browser.
		settings := filepath.Join(c.profile, "data", "Default", "Preferences")
		if c.err = os.MkdirAll(filepath.Dir(settings), 0o700); c.err != nil {
			return
		}
		if c.err = os.WriteFile(settings, []byte(`{"plugins":{"always_open_pdf_externally":true}}`), 0o600); c.err != nil {
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), // as root chromedp adds --no-sandbox by itself
			chromedp.UserDataDir(filepath.Join(c.profile, "data")),
			chromedp.Env("HOME="+c.profile, "TMPDIR="+c.profile, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME="),
			chromedp.Flag("disable-gpu", true),
			chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-quic", true),
			// Nothing but this machine is ever asked for anything; a page that tries is an error (see watch).
			chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		)
		ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(ctx)
		c.cancel = func() { cancel(); cancelAllocator() }
		if c.err = chromedp.Do(ctx); c.err != nil {
			c.err = fmt.Errorf("start %s: %w", path, c.err)
			return
		}
		c.ctx = ctx
	})
	return c.ctx, c.err
}

func closeBrowser() error {
	if chromium.cancel == nil {
		return nil
	}
	var err error
	if chromium.ctx != nil {
		err = chromedp.Cancel(chromium.ctx)
	}
	chromium.cancel()
	return errors.Join(err, os.RemoveAll(chromium.profile))
}

// errorsOf calls each and joins their errors.
func errorsOf(calls ...func() error) error {
	var errs []error
	for _, call := range calls {
		errs = append(errs, call())
	}
	return errors.Join(errs...)
}

// Options are how a page is opened.
type Options struct {
	NoScript      bool // JavaScript off, as a reader may have it
	Width, Height int  // of the window in CSS pixels; 1280 by 900 by default
}

// EachScript runs a test twice: in a browser with JavaScript and in one without.
func EachScript(t *testing.T, fn func(t *testing.T, o Options)) {
	t.Run("script", func(t *testing.T) { fn(t, Options{}) })
	t.Run("no script", func(t *testing.T) { fn(t, Options{NoScript: true}) })
}

// Open opens a window with cookies and storage of its own at base, the address that paths given to
// Goto begin with. When the test fails the page is saved as picture and HTML. Script errors, broken
// content security policy and requests to other hosts fail the test by themselves.
func Open(t *testing.T, base string, o Options) *Page {
	t.Helper()
	parent, err := startBrowser()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	p := &Page{t: t, ctx: ctx, base: base, downloads: t.TempDir(), state: &state{open: map[network.RequestID]string{}, hosts: base}}
	t.Cleanup(func() {
		p.saveOnFailure()
		for _, complaint := range p.state.complaints() {
			t.Errorf("the page complained: %s", complaint)
		}
		cancel()
	})
	if o.Width == 0 {
		o.Width, o.Height = 1280, 900
	}
	yes := true
	p.must(chromedp.Listen(ctx, p.state.watch))
	for _, err := range []error{
		call(p, network.Enable, network.EnableParams{}),
		call(p, log.Enable, cdp.Empty{}),
		call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(o.Width), Height: int64(o.Height), DeviceScaleFactor: 1}),
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScript}),
	} {
		p.must(err)
	}
	_, err = chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		DownloadPath: p.downloads, EventsEnabled: &yes,
	})
	p.must(err)
	return p
}

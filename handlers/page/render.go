package page

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/andybalholm/brotli"
	"github.com/labstack/echo/v4"
)

// The headers of htmx 4; only Render and Redirect read and write them.
const (
	hxRequest     = "HX-Request"
	hxRedirect    = "HX-Redirect"
	hxRequestType = "HX-Request-Type" // "partial" when the answer goes into a part of the page
	hxRestore     = "HX-History-Restore-Request"
	hxRetarget    = "HX-Retarget"
	hxReswap      = "HX-Reswap"
	hxPushURL     = "HX-Push-Url"
)

// Render answers with a page. A handler hands over the full page always, and may name one of its
// fragments: that alone goes to a request for a part of the page, unless a flash waits to be shown. Any
// other answer to such a request replaces the whole page, else a sign-in or error page would land
// inside a table.
func Render(c echo.Context, status int, full templ.Component, fragment ...string) error {
	r, h := c.Request(), c.Response().Header()
	h.Add(echo.HeaderVary, hxRequestType)
	partial := r.Header.Get(hxRequestType) == "partial" && r.Header.Get(hxRestore) != "true"
	var out bytes.Buffer
	if partial && len(fragment) > 0 && waitingFlash(c) == nil {
		for _, id := range fragment {
			if err := templ.RenderFragments(r.Context(), &out, full, id); err != nil {
				return err
			}
		}
		if out.Len() == 0 {
			return fmt.Errorf("the page has no fragment %q", fragment)
		}
		return writeHTML(c, status, out.Bytes())
	}
	if err := full.Render(r.Context(), &out); err != nil {
		return err
	}
	if stateOf(c).showing != nil && r.Method != http.MethodHead {
		stateOf(c).showing = nil
		if err := dropFlash(c); err != nil {
			return err
		}
	}
	if partial {
		h.Set(hxRetarget, "body")
		h.Set(hxReswap, "outerHTML")
		h.Set(hxPushURL, r.URL.RequestURI())
	}
	return writeHTML(c, status, out.Bytes())
}

// worthCompressing is the size in bytes below which compressing does not pay.
const worthCompressing = 600

func writeHTML(c echo.Context, status int, html []byte) error {
	res := c.Response()
	res.Header().Set(echo.HeaderContentType, "text/html; charset=utf-8")
	res.Header().Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if len(html) < worthCompressing || c.Request().Method == http.MethodHead {
		res.WriteHeader(status)
		_, err := res.Write(html)
		return err
	}
	w := compressor(c)
	res.WriteHeader(status)
	if _, err := w.Write(html); err != nil {
		return err
	}
	return w.Close()
}

// compressor encodes what is written to it in brotli or gzip, whichever the browser takes.
func compressor(c echo.Context) io.WriteCloser {
	return brotli.HTTPCompressor(c.Response(), c.Request())
}

package page

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Document is a file that stays as it is, such as the PDF of an invoice.
type Document struct {
	Name    string // of the file, from our own numbers: "BF-2026-000412.pdf"
	Type    string // media type
	Content []byte
	ETag    string // names the content, without quotes; "" for none
}

// File answers with a document to be saved. Browsers may keep it and must ask whether it still holds.
func File(c echo.Context, d Document) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, d.Type)
	h.Set(echo.HeaderContentDisposition, attachment(d.Name))
	h.Set(echo.HeaderCacheControl, "private, no-cache")
	if d.ETag != "" {
		h.Set("ETag", `"`+d.ETag+`"`)
	}
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(d.Content))
	return nil
}

// Stream answers with a file that is written while it is sent. An error before the first byte becomes
// an error page; after it the connection breaks, so that half a file is not taken for a whole one.
func Stream(c echo.Context, name, mediaType string, write func(io.Writer) error) error {
	h := c.Response().Header()
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	w := &lazyWriter{c: c, name: name, mediaType: mediaType}
	if err := write(w); err != nil {
		if !c.Response().Committed {
			return err
		}
		stateOf(c).kit.log().ErrorContext(Ctx(c), "file broken off", "error", err, "request_id", RequestID(c))
		panic(http.ErrAbortHandler)
	}
	return w.close()
}

// lazyWriter sends the head of the answer with the first byte of the file.
type lazyWriter struct {
	c               echo.Context
	name, mediaType string
	to              io.WriteCloser
}

func (w *lazyWriter) Write(p []byte) (int, error) {
	w.start()
	return w.to.Write(p)
}

func (w *lazyWriter) start() {
	if w.to != nil {
		return
	}
	h := w.c.Response().Header()
	h.Set(echo.HeaderContentType, w.mediaType)
	h.Set(echo.HeaderContentDisposition, attachment(w.name))
	w.to = compressor(w.c)
	w.c.Response().WriteHeader(http.StatusOK)
}

func (w *lazyWriter) close() error {
	w.start() // an empty file is a file
	return w.to.Close()
}

// attachment is the header that has a file saved under a name; what could end the header is taken out.
func attachment(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"\/:*?<>|;`, r) || r == 0x7f || r == '\u202e' {
			return '-'
		}
		return r
	}, name)
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

package static

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
)

// Handler serves the assets under Prefix. Only hashed names exist, so every answer may be kept for
// ever; anything else is 404, and 405 for methods other than GET and HEAD.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := loaded().byPath[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a.serve(w, r)
	})
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	body, encoding := a.plain, ""
	if a.gzip != nil || a.brotli != nil {
		h.Set("Vary", "Accept-Encoding")
		accept := r.Header.Get("Accept-Encoding")
		switch {
		case a.brotli != nil && accepts(accept, "br"):
			body, encoding = a.brotli, "br"
		case a.gzip != nil && accepts(accept, "gzip"):
			body, encoding = a.gzip, "gzip"
		}
	}
	tag := `"` + a.hash
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
		tag += "-" + encoding
	}
	h.Set("ETag", tag+`"`)
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	if encoding == "" {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
		return
	}
	// ServeContent would cut ranges out of the compressed bytes and leave out the length.
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

// accepts reads an Accept-Encoding header: whether coding is listed and not refused with q=0.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}

// compress gives the brotli and gzip forms, nil where they are not smaller.
func compress(data []byte) (br, gz []byte) {
	var b, g bytes.Buffer
	bw := brotli.NewWriterLevel(&b, brotli.BestCompression)
	gw, _ := gzip.NewWriterLevel(&g, gzip.BestCompression) // the level is a constant that exists
	// Writing to a bytes.Buffer does not fail.
	_, _ = bw.Write(data)
	_ = bw.Close()
	_, _ = gw.Write(data)
	_ = gw.Close()
	if b.Len() < len(data) {
		br = b.Bytes()
	}
	if g.Len() < len(data) {
		gz = g.Bytes()
	}
	return br, gz
}

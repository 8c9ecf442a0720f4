package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, method, path, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHandlerSendsEachFormOfAFile(t *testing.T) {
	plain := loaded().byPath[strings.TrimPrefix(Path("app.css"), Prefix)].plain
	for _, c := range []struct {
		accept, encoding string
		open             func(io.Reader) (io.Reader, error)
	}{
		{"gzip, deflate, br, zstd", "br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		{"gzip;q=0.5, br;q=0", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"", "", func(r io.Reader) (io.Reader, error) { return r, nil }},
	} {
		res := get(t, "GET", Path("app.css"), c.accept)
		if res.StatusCode != 200 || res.Header.Get("Content-Encoding") != c.encoding {
			t.Fatalf("%q: %d, encoding %q, want %q", c.accept, res.StatusCode, res.Header.Get("Content-Encoding"), c.encoding)
		}
		r, err := c.open(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := body(t, r); !bytes.Equal(got, plain) {
			t.Errorf("%q: %d bytes after decoding, want %d", c.accept, len(got), len(plain))
		}
		if res.Header.Get("Vary") != "Accept-Encoding" || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%q: headers %v", c.accept, res.Header)
		}
	}
}

func TestHandlerTypesAndRefusals(t *testing.T) {
	for name, want := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "htmx.min.js": "text/javascript; charset=utf-8",
		"favicon.svg": "image/svg+xml", "source-sans-3-latin.woff2": "font/woff2", "source-sans-3-latin-ext.woff2": "font/woff2",
	} {
		if got := get(t, "GET", Path(name), "br").Header.Get("Content-Type"); got != want {
			t.Errorf("%s: type %q, want %q", name, got, want)
		}
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/static/app.css", 404},
		{"GET", "/static/", 404},
		{"GET", "/static/css/app.css", 404},
		{"GET", "/static/../go.mod", 404},
		{"POST", Path("app.css"), 405},
		{"HEAD", Path("app.css"), 200},
	} {
		if got := get(t, c.method, c.path, "").StatusCode; got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got, c.want)
		}
	}
	if b := body(t, get(t, "HEAD", Path("app.css"), "br").Body); len(b) != 0 {
		t.Errorf("HEAD sent %d bytes", len(b))
	}
}

func TestHandlerNotModified(t *testing.T) {
	for _, encoding := range []string{"br", ""} {
		tag := get(t, "GET", Path("app.js"), encoding).Header.Get("ETag")
		r := httptest.NewRequest("GET", Path("app.js"), nil)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		if w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("%q: %d with %d bytes, want 304 with none", encoding, w.Code, w.Body.Len())
		}
	}
}

// The budgets of the first load.
func TestBudgets(t *testing.T) {
	size := func(name string) (plain, sent int) {
		a := loaded().byPath[strings.TrimPrefix(Path(name), Prefix)]
		if a.brotli == nil {
			return len(a.plain), len(a.plain)
		}
		return len(a.plain), len(a.brotli)
	}
	if plain, sent := size("app.css"); plain >= 24<<10 || sent > 10<<10 {
		t.Errorf("app.css is %d bytes, %d as brotli; the budget is 24 KB, 10 KB", plain, sent)
	}
	if _, sent := size("app.js"); sent > 4<<10 {
		t.Errorf("app.js is %d bytes as brotli; the budget is 4 KB", sent)
	}
	if _, sent := size("source-sans-3-latin.woff2"); sent > 30<<10 {
		t.Errorf("the font is %d bytes; the budget is 30 KB", sent)
	}
	total := 0
	for _, name := range []string{"app.css", "app.js", "htmx.min.js", "source-sans-3-latin.woff2", "favicon.svg"} {
		_, sent := size(name)
		total += sent
	}
	if total > 60<<10 {
		t.Errorf("the first load is %d bytes beside the page; the target is 60 KB", total)
	}
	t.Logf("first load beside the page: %d bytes", total)
}

func TestCSSIsWholeAndPlain(t *testing.T) {
	css := string(loaded().byPath[strings.TrimPrefix(Path("app.css"), Prefix)].plain)
	if strings.Count(css, "{") != strings.Count(css, "}") {
		t.Error("app.css has unbalanced braces")
	}
	for _, m := range regexp.MustCompile(`url\("([^"]*)"\)`).FindAllStringSubmatch(css, -1) {
		if res := get(t, "GET", m[1], ""); res.StatusCode != 200 {
			t.Errorf("app.css names %s: %d", m[1], res.StatusCode)
		}
	}
	entries, err := files.ReadDir("css")
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := files.ReadFile("css/app.css")
	hex := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
	for _, e := range entries {
		if e.Name() != "app.css" && !bytes.Contains(entry, []byte(`"`+e.Name()+`"`)) {
			t.Errorf("css/%s is not imported", e.Name())
		}
		src, _ := files.ReadFile("css/" + e.Name())
		if e.Name() != "tokens.css" {
			if m := hex.Find(src); m != nil {
				t.Errorf("css/%s has the colour %s; colours come from tokens.css", e.Name(), m)
			}
		}
		if !strings.Contains("print.css utilities.css", e.Name()) && bytes.Contains(src, []byte("!important")) {
			t.Errorf("css/%s uses !important", e.Name())
		}
	}
}

func TestPathOfUnknownAssetPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Path("nothing.css")
}

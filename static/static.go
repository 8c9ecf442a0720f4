// Package static holds what the browser loads beside the pages: one style sheet, two scripts, the
// font and the favicon. They are embedded, named by their content hash and compressed once per
// process, so they can be served as immutable and a new binary never meets an old style sheet.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Prefix is where Handler is mounted.
const Prefix = "/static/"

//go:embed css/*.css js/*.js fonts/*.woff2 vendor/htmx/htmx.min.js favicon.svg
var files embed.FS

// asset is one file as it is sent.
type asset struct {
	contentType string
	hash        string
	plain       []byte
	brotli      []byte // nil when compressing does not make it smaller
	gzip        []byte
}

// bundle is every asset, by its hashed name and by the name templates use.
type bundle struct {
	byPath map[string]*asset // "app.0123456789ab.css"
	paths  map[string]string // "app.css" -> "/static/app.0123456789ab.css"
}

var loaded = sync.OnceValue(func() *bundle {
	b, err := load(files)
	if err != nil {
		panic(fmt.Sprintf("static: %v", err)) // the embedded files are wrong; no page would be right
	}
	return b
})

// Load prepares all assets now instead of at the first request.
func Load() { loaded() }

// Path is the URL of an asset by its plain name: "app.css", "app.js", "htmx.min.js", "favicon.svg",
// "source-sans-3-latin.woff2". An unknown name is a mistake in a template and panics.
func Path(name string) string {
	p, ok := loaded().paths[name]
	if !ok {
		panic("static: no asset is called " + name)
	}
	return p
}

func load(src fs.FS) (*bundle, error) {
	b := &bundle{byPath: map[string]*asset{}, paths: map[string]string{}}
	for _, name := range []string{
		"fonts/source-sans-3-latin.woff2", "fonts/source-sans-3-latin-ext.woff2",
		"js/app.js", "vendor/htmx/htmx.min.js", "favicon.svg",
	} {
		data, err := fs.ReadFile(src, name)
		if err != nil {
			return nil, err
		}
		b.add(path.Base(name), data)
	}
	css, err := bundleCSS(src, "css/app.css")
	if err != nil {
		return nil, err
	}
	// Fonts are named in the style sheet by their plain name and sent under their hashed one.
	for name, url := range b.paths {
		css = strings.ReplaceAll(css, `url("`+name+`")`, `url("`+url+`")`)
	}
	b.add("app.css", []byte(css))
	return b, nil
}

func (b *bundle) add(name string, data []byte) {
	sum := sha256.Sum256(data)
	a := &asset{contentType: contentType(name), hash: hex.EncodeToString(sum[:6]), plain: data}
	if !strings.HasSuffix(name, ".woff2") { // woff2 is brotli already
		a.brotli, a.gzip = compress(data)
	}
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + a.hash + ext
	b.byPath[hashed] = a
	b.paths[name] = Prefix + hashed
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

package views

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources reads all files below dir with one of the endings.
func sources(t *testing.T, dir, ending string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		b, err := os.ReadFile(path)
		out[filepath.ToSlash(path)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatalf("no %s files in %s", ending, dir)
	}
	return out
}

// Every class in a template has a rule and every rule has a use.
func TestClassesAndStyleSheetAgree(t *testing.T) {
	used := map[string]string{}
	literal := regexp.MustCompile(`class="([^"]*)"`)
	for path, src := range sources(t, ".", ".templ") {
		for _, m := range literal.FindAllStringSubmatch(src, -1) {
			for c := range strings.FieldsSeq(m[1]) {
				used[c] = path
			}
		}
		if strings.Contains(path, "/") && strings.Contains(src, "class={") {
			t.Errorf("%s chooses a class in code; use a component with a typed variant", path)
		}
	}
	chosen, err := os.ReadFile("classes.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"([a-z0-9 -]*)"`).FindAllStringSubmatch(string(chosen), -1) {
		for c := range strings.FieldsSeq(m[1]) {
			used[c] = "classes.go"
		}
	}

	ruled := map[string]string{}
	noise := regexp.MustCompile(`(?s)/\*.*?\*/|"[^"]*"`)
	selector := regexp.MustCompile(`\.([a-z][a-z0-9-]*)`)
	for path, src := range sources(t, "../static/css", ".css") {
		for _, m := range selector.FindAllStringSubmatch(noise.ReplaceAllString(src, ""), -1) {
			ruled[m[1]] = path
		}
	}
	for c, path := range used {
		if ruled[c] == "" {
			t.Errorf("%s uses class %q, which the style sheet does not know", path, c)
		}
	}
	for c, path := range ruled {
		if used[c] == "" {
			t.Errorf("%s has a rule for class %q, which nothing uses", path, c)
		}
	}
}

// The content security policy allows no inline style or script, and htmx must not evaluate code.
func TestTemplatesKeepTheContentSecurityPolicy(t *testing.T) {
	for what, bad := range map[string]*regexp.Regexp{
		"an inline style":    regexp.MustCompile(`\bstyle=|<style\b`),
		"an inline script":   regexp.MustCompile(`<script>|<script [^s]`),
		"an event attribute": regexp.MustCompile(`\s(on[a-z]+|hx-on[a-z:-]*)=`),
		"code for htmx":      regexp.MustCompile(`"(js|javascript):`),
		"another origin":     regexp.MustCompile(`(src|href)="https?:`),
		"unescaped HTML":     regexp.MustCompile(`templ\.Raw\(`),
	} {
		for path, src := range sources(t, ".", ".templ") {
			if m := bad.FindString(src); m != "" {
				t.Errorf("%s has %s: %q", path, what, m)
			}
		}
	}
}

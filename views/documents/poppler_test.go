package documents

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"billfold/models/money"
)

// poppler runs one of poppler's tools on a PDF given on its standard input. Without the tool the test
// fails: a PDF nobody could read must not pass.
func poppler(t *testing.T, pdf []byte, tool string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Fatalf("%s is missing; install it with: apt-get install poppler-utils (macOS: brew install poppler)", tool)
	}
	cmd := exec.Command(tool, args...)
	cmd.Stdin = bytes.NewReader(pdf)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("%s: %v: %s", tool, err, errs.String())
	}
	return out.String()
}

// pagesOf is the text of each page as a reader sees it.
func pagesOf(t *testing.T, pdf []byte) []string {
	t.Helper()
	text := poppler(t, pdf, "pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	pages := strings.Split(text, "\f")
	return pages[:len(pages)-1] // each page ends with a form feed
}

var spaces = regexp.MustCompile(`\s+`)

// flat is text with every run of white space as one space.
func flat(s string) string { return strings.TrimSpace(spaces.ReplaceAllString(s, " ")) }

func textOf(t *testing.T, inv Invoice) string {
	t.Helper()
	return flat(strings.Join(pagesOf(t, mustPDF(t, inv)), " "))
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the document does not say %q", p)
		}
	}
}

// readAmount reads "€1,234.50" or "−1,234" back into minor units.
func readAmount(t *testing.T, s string, c money.Currency) int64 {
	t.Helper()
	s = strings.NewReplacer("−", "-", "€", "", "$", "", "£", "", "¥", "").Replace(s)
	a, err := money.Parse(s, c)
	if err != nil {
		t.Fatalf("amount %q: %v", s, err)
	}
	return a.Minor()
}

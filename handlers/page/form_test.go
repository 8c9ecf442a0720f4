package page

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models"

	"github.com/labstack/echo/v4"
)

func TestFormsThatAreNone(t *testing.T) {
	for name, values := range map[string]url.Values{
		"half a pair of brackets": {"ids[": {"a"}},
		"the other half":          {"ids]": {"a"}},
		"nothing but a bracket":   {"[": {"a"}},
		"an index":                {"ids[1]": {"a"}},
		"too many values":         {"ids": slices.Repeat([]string{"a"}, maxValues+1)},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(values.Encode()))
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
		var f struct {
			IDs []string `form:"ids"`
		}
		if err := Bind(echo.New().NewContext(r, httptest.NewRecorder()), &f); models.KindOf(err) != models.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHasCardNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"4242424242424242":                true,
		"card 4242 4242 4242 4242 please": true,
		"5555-5555-5555-4444":             true,
		"378282246310005":                 true, // 15 digits
		"4242424242424241":                false,
		"PO-4711":                         false,
		"+49 30 901820 00":                false,
		"424242424242":                    false, // 12 digits
		"4242  4242  4242  4242":          false, // not the way numbers are written
		"DE89 3704 0044 0532 0130 00":     false, // an IBAN: 20 digits
		"":                                false,
		"x4242424242424242x":              true,
	} {
		if got := hasCardNumber(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"  a b ": "a b", "a\r\nb\x00\x07c\td": "a\nbc\td", "\xffa": "\uFFFDa", "\u00a0x": "x",
	} {
		if got := cleanText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAttachment(t *testing.T) {
	for in, want := range map[string]string{
		"BF-2026-000412.pdf": "attachment; filename=BF-2026-000412.pdf",
		"a\r\nSet-Cookie: x": `attachment; filename="a--Set-Cookie- x"`,
		"../../etc/passwd":   "attachment; filename=..-..-etc-passwd",
	} {
		if got := attachment(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

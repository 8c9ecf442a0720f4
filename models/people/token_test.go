package people

import (
	"strings"
	"testing"
)

func TestTokenForm(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		token := makeToken()
		if seen[token] || !wellFormed(token) || len(token) != 53 || !strings.HasPrefix(token, "bft_") {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
		for i := range token { // a mistyped letter is always found
			other := byte('x')
			if token[i] == other {
				other = 'y'
			}
			if wrong := token[:i] + string(other) + token[i+1:]; wellFormed(wrong) {
				t.Fatalf("%q counts as well formed, like %q", wrong, token)
			}
		}
	}
	for _, wrong := range []string{"", "bft_", strings.Repeat("a", 53), makeToken() + "a", " " + makeToken()} {
		if wellFormed(wrong) {
			t.Errorf("%q counts as well formed", wrong)
		}
	}
}

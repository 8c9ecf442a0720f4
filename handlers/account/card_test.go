package account_test

import (
	"net/url"
	"strings"
	"testing"

	"billfold/views"
)

// A card number in a text is refused at its field, with what was typed still there to be mended.
func TestCardNumbersAreRefusedAtTheirField(t *testing.T) {
	w := newWorld(t)
	w.unchanged(t, func() {
		p := w.ana.Post(views.NewProjectPath(w.acme), url.Values{"name": {"4242 4242 4242 4242"}}).Want(t, invalid)
		if p.Attr("input[name='name']", "value") != "4242 4242 4242 4242" || !strings.Contains(p.Text("#errors"), "looks like a card number") {
			t.Errorf("%s", p.Main())
		}
	})
}

package account_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/account"
)

func TestMoveWords(t *testing.T) {
	production := account.GroupRef{ID: models.NewID(), Name: "Engineering production", Currency: "EUR"}
	research := account.GroupRef{ID: models.NewID(), Name: "Research", Currency: "USD"}
	staging := account.GroupRef{ID: models.NewID(), Name: "Staging", Currency: "USD"}
	one := account.Move{At: noon, Moved: []account.Moved{{ProjectID: models.NewID(), ProjectName: "web", From: production, To: research}}}
	two := account.Move{At: noon, Moved: append([]account.Moved{{ProjectID: models.NewID(), ProjectName: "api", From: staging, To: research}}, one.Moved...)}
	for got, want := range map[string]string{
		one.Explanation(): "From now on its usage is billed to Research in USD. Usage before 22 Nov 2026 14:00 UTC stays on the November invoice of Engineering production.",
		two.Explanation(): "From now on their usage is billed to Research in USD. Usage before 22 Nov 2026 14:00 UTC stays on the November invoices of Staging and Engineering production.",
		one.Conversion():  "Research is billed in USD. Costs are converted at the invoice date.",
	} {
		if got != want {
			t.Errorf("%q\nwant %q", got, want)
		}
	}
	same := account.Move{At: noon, Moved: two.Moved[:1]}
	if same.Conversion() != "" {
		t.Error("the same currency needs no warning")
	}
}

func TestMoveKey(t *testing.T) {
	m := account.Move{Moved: []account.Moved{
		{ProjectID: models.NewID(), From: account.GroupRef{ID: models.NewID()}, To: account.GroupRef{ID: models.NewID()}},
		{ProjectID: models.NewID(), From: account.GroupRef{ID: models.NewID()}, To: account.GroupRef{ID: models.NewID()}}}}
	back, err := account.ParseMove(m.Key())
	if err != nil || len(back.Moved) != 2 || back.Moved[1] != m.Moved[1] || back.Key() != m.Key() {
		t.Fatalf("%+v %v", back, err)
	}
	for _, key := range []string{"", "x", "!", m.Key()[:20], m.Key() + "AAAA", strings.Repeat(m.Key(), 600)} {
		if _, err := account.ParseMove(key); models.KindOf(err) != models.NotFound {
			t.Errorf("%.30q: %v", key, err)
		}
	}
	if (account.Move{Moved: []account.Moved{{ProjectID: "x"}}}).Key() != "" {
		t.Error("a move without ids has a key")
	}
}

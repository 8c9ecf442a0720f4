package account_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/account"
)

func first(list []models.Field) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Message
}

func TestNames(t *testing.T) {
	const unseen = "Name must not contain control characters or text that cannot be seen"
	for _, c := range []struct{ name, problem, key string }{
		{"Atlas Nimbus", "", "atlas nimbus"},
		{"  web\t frontend\n", "", "web frontend"},
		{"a\u00a0b", "", "a b"},
		{"/subscriptions/8c1d/rg_data.v2-x", "", "/subscriptions/8c1d/rg_data.v2-x"},
		{"Straße", "", "strasse"},
		{"Cafe\u0301", "", "café"},
		{"ΣΊΣΥΦΟΣ", "", "σίσυφοσ"},
		{"研究", "", "研究"},
		{"👩\u200d💻 team", "", "👩\u200d💻 team"},
		{"<script>alert(1)</script>", "", "<script>alert(1)</script>"},
		{"", "Enter a name", ""},
		{" \r\n ", "Enter a name", ""},
		{"a\x00b", unseen, "a\x00b"},
		{"a\x1bb", unseen, "a\x1bb"},
		{"a\u202eb", unseen, "a\u202eb"},
		{"a\u200bb", unseen, "a\u200bb"},
		{"a\xffb", unseen, "a\ufffdb"},
		{strings.Repeat("é", 255), "", strings.Repeat("é", 255)},
		{strings.Repeat("é", 256), "Name must be 255 characters or less", strings.Repeat("é", 256)},
	} {
		if got := first(account.CheckProjectName(c.name)); got != c.problem {
			t.Errorf("%q: %q, want %q", c.name, got, c.problem)
		}
		if got := account.NameKey(c.name); got != c.key && c.problem == "" {
			t.Errorf("%q has the key %q, want %q", c.name, got, c.key)
		}
	}
	for most, check := range map[int]func(string) []models.Field{83: account.CheckAccountName, 128: account.CheckGroupName, 255: account.CheckProjectName} {
		if first(check(strings.Repeat("x", most))) != "" || first(check(strings.Repeat("x", most+1))) == "" {
			t.Errorf("the limit of %d characters is not kept", most)
		}
	}
	for id, want := range map[string]string{"": "", "arn:aws:x/1": "", strings.Repeat("x", 255): "",
		strings.Repeat("x", 256): "External id must be 255 characters or less",
		"a\nb":                   "External id must not contain control characters or text that cannot be seen"} {
		if got := first(account.CheckExternalID(id)); got != want {
			t.Errorf("external id %q: %q", id, got)
		}
	}
}

func TestBracketedName(t *testing.T) {
	for _, c := range []struct{ name, external, want string }{
		{"Atlas Nimbus", "51738928782", "Atlas Nimbus (38928782)"},
		{"Atlas", "77", "Atlas (77)"},
		{strings.Repeat("ä", 255), "51738928782", strings.Repeat("ä", 244) + " (38928782)"},
	} {
		got := account.BracketedName(c.name, c.external)
		if got != c.want || len(account.CheckProjectName(got)) > 0 {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

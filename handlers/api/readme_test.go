package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"
)

// example is the n-th piece of program text in a language of the README's section on the API.
func example(t *testing.T, language string) string {
	t.Helper()
	readme := string(must(os.ReadFile("../../README.md")))
	_, section, found := strings.Cut(readme, "\n## The Invoice API\n")
	if !found {
		t.Fatal("the README has no section The Invoice API")
	}
	_, text, found := strings.Cut(section, "```"+language+"\n")
	if !found {
		t.Fatalf("the section has no example in %s", language)
	}
	text, _, _ = strings.Cut(text, "```")
	return text
}

// TestTheExamplesOfTheREADME runs what the README shows, as people would: the shell's with curl, and the
// Go one as a program of its own.
func TestTheExamplesOfTheREADME(t *testing.T) {
	w := newTenants(t, dbtest.New(t, db.SQLite))
	u := w.quarz.users[access.RoleAdmin]
	token, _, err := w.people.CreateUserToken(t.Context(), actorOf(u), u.ID, people.NewToken{Name: "README", Scopes: []access.Grant{access.ReadBilling}})
	w.must(err)
	run := func(t *testing.T, dir, name string, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), name, args...)
		c.Dir, c.Env = dir, append(os.Environ(), "BILLFOLD="+w.url, "TOKEN="+token)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	t.Run("curl", func(t *testing.T) {
		if _, err := exec.LookPath("curl"); err != nil {
			t.Fatal("this test needs curl: apt-get install curl")
		}
		out := run(t, t.TempDir(), "sh", "-eu", "-c", example(t, "sh"))
		for _, want := range []string{`"account_name":"quarzwerk"`, `{"invoices":[`, `"event_type":`} {
			if !strings.Contains(out, want) {
				t.Errorf("it does not print %s:\n%s", want, out)
			}
		}
	})
	t.Run("Go", func(t *testing.T) {
		// Inside the module, so that the client is the one that go.mod names.
		dir := must(os.MkdirTemp(".", "testdata_readme"))
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		program := "package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"log\"\n\t\"os\"\n\n\taiven \"github.com/aiven/go-client-codegen\"\n)\n\nfunc main() {\n" + example(t, "go") + "}\n"
		w.must(os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600))
		if out := run(t, dir, "go", "run", "."); !strings.Contains(out, "quarzgruppe 1 100.00 USD") {
			t.Errorf("it prints\n%s", out)
		}
	})
}

package models_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "billfold"

// floors is the order of the rooms of models: a room may import the rooms of lower floors only, never
// one beside it. A new room takes its place here first.
var floors = [][]string{
	{""}, // models itself: kinds of errors, clock, months
	{"money", "db", "address"},
	{"access"},
	{"event", "job"},
	{"people", "seller", "mail"},
	{"account"},
	{"credit", "tax", "rate"},
	{"invoice"},
	{"usage", "payment"},
	{"verify"},
}

// layers is the order of the top folders: each may import those before it. static is a folder of
// files with their addresses and knows nothing of the rest.
var layers = []string{"static", "models", "views", "handlers", "cmd"}

// keepers are modules that only some places may import. A package below a listed prefix is meant too.
var keepers = []struct {
	imports string
	where   string // for the message
	allowed func(file sourceFile) bool
}{
	{"gorm.io", "models/db and *_store.go", isStore},
	{"github.com/glebarez", "models/db and *_store.go", isStore},
	{"github.com/jackc", "models/db and *_store.go", isStore},
	{"github.com/labstack/echo", "handlers and cmd", func(f sourceFile) bool { return within(f.pkg, "handlers") || within(f.pkg, "cmd") }},
	{"github.com/jung-kurt/gofpdf", "views/documents", func(f sourceFile) bool { return within(f.pkg, "views/documents") }},
}

// sourceFile is one file that is not a test; pkg is its folder from the root, with slashes.
type sourceFile struct {
	pkg, name string
	imports   []string
}

func isStore(f sourceFile) bool {
	return within(f.pkg, "models/db") || within(f.pkg, "models") && strings.HasSuffix(f.name, "_store.go")
}

// isTestHelper says whether the package exists for tests, like dbtest.
func isTestHelper(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// within says whether path is the folder or in it.
func within(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// TestLayering keeps the arrows between the packages pointing one way.
func TestLayering(t *testing.T) {
	files := sourceFiles(t)
	if len(files) < 20 {
		t.Fatalf("only %d files found: this test looks in the wrong place", len(files))
	}
	for _, file := range files {
		for _, path := range file.imports {
			for _, reason := range wrong(file, path) {
				t.Errorf("%s/%s imports %s: %s", file.pkg, file.name, path, reason)
			}
		}
	}
}

// wrong tells why the file must not import the path; nothing when it may.
func wrong(file sourceFile, path string) (reasons []string) {
	for _, k := range keepers {
		if within(path, k.imports) && !k.allowed(file) {
			reasons = append(reasons, fmt.Sprintf("only %s may", k.where))
		}
	}
	target, inside := strings.CutPrefix(path, module+"/")
	if !inside {
		return reasons
	}
	if isTestHelper(target) && !isTestHelper(file.pkg) {
		reasons = append(reasons, "a package for tests is imported by tests alone")
	}
	from, to := layer(file.pkg), layer(target)
	switch {
	case from < 0 || to < 0:
		reasons = append(reasons, "a top folder that the order of layers does not name")
	case from < to:
		reasons = append(reasons, "cmd -> handlers -> views -> models, never upwards")
	case layers[from] == "models" && layers[to] == "static":
		reasons = append(reasons, "models know nothing of the screens")
	case layers[from] == "models" && from == to:
		reasons = append(reasons, wrongRoom(file.pkg, target)...)
	}
	if within(file.pkg, "handlers/page") && within(target, "handlers") && !within(target, "handlers/page") {
		reasons = append(reasons, "handlers/page is shared by all rooms and imports none of them")
	}
	return reasons
}

func wrongRoom(from, to string) []string {
	fromFloor, fromRoom := floor(from)
	toFloor, toRoom := floor(to)
	switch {
	case fromFloor < 0:
		return []string{fmt.Sprintf("models/%s has no place in the order of rooms", fromRoom)}
	case toFloor < 0:
		return []string{fmt.Sprintf("models/%s has no place in the order of rooms", toRoom)}
	case fromRoom != toRoom && fromFloor <= toFloor:
		return []string{"the rooms of models: " + order()}
	}
	return nil
}

// floor finds the room of a package in models and how high it lies; -1 for a room without a place.
func floor(pkg string) (int, string) {
	room, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(pkg, "models"), "/"), "/")
	return slices.IndexFunc(floors, func(rooms []string) bool { return slices.Contains(rooms, room) }), room
}

func layer(pkg string) int {
	top, _, _ := strings.Cut(pkg, "/")
	return slices.Index(layers, top)
}

func order() string {
	var steps []string
	for _, rooms := range floors[1:] {
		steps = append(steps, strings.Join(rooms, ", "))
	}
	return strings.Join(steps, " < ")
}

// sourceFiles are all files of the module that are not tests, those of other platforms included.
func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("go", "list", "-e", "-json=Dir,ImportPath,GoFiles,IgnoredGoFiles,Error", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var files []sourceFile
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			Dir, ImportPath         string
			GoFiles, IgnoredGoFiles []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		for _, name := range append(p.GoFiles, p.IgnoredGoFiles...) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			file := sourceFile{pkg: strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/"), name: name}
			for _, spec := range parsed.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				file.imports = append(file.imports, path)
			}
			files = append(files, file)
		}
	}
	return files
}

// TestLayeringSees proves that each kind of wrong arrow is seen and that right ones pass.
func TestLayeringSees(t *testing.T) {
	for _, c := range []struct {
		pkg, name, path string
		wrong           bool
	}{
		{"models/credit", "credit.go", "billfold/models/account", false},
		{"models/account", "account.go", "billfold/models/credit", true},
		{"models/tax", "tax.go", "billfold/models/rate", true},
		{"models/money", "money.go", "billfold/models/db", true},
		{"models/payment", "payment.go", "billfold/models/payment/sandbox", false},
		{"models/attic", "attic.go", "billfold/models", true},
		{"models", "clock.go", "billfold/models/money", true},
		{"models/verify", "verify.go", "billfold/models/usage", false},
		{"models/event", "event.go", "billfold/views", true},
		{"models/event", "event.go", "billfold/static", true},
		{"models/credit", "credit.go", "gorm.io/gorm", true},
		{"models/credit", "credit_store.go", "gorm.io/gorm", false},
		{"models/usage", "sets_store.go", "github.com/jackc/pgx/v5/stdlib", false},
		{"models/db/dbtest", "postgres.go", "github.com/jackc/pgx/v5", false},
		{"handlers/group", "credits_store.go", "gorm.io/gorm/clause", true},
		{"models/event", "event_store.go", "github.com/labstack/echo/v4", true},
		{"views", "layout.go", "github.com/labstack/echo/v4", true},
		{"views", "layout.go", "gorm.io/gorm", true},
		{"views", "layout.go", "billfold/static", false},
		{"views", "layout.go", "billfold/handlers/page", true},
		{"views/group", "credits_templ.go", "billfold/models/credit", false},
		{"views/group", "credits.go", "github.com/jung-kurt/gofpdf", true},
		{"views/documents", "pdf.go", "github.com/jung-kurt/gofpdf", false},
		{"handlers/page", "render.go", "billfold/handlers/group", true},
		{"handlers/page", "render.go", "billfold/views", false},
		{"handlers/group", "credits.go", "billfold/handlers/page", false},
		{"handlers", "server.go", "github.com/labstack/echo/v4/middleware", false},
		{"handlers", "server.go", "billfold/cmd/billfold", true},
		{"cmd/billfold", "wire.go", "billfold/handlers", false},
		{"cmd/billfold", "serve.go", "billfold/cmd/billfold/demo", false},
		{"cmd/billfold", "serve.go", "billfold/models/db/dbtest", true},
		{"handlers/handlertest", "handlertest.go", "billfold/models/db/dbtest", false},
		{"handlers", "server.go", "billfold/handlers/handlertest", true},
		{"models/people", "user.go", "billfold/models/seller", true},
		{"models/tax", "tax.go", "billfold/models/seller", false},
		{"static", "static.go", "billfold/models", true},
		{"attic", "attic.go", "billfold/models", true},
	} {
		reasons := wrong(sourceFile{pkg: c.pkg, name: c.name}, c.path)
		if got := len(reasons) > 0; got != c.wrong {
			t.Errorf("%s/%s imports %s: wrong is %v (%v), want %v", c.pkg, c.name, c.path, got, reasons, c.wrong)
		}
	}
}

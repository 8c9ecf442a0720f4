package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const onePDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"

// site is a small site with what the product's pages have: links, forms, redirects, lists, documents,
// parts that a script fetches.
func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Site</title><link rel="icon" href="data:,"><main>%s</main></html>`, body)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<h1>Start</h1><p>Two   words</p><a href="/form?a=1">To the form</a>
			<nav aria-label="One"><a href="/one">Same</a></nav><nav aria-label="Two" id="two"><a href="/form?two">Same</a></nav>
			<button hidden>Hidden</button><a href="/file.pdf" download>Save</a> <a href="/inline.pdf">Read</a>
			<noscript>Scripts are off</noscript><p id="late"></p><button id="ask">Ask</button>
			<p style="margin-top:3000px"><a href="/form?far">Far down</a></p>
			<script src="/script.js"></script>`)
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `document.getElementById('ask').onclick = async () => {
			document.getElementById('late').textContent = await (await fetch('/slow')).text() }`)
	})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(400 * time.Millisecond)
		_, _ = fmt.Fprint(w, "An answer")
	})
	form := func(w http.ResponseWriter, name, problem string) {
		page(w, `<h1>Form</h1><p role="alert">`+problem+`</p><form method="post" action="/form" novalidate><label for="n">Your name</label>
			<input id="n" name="name" value="`+html.EscapeString(name)+`"><label>Note <textarea name="note">old</textarea></label>
			<label>Secret <input type="password" name="secret"></label>
			<label>Fruit <select name="fruit"><option value="a">Apple<option value="p">  Sweet   pear</select></label>
			<label>Day <input type="date" name="day"></label>
			<label><input type="checkbox" name="sure" value="yes"> I am sure</label>
			<fieldset><legend>Use for</legend><label><input type="radio" name="use" value="g"> Group</label><label><input type="radio" name="use" value="p"> Project</label></fieldset>
			<button>Save</button></form>`)
	}
	mux.HandleFunc("GET /form", func(w http.ResponseWriter, r *http.Request) { form(w, "", "") })
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("name") == "" {
			w.WriteHeader(http.StatusUnprocessableEntity)
			form(w, r.PostFormValue("name"), "Enter a name")
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "saved", Value: "yes"})
		http.Redirect(w, r, "/saved?"+r.PostForm.Encode(), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /saved", func(w http.ResponseWriter, r *http.Request) {
		cookie, _ := r.Cookie("saved")
		page(w, fmt.Sprintf("<h1>Saved</h1><p>Cookie: %v</p><ul><li>x<li>y</ul>", cookie))
	})
	mux.HandleFunc("GET /file.pdf", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Disposition", `attachment; filename="BF-2026-000001.pdf"`)
		_, _ = fmt.Fprint(w, onePDF)
	})
	mux.HandleFunc("GET /inline.pdf", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = fmt.Fprint(w, onePDF)
	})
	mux.HandleFunc("GET /missing", http.NotFound)
	mux.HandleFunc("GET /covered", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<h1>Covered</h1><a href="/saved">Under</a><div style="position:fixed;inset:0;background:#fff"></div>`)
	})
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'self'; img-src *")
		page(w, `<h1>Broken</h1><script>alert(1)</script><img alt="" src="http://elsewhere.example/x.png"><script src="/throws.js"></script>`)
	})
	mux.HandleFunc("GET /throws.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `console.error('mine', 1); throw new Error('thrown')`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestHarnessWalk(t *testing.T) {
	EachScript(t, func(t *testing.T, o Options) {
		p := Open(t, site(t), o)
		if status := p.Goto("/missing"); status != 404 {
			t.Fatalf("status %d", status)
		}
		if status := p.Goto("/"); status != 200 || p.Title() != "Site" {
			t.Fatalf("status %d, title %q", status, p.Title())
		}
		p.Sees("Two words")
		p.SeesNot("Words that are not there")
		if off := strings.Contains(p.Text(), "Scripts are off"); off != o.NoScript {
			t.Fatalf("scripts are off: %v", off)
		}
		if p.Has("button", "Hidden") || !p.Has("link", "To the form") {
			t.Fatalf("buttons %q, links %q", p.Names("button"), p.Names("link"))
		}
		p.Click("Far down")
		p.AtPath("/form?far")
		p.Back()
		p.In("#two").Click("Same")
		p.AtPath("/form?two")

		p.Click("Save")
		p.Sees("Enter a name")
		p.Fill("Your name", "Ada <Lovelace> & Søn")
		p.Fill("Note", "")
		p.Fill("Secret", "s3cret")
		p.Fill("Day", "2026-11-22")
		p.Select("Fruit", "Sweet pear")
		p.Check("I am sure")
		p.Check("I am sure")
		p.Check("Project")
		p.ClickRole("button", "Save")
		p.AtPath("/saved?day=2026-11-22&fruit=p&name=Ada+%3CLovelace%3E+%26+S%C3%B8n&note=&secret=s3cret&sure=yes&use=p")
		p.Sees("Cookie: saved=yes")
		if got := p.Texts("li"); !slices.Equal(got, []string{"x", "y"}) {
			t.Fatalf("got %q", got)
		}
		if other := Open(t, p.base, o); other.Goto("/saved") != 200 || strings.Contains(other.Text(), "yes") {
			t.Fatal("two windows share their cookies")
		}
	})
}

func TestHarnessWaitsForScripts(t *testing.T) {
	p := Open(t, site(t), Options{})
	p.Goto("/")
	p.Click("Ask")
	if !strings.Contains(p.Text(), "An answer") {
		t.Fatal("the click returned before the page had come to rest")
	}
}

func TestHarnessDownload(t *testing.T) {
	EachScript(t, func(t *testing.T, o Options) {
		p := Open(t, site(t), o)
		p.Goto("/")
		for link, name := range map[string]string{"Save": "/BF-2026-000001.pdf", "Read": "/inline.pdf"} {
			path := p.Download(func() { p.Click(link) })
			content, err := os.ReadFile(path)
			if err != nil || string(content) != onePDF || !strings.HasSuffix(path, name) {
				t.Fatalf("saved %d bytes as %s, %v", len(content), path, err)
			}
		}
		if p.Path() != "/" {
			t.Fatalf("the page went to %s", p.Path())
		}
	})
}

func TestHarnessSeesComplaints(t *testing.T) {
	p := Open(t, site(t), Options{})
	p.Goto("/broken")
	p.Sees("Broken")
	all := strings.Join(p.state.complaints(), "\n")
	for _, want := range []string{"Content Security Policy", "request to another host: http://elsewhere.example/x.png", "console.error: \"mine\" 1", "Error: thrown"} {
		if !strings.Contains(all, want) {
			t.Errorf("no complaint about %s in:\n%s", want, all)
		}
	}
	p.state.errors = nil
}

func TestHarnessRefusesWhatIsCovered(t *testing.T) {
	p := Open(t, site(t), Options{})
	p.Goto("/covered")
	if _, _, err := p.place(p.find(clickable, "Under")); err == nil || !strings.Contains(err.Error(), "covered") {
		t.Fatalf("got %v", err)
	}
}

func TestHarnessPicture(t *testing.T) {
	t.Setenv("BILLFOLD_E2E_SCREENSHOTS", t.TempDir())
	p := Open(t, site(t), Options{Width: 400, Height: 300})
	p.Goto("/")
	p.Screenshot("start")
	content, err := os.ReadFile(os.Getenv("BILLFOLD_E2E_SCREENSHOTS") + "/start.png")
	if err != nil || !strings.HasPrefix(string(content), "\x89PNG") {
		t.Fatalf("%d bytes, %v", len(content), err)
	}
}

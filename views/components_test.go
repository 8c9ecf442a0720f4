package views

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"billfold/models"
	"billfold/models/money"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// contains fails for each fragment that is missing.
func contains(t *testing.T, got string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if !strings.Contains(got, f) {
			t.Errorf("missing %s\nin %s", f, got)
		}
	}
}

func lacks(t *testing.T, got string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if strings.Contains(got, f) {
			t.Errorf("unwanted %s\nin %s", f, got)
		}
	}
}

// references checks that ids are unique and that everything that points at an id finds one.
func references(t *testing.T, got string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(got, -1) {
		if ids[m[1]] {
			t.Errorf("id %q stands twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`\s(for|aria-describedby|aria-labelledby|popovertarget|href)="(#?)([^"]+)"`).FindAllStringSubmatch(got, -1) {
		if m[1] == "href" && m[2] == "" {
			continue
		}
		for id := range strings.FieldsSeq(m[3]) {
			if !ids[id] {
				t.Errorf("%s points at %q, which is not there", m[1], id)
			}
		}
	}
}

func TestTextFieldTellsHintAndError(t *testing.T) {
	got := html(t, TextField(Input{Name: "vat_id", Label: "VAT ID", Hint: "Letters first.", Error: "Enter a VAT ID", Value: `"><b>`, Optional: true}))
	contains(t, got, `<label class="label" for="f-vat_id">`, `aria-describedby="f-vat_id-hint f-vat_id-error"`, `aria-invalid="true"`,
		`id="f-vat_id-hint"`, `id="f-vat_id-error"`, `value="&#34;&gt;&lt;b&gt;"`, `(optional)`, `name="vat_id"`)
	references(t, got)

	plain := html(t, TextField(Input{Name: "city", Label: "City", Autocomplete: "address-level2"}))
	contains(t, plain, `autocomplete="address-level2"`, `type="text"`)
	lacks(t, plain, "aria-invalid", "aria-describedby", "optional")
	contains(t, html(t, TextField(Input{Name: "n", Label: "N", Type: Digits})), `type="text"`, `inputmode="numeric"`)
	contains(t, html(t, TextField(Input{Name: "d", Label: "D", Type: Day})), `type="date"`)
}

func TestChoicesLeadTheSummaryToTheirFirstOption(t *testing.T) {
	c := Choice{Name: "use.for", Label: "Use for", Hint: "One of", Error: "Choose one", Value: "b", Options: []Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B", Hint: "more", Checked: true}}}
	for name, got := range map[string]string{"radio": html(t, RadioField(c)), "checkbox": html(t, CheckboxField(c))} {
		contains(t, got, `type="`+name+`" id="f-use-for" name="use.for" value="a"`, `id="f-use-for-2" name="use.for" value="b" checked`,
			`aria-describedby="f-use-for-2-hint"`, `<legend class="label">Use for</legend>`, `aria-describedby="f-use-for-hint f-use-for-error"`)
		references(t, got)
		if n := strings.Count(got, " checked"); n != 1 {
			t.Errorf("%s: %d boxes are ticked, want 1", name, n)
		}
	}
	got := html(t, SelectField(c))
	contains(t, got, `<select class="input" id="f-use-for" name="use.for"`, `<option value="b" selected>`, `aria-invalid="true"`)
	references(t, got)
}

func TestRepeatedFieldWorksWithoutScript(t *testing.T) {
	r := Repeat{Name: "emails", Label: "Invoice emails", Item: "Email", Values: []string{"a@example.com", "b@"}, AddLabel: "Add another email", Max: 3,
		Type: Email, Errors: []models.Field{{Name: "emails.1", Message: "Enter an email address"}}}
	got := html(t, RepeatedField(r))
	contains(t, got, `name="remove" value="emails.0"`, `name="remove" value="emails.1"`, `name="add" value="emails"`,
		`id="f-emails-1" name="emails" value="b@" aria-describedby="f-emails-1-error" aria-invalid="true"`, `<label class="sr" for="f-emails-0">Email 1</label>`)
	references(t, got)
	r.Values = append(r.Values, "")
	lacks(t, html(t, RepeatedField(r)), `name="add"`)
}

func TestFormSendsItsKeyAndSavesOnEnter(t *testing.T) {
	got := html(t, Form(FormProps{Action: "/x?a=1", Key: "k1", Hidden: []HiddenField{{"ids", "p1"}}, Repeats: true}))
	contains(t, got, `method="post"`, `action="/x?a=1"`, `novalidate`, `hx-sync="this:drop"`, `name="form_key" value="k1"`, `name="ids" value="p1"`)
	// The first submit button of a form is what Enter presses: it has to be the nameless one.
	first := regexp.MustCompile(`<button[^>]*>`).FindString(got)
	lacks(t, first, "name=")
	contains(t, first, `tabindex="-1"`)
	lacks(t, html(t, Form(FormProps{Action: "/x"})), "<button", "form_key", "data-select")
	contains(t, html(t, Form(FormProps{Action: "/x", Select: true})), "data-select")
}

func TestErrorSummaryTakesTheFocusAndLeadsToFields(t *testing.T) {
	got := html(t, ErrorSummary([]models.Field{{Name: "emails.1", Message: "Enter an email address"}, {Message: "Nothing was moved"}}))
	contains(t, got, `id="errors"`, `role="alert"`, `tabindex="-1"`, ` autofocus`, `There is a problem`, `<a href="#f-emails-1">Enter an email address</a>`, `<li>Nothing was moved</li>`)
	if got := html(t, ErrorSummary(nil)); got != "" {
		t.Errorf("no errors give %q", got)
	}
}

func TestTableIsANamedRegionAndSortsByLink(t *testing.T) {
	got := html(t, Table(Grid{ID: "inv", Caption: "Invoices", Stack: true, Totals: true}))
	contains(t, got, `tabindex="0" role="region" aria-labelledby="inv-caption"`, `<caption class="sr" id="inv-caption">Invoices</caption>`, `table-stack table-totals`)
	references(t, got)
	sorted := html(t, ThSort(SortCol{Label: "Total", Path: "/x?sort=total", Order: Descending, Num: true, Words: "highest first"}))
	contains(t, sorted, `aria-sort="descending"`, `class="num"`, `href="/x?sort=total"`, `, sorted, highest first`)
	lacks(t, html(t, ThSort(SortCol{Label: "Total", Path: "/x"})), "aria-sort", "sorted")
	contains(t, html(t, SubTotalRow("Subtotal", 6)), `colspan="6"`, `scope="row"`)
}

func TestPagerSaysWhereItLeads(t *testing.T) {
	got := html(t, Pager(Pages{Count: "1,000+ events", NextPath: "/x?after=b", ByTime: true, Size: 50, SizePath: func(n int) string { return WithQuery("/x", "size", Number(n)) }}))
	contains(t, got, "1,000+ events", `<a rel="next" href="/x?after=b">Older</a>`, `<a href="/x?size=50" aria-current="page">50</a>`)
	lacks(t, got, "Newer", `rel="prev"`)
	lacks(t, html(t, Pager(Pages{Count: "3 projects"})), "<nav")
}

func TestMenusHaveNames(t *testing.T) {
	items := []MenuItem{{Label: "Delete", Path: "/billing-groups/g1/delete", Hint: "Move all projects out first."}}
	row := html(t, RowMenu("Research", items))
	contains(t, row, `aria-label="Actions for Research"`, " popover", `href="/billing-groups/g1/delete"`, "Move all projects out first.")
	references(t, row)
	contains(t, html(t, Menu("Actions", items)), "<summary", "Actions")
	contains(t, html(t, Download("/x.pdf", "PDF", "of invoice BF-1")), `download>PDF<span class="sr"> of invoice BF-1</span></a>`)
}

func TestFilterBarWorksBothWays(t *testing.T) {
	got := html(t, FilterBar(Filters{Action: "/x/invoices", Region: "list", Hidden: []HiddenField{{"sort", "total"}}}))
	contains(t, got, `method="get" action="/x/invoices"`, `hx-get="/x/invoices"`, `hx-target="#list"`, `hx-replace-url="true"`, `name="sort" value="total"`, ">Apply</button>")
}

func TestFiguresCarryExactValues(t *testing.T) {
	contains(t, html(t, AmountTag(money.New(-40000, "EUR"))), `value="-400.00">−€400.00</data>`)
	contains(t, html(t, AmountBareTag(money.New(1284537, "SEK"))), `value="12845.37">12,845.37</data>`)
	contains(t, html(t, TimeTag(time.Date(2026, 11, 22, 14, 5, 9, 120e6, time.UTC))), `datetime="2026-11-22T14:05:09.12Z">2026-11-22 14:05:09<`)
	contains(t, html(t, MonthTag("2026-11")), `datetime="2026-11">November 2026<`)
	words := html(t, BigFigure(Figure{Label: "Cost", Value: "Not available", Warn: "Updated 09:00 UTC"}))
	lacks(t, words, "<data")
	contains(t, words, "Not available", "Updated 09:00 UTC")
}

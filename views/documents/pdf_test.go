package documents

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"billfold/models/money"
)

var (
	carried  = regexp.MustCompile(`(?m)^Carried forward +(\S+)`)
	brought  = regexp.MustCompile(`(?m)^Brought forward +(\S+)`)
	subtotal = regexp.MustCompile(`(?m)^Subtotal \S+ +(\S+)$`)
	lineRow  = regexp.MustCompile(`(?m)^\S.* (?:hours|GiB months) +\S+ +(−?[\d,.]+)$`)
)

// TestSums reads documents of many sizes back and adds up what a reader sees.
func TestSums(t *testing.T) {
	for _, c := range []struct {
		currency money.Currency
		lines    []int
	}{
		{"EUR", nil}, {"EUR", []int{1}}, {"EUR", []int{2}}, {"EUR", []int{0, 3}}, {"EUR", split(40)},
		{"EUR", split(1000)}, {"EUR", make60()}, {"JPY", split(150)}, {"SEK", split(90)},
	} {
		t.Run(fmt.Sprint(c.currency, len(c.lines), c.lines), func(t *testing.T) {
			inv := sample(c.currency, c.lines...)
			pages := pagesOf(t, mustPDF(t, inv))
			var lines, subtotals, sum, sumOfProjects int64
			want := 0
			for _, p := range inv.Projects {
				want += len(p.Lines)
			}
			for i, page := range pages {
				if n := fmt.Sprintf("Page %d of %d", i+1, len(pages)); strings.Count(page, n) != 1 {
					t.Errorf("%q is not on its page once", n)
				}
				if i > 0 && !strings.HasPrefix(strings.TrimSpace(page), "Invoice BF-2026-000412, Acme Cloud GmbH, 1 Nov 2026") {
					t.Errorf("page %d has no running head", i+1)
				}
				rows := lineRow.FindAllStringSubmatch(page, -1)
				if len(rows) > 0 && strings.Count(page, "Quantity and unit") != 1 {
					t.Errorf("page %d has lines without one head row", i+1)
				}
				if m := brought.FindStringSubmatch(page); m != nil {
					if got := readAmount(t, m[1], c.currency); got != sum {
						t.Errorf("page %d brings %d forward, the lines before it add up to %d", i+1, got, sum)
					}
				} else if sum != 0 {
					t.Errorf("page %d continues the lines and brings nothing forward", i+1)
				}
				for _, m := range rows {
					lines++
					sum += readAmount(t, m[1], c.currency)
				}
				for _, m := range subtotal.FindAllStringSubmatch(page, -1) {
					subtotals++
					sumOfProjects += readAmount(t, m[1], c.currency)
				}
				m := carried.FindStringSubmatch(page)
				if more := len(rows) > 0 && lines < int64(want); (m != nil) != more {
					t.Errorf("page %d: carried forward %v, lines to come %v", i+1, m != nil, more)
				} else if m != nil {
					if got := readAmount(t, m[1], c.currency); got != sum {
						t.Errorf("page %d carries %d forward, its lines add up to %d", i+1, got, sum)
					}
				}
			}
			if lines != int64(want) || sum != inv.Subtotal.Minor() {
				t.Errorf("%d lines of %d, want %d of %d", lines, sum, want, inv.Subtotal.Minor())
			}
			if subtotals != int64(len(c.lines)) || sumOfProjects != sum {
				t.Errorf("%d subtotals of %d, want %d of %d", subtotals, sumOfProjects, len(c.lines), sum)
			}
			text := flat(strings.Join(pages, " "))
			wantText(t, text, "Total "+string(c.currency)+" "+column(inv.Total), "Amount due "+string(c.currency)+" "+column(inv.AmountDue))
			if n := strings.Count(text, "Total "+string(c.currency)); n != 1 {
				t.Errorf("the total is printed %d times", n)
			}
		})
	}
}

func TestShortDocumentsStayOnOnePage(t *testing.T) {
	for _, inv := range []Invoice{sample("EUR"), sample("EUR", 1), reverseCharge(2), creditNote()} {
		if n := len(pagesOf(t, mustPDF(t, inv))); n != 1 {
			t.Errorf("%d pages, want 1", n)
		}
	}
}

// TestSameBytes: the stored hash of an issued invoice must be that of a second rendering, also while
// others render.
func TestSameBytes(t *testing.T) {
	invs := []Invoice{withCredits(), sample("EUR", split(120)...), american(), creditNote()}
	var first [][]byte
	for _, inv := range invs {
		first = append(first, mustPDF(t, inv))
	}
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			pdf, err := PDF(invs[i%len(invs)])
			if err != nil || !bytes.Equal(pdf, first[i%len(invs)]) {
				t.Errorf("rendering %d: other bytes, %v", i, err)
			}
		})
	}
	all.Wait()
}

func TestFontsAndProperties(t *testing.T) {
	pdf := mustPDF(t, sample("EUR", split(40)...))
	rows := strings.Split(strings.TrimSpace(poppler(t, pdf, "pdffonts", "-")), "\n")[2:]
	if len(rows) != 2 {
		t.Errorf("%d fonts, want 2: %v", len(rows), rows)
	}
	for _, row := range rows {
		if f := strings.Fields(row); len(f) < 7 || f[len(f)-5] != "yes" || f[len(f)-3] != "yes" {
			t.Errorf("font not embedded or without its characters: %s", row)
		}
	}
	info := flat(poppler(t, pdf, "pdfinfo", "-isodates", "-"))
	wantText(t, info, "Title: Invoice BF-2026-000412", "Subject: Acme Cloud GmbH, October 2026", "Author: Northern Cloud Oy",
		"Keywords: BF-2026-000412 PO-4500017733", "CreationDate: 2026-11-01T00:00:00", "ModDate: 2026-11-01T00:00:00", "(A4)", "PDF version: 1.4")
	wantText(t, string(pdf), "/Lang (en-GB)", "/DisplayDocTitle true", "/PageMode /UseNone")
	if n := bytes.Count(pdf, []byte("/Parent")) - len(pagesOf(t, pdf)); n != 5 {
		t.Errorf("%d bookmarks, want one for each of 5 projects", n)
	}
	wantText(t, flat(poppler(t, mustPDF(t, american()), "pdfinfo", "-")), "(letter)")
	wantText(t, flat(poppler(t, mustPDF(t, creditNote()), "pdfinfo", "-")), "Title: Credit note BF-CN-2026-000007")
}

// TestSize holds the budget: 40 KB and 0.05 KB a line.
func TestSize(t *testing.T) {
	for _, n := range []int{1, 20, 200, 1000} {
		size := len(mustPDF(t, sample("EUR", split(n)...)))
		t.Logf("%d lines: %d bytes", n, size)
		if limit := 40_000 + 50*n; size > limit {
			t.Errorf("%d lines: %d bytes, more than %d", n, size, limit)
		}
	}
}

func TestRefusesFiguresThatDoNotAddUp(t *testing.T) {
	for name, change := range map[string]func(*Invoice){
		"line":    func(i *Invoice) { i.Projects[0].Lines[0].Amount = eur(1) },
		"project": func(i *Invoice) { i.Projects[1].Subtotal = eur(1) },
		"credit":  func(i *Invoice) { i.Allowances[0].Amount = eur(1) },
		"tax":     func(i *Invoice) { i.Taxes[0].Amount = eur(1) },
		"total":   func(i *Invoice) { i.Total = eur(1) },
		"prepaid": func(i *Invoice) { i.Prepaid[0].Amount = eur(1) },
		"paid":    func(i *Invoice) { i.Paid = eur(1) },
		"currency": func(i *Invoice) {
			i.Projects[0].Lines[0].Amount = money.New(i.Projects[0].Lines[0].Amount.Minor(), "USD")
		},
		"number": func(i *Invoice) { i.Number = "" },
		"kind":   func(i *Invoice) { i.Kind = "estimate" },
	} {
		inv := withCredits()
		if _, err := PDF(inv); err != nil {
			t.Fatal(err)
		}
		change(&inv)
		if _, err := PDF(inv); err == nil {
			t.Errorf("%s: a PDF of wrong figures", name)
		}
		if err := CSV(&bytes.Buffer{}, inv); err == nil {
			t.Errorf("%s: a CSV of wrong figures", name)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	for _, n := range []int{1, 20, 1000} {
		inv := sample("EUR", split(n)...)
		b.Run(fmt.Sprintf("%d_lines", n), func(b *testing.B) {
			var size int
			for b.Loop() {
				size = len(mustPDF(b, inv))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

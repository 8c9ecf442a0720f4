package documents

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// properties are what a PDF says about itself.
type properties struct {
	title, author, subject, keywords string
	date                             time.Time
}

const family = "billfoldsans"

// draw turns a sheet into a PDF. The same sheet and properties give the same bytes: both dates are
// given and the library's maps are sorted.
func draw(s *sheet, p properties) ([]byte, error) {
	pdf := gofpdf.NewCustom(&gofpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: gofpdf.SizeType{Wd: s.w, Ht: s.h}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(p.date.UTC())
	pdf.SetModificationDate(p.date.UTC())
	pdf.SetTitle(p.title, true)
	pdf.SetAuthor(p.author, true)
	pdf.SetSubject(p.subject, true)
	pdf.SetKeywords(p.keywords, true)
	pdf.SetCreator("Billfold", true)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	// The library writes into the font's bytes, so each document has a copy of its own.
	pdf.AddUTF8FontFromBytes(family, "", slices.Clone(regularTTF))
	pdf.AddUTF8FontFromBytes(family, "B", slices.Clone(boldTTF))
	for _, ops := range s.pages {
		pdf.AddPage()
		drawPage(pdf, ops)
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return repack(out.Bytes())
}

func drawPage(pdf *gofpdf.Fpdf, ops []op) {
	var font style
	var text, line, fill *ink
	shift := 0 // in hundredths of a point, so that nothing adds up
	pdf.SetFont(family, "", body.size)
	for i := range ops {
		o := &ops[i]
		if want := int(math.Round(o.shift / mmPerPoint * 100)); want != shift {
			pdf.RawWriteStr("1 0 0 1 0 " + strconv.FormatFloat(float64(shift-want)/100, 'f', -1, 64) + " cm")
			shift = want
		}
		c := &o.st.ink
		switch o.kind {
		case opText:
			if font.size != o.st.size || font.bold != o.st.bold {
				weight := ""
				if o.st.bold {
					weight = "B"
				}
				pdf.SetFont(family, weight, o.st.size)
				font = o.st
			}
			if fill == nil || *fill != *c || *text != *c {
				// With the fill colour equal to it, the library does not write the colour with each text.
				pdf.SetTextColor(c[0], c[1], c[2])
				pdf.SetFillColor(c[0], c[1], c[2])
				text, fill = c, c
			}
			pdf.Text(o.x, o.y, o.text)
		case opRule:
			if line == nil || *line != *c {
				pdf.SetDrawColor(c[0], c[1], c[2])
				line = c
			}
			if pdf.GetLineWidth() != o.h {
				pdf.SetLineWidth(o.h)
			}
			pdf.Line(o.x, o.y, o.x+o.w, o.y)
		case opFill:
			if fill == nil || *fill != *c {
				pdf.SetFillColor(c[0], c[1], c[2])
				fill = c
			}
			pdf.Rect(o.x, o.y, o.w, o.h, "F")
		case opBookmark:
			pdf.Bookmark(o.text, 0, o.y)
		case opLink:
			pdf.LinkString(o.x, o.y, o.w, o.h, o.text)
		}
	}
}

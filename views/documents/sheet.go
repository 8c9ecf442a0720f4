package documents

const mmPerPoint = 25.4 / 72

// ink is a colour as red, green, blue.
type ink [3]int

// The product's colours on paper (the same tokens as on screen).
var (
	inkText   = ink{0x14, 0x21, 0x21}
	inkMuted  = ink{0x4d, 0x5a, 0x5a}
	inkAccent = ink{0x00, 0x5d, 0x59}
	inkLine   = ink{0xdb, 0xd9, 0xd3}
	inkSunken = ink{0xf4, 0xf2, 0xee}
)

// style is how text looks; size is in points.
type style struct {
	size float64
	bold bool
	ink  ink
}

var (
	body  = style{9.5, false, inkText}
	bold  = style{9.5, true, inkText}
	quiet = style{9.5, false, inkMuted}
	note  = style{8, false, inkText}
	small = style{8, false, inkMuted}
	label = style{8, true, inkMuted}
	foot  = style{7.5, false, inkMuted}
	head  = style{12, true, inkText}
)

// lead is the height of one line of text in millimetres.
func (st style) lead() float64 { return st.size * mmPerPoint * 1.3 }

type opKind int

const (
	opText opKind = iota
	opRule
	opFill
	opBookmark
	opLink
)

// op is one thing to draw, in millimetres from the top left. Text stands on the baseline y.
type op struct {
	kind       opKind
	x, y, w, h float64
	st         style
	text       string
	// shift moves the operation down; y is then counted from there.
	shift float64
}

// sheet is a document being laid out: pages of operations and the current height on the last one.
type sheet struct {
	w, h        float64
	left, right float64 // edges of the type area
	bottom      float64 // nothing but the footer goes below
	pages       [][]op
	y           float64
	// onPage draws what each page after the first begins with, and leaves y below it.
	onPage func()
	// shift is given to the operations that are added.
	shift float64
}

// Margins: 18 mm top, 15 right, 20 bottom, 15 left.
const marginTop, marginSide, marginBottom = 18, 15, 20

func newSheet(letter bool) *sheet {
	s := &sheet{w: 210, h: 297}
	if letter {
		s.w, s.h = 215.9, 279.4
	}
	s.left, s.right, s.bottom = marginSide, s.w-marginSide, s.h-marginBottom
	s.pages, s.y = make([][]op, 1), marginTop
	return s
}

func (s *sheet) add(o op) {
	last := len(s.pages) - 1
	o.shift = s.shift
	s.pages[last] = append(s.pages[last], o)
}

func (s *sheet) newPage() {
	s.pages = append(s.pages, nil)
	s.y = marginTop
	if s.onPage != nil {
		s.onPage()
	}
}

// fits says whether h more millimetres go on the page.
func (s *sheet) fits(h float64) bool { return s.y+h <= s.bottom+0.01 }

// need begins a new page unless h more millimetres fit.
func (s *sheet) need(h float64) {
	if !s.fits(h) {
		s.newPage()
	}
}

// text sets one line whose top is y; the text must be clean.
func (s *sheet) text(x, y float64, st style, text string) {
	if text != "" {
		s.add(op{kind: opText, x: x, y: y + st.lead()*0.76, st: st, text: text})
	}
}

// textRight is text that ends at x.
func (s *sheet) textRight(x, y float64, st style, text string) {
	s.text(x-st.width(text), y, st, text)
}

// block sets lines from y downwards and returns the height below them.
func (s *sheet) block(x, y float64, st style, lines []string) float64 {
	for _, line := range lines {
		s.text(x, y, st, line)
		y += st.lead()
	}
	return y
}

// flow sets a wrapped paragraph at the current height, over pages when it must.
func (s *sheet) flow(x, w float64, st style, text string) {
	for _, line := range st.wrap(text, w) {
		s.need(st.lead())
		s.text(x, s.y, st, line)
		s.y += st.lead()
	}
}

// rule draws a line from x1 to x2 of the given thickness.
func (s *sheet) rule(x1, x2, y, thickness float64, c ink) {
	s.add(op{kind: opRule, x: x1, y: y, w: x2 - x1, h: thickness, st: style{ink: c}})
}

// doubleRule is the accountant's mark under a grand total.
func (s *sheet) doubleRule(x1, x2, y float64) {
	s.rule(x1, x2, y, 0.25, inkText)
	s.rule(x1, x2, y+0.8, 0.25, inkText)
}

func (s *sheet) fill(x, y, w, h float64, c ink) {
	s.add(op{kind: opFill, x: x, y: y, w: w, h: h, st: style{ink: c}})
}

package documents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// missing stands for a character the face does not have.
const missing = '□'

// maxText bounds what is taken of one text, in characters; the longest field, the invoice text, has 1,000.
const maxText = 2000

// clean is the one way text gets into a PDF. It gives one line of characters the face has: invalid
// bytes, control and direction characters, and line breaks would let text hide, reorder or overwrite
// other text, and the PDF library panics above U+FFFF.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f && (s[i] != ' ' || (i > 0 && i+1 < len(s) && s[i-1] != ' '))
	}
	if plain && len(s) <= maxText {
		return s
	}
	var out strings.Builder
	count, space := 0, false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, string(utf8.RuneError))) {
		if count >= maxText {
			out.WriteRune('…')
			break
		}
		for _, c := range glyphs(r) {
			if c == ' ' {
				space = out.Len() > 0
				continue
			}
			if space {
				out.WriteByte(' ')
				space = false
			}
			out.WriteRune(c)
			count++
		}
	}
	return out.String()
}

// glyphs gives the characters of the face that stand for r: itself, its plain form (a ligature's
// letters, a letter without its accent), a box, or nothing for what has no shape.
func glyphs(r rune) string {
	regular := faces()[0]
	switch {
	case r == '\u00a0':
		return "\u00a0"
	case unicode.IsSpace(r):
		return " "
	case r == '\u2011':
		return "-"
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Variation_Selector, r):
		return ""
	}
	if _, ok := regular[r]; ok {
		return string(r)
	}
	var out strings.Builder
	for _, c := range norm.NFKD.String(string(r)) {
		if _, ok := regular[c]; ok {
			out.WriteRune(c)
		}
	}
	if out.Len() == 0 {
		return string(missing)
	}
	return out.String()
}

// paragraphs cleans text of several lines, dropping empty ones at the ends.
func paragraphs(s string) []string {
	var out []string
	for _, line := range strings.Split(strings.Trim(strings.ReplaceAll(s, "\r\n", "\n"), "\n\r\t "), "\n") {
		out = append(out, clean(line))
	}
	return out
}

// width is the width of text in millimetres.
func (st style) width(s string) float64 {
	f, sum := faces()[0], 0
	if st.bold {
		f = faces()[1]
	}
	for _, r := range s {
		sum += f[r]
	}
	return float64(sum) * st.size / 1000 * mmPerPoint
}

// wrap breaks clean text into lines no wider than w, at spaces, and inside words that alone are wider.
func (st style) wrap(s string, w float64) []string {
	if st.width(s) <= w {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		try := word
		if line != "" {
			try = line + " " + word
		}
		if st.width(try) <= w {
			line = try
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = word
		for st.width(line) > w {
			head := st.head(line, w)
			lines, line = append(lines, head), line[len(head):]
		}
	}
	return append(lines, line)
}

// head is the longest beginning of s that fits into w, at least one character. It ends after a hyphen,
// dot, slash or underscore where one is in the second half.
func (st style) head(s string, w float64) string {
	end, soft := 0, 0
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		if end > 0 && st.width(s[:next]) > w {
			break
		}
		end = next
		if strings.ContainsRune("-._/:", r) {
			soft = next
		}
	}
	if soft > end/2 {
		return s[:soft]
	}
	return s[:end]
}

// fit shortens clean text to one line with an ellipsis.
func (st style) fit(s string, w float64) string {
	if st.width(s) <= w {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && st.width(string(r)+"…") > w {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ,") + "…"
}

// limit keeps at most n lines and marks the cut.
func limit(lines []string, n int, st style, w float64) []string {
	if len(lines) <= n {
		return lines
	}
	lines = lines[:n:n]
	lines[n-1] = st.fit(lines[n-1]+" …", w)
	return lines
}

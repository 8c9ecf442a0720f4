package handlertest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A selector is compound selectors separated by spaces (descendants): tag, .class, #id, [attr],
// [attr='value'], [attr^='value'] (begins with), in this notation only; values hold no spaces.
var part = regexp.MustCompile(`^(?:([a-zA-Z][a-zA-Z0-9]*)|\.([\w-]+)|#([\w-]+)|\[([\w:-]+)(?:(\^?=)'([^']*)')?\])`)

type condition func(*html.Node) bool

func compile(compound string) []condition {
	var all []condition
	for rest := compound; rest != ""; {
		m := part.FindStringSubmatch(rest)
		if m == nil {
			panic(fmt.Sprintf("selector %q: cannot read %q", compound, rest))
		}
		rest = rest[len(m[0]):]
		switch {
		case m[1] != "":
			all = append(all, func(n *html.Node) bool { return n.Data == strings.ToLower(m[1]) })
		case m[2] != "":
			all = append(all, func(n *html.Node) bool { return slices.Contains(strings.Fields(attr(n, "class")), m[2]) })
		case m[3] != "":
			all = append(all, func(n *html.Node) bool { return attr(n, "id") == m[3] })
		case m[5] == "=":
			all = append(all, func(n *html.Node) bool { return has(n, m[4]) && attr(n, m[4]) == m[6] })
		case m[5] == "^=":
			all = append(all, func(n *html.Node) bool { return has(n, m[4]) && strings.HasPrefix(attr(n, m[4]), m[6]) })
		default:
			all = append(all, func(n *html.Node) bool { return has(n, m[4]) })
		}
	}
	return all
}

func find(root *html.Node, selector string) []*html.Node {
	if root == nil {
		return nil
	}
	var chain [][]condition
	for compound := range strings.FieldsSeq(selector) {
		chain = append(chain, compile(compound))
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && matches(n, root, chain) {
			out = append(out, n)
		}
	}
	return out
}

// matches checks the last compound on n and the others on its ancestors below root.
func matches(n, root *html.Node, chain [][]condition) bool {
	last := len(chain) - 1
	for _, c := range chain[last] {
		if !c(n) {
			return false
		}
	}
	if last == 0 {
		return true
	}
	for up := n.Parent; up != nil && up != root.Parent; up = up.Parent {
		if up.Type == html.ElementNode && matches(up, root, chain[:last]) {
			return true
		}
	}
	return false
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// block lists elements whose text is set apart from what surrounds it.
var block = map[string]bool{"p": true, "li": true, "td": true, "th": true, "tr": true, "div": true, "h1": true, "h2": true,
	"h3": true, "dt": true, "dd": true, "br": true, "option": true, "label": true, "caption": true, "section": true}

// text is what a reader sees, in one line.
func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Data == "script" || n.Data == "style":
		default:
			for child := range n.ChildNodes() {
				walk(child)
			}
			if block[n.Data] {
				b.WriteByte(' ')
			}
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

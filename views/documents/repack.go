package documents

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

var errLayout = errors.New("the PDF library changed its output")

// repack rewrites the library's file, object by object, for what the library has no setter for. The
// catalog gets the language, and that a viewer's window shows the title; viewers no longer open the
// bookmark panel by themselves. Streams, which the library packs for speed, are packed for size: a
// document is made once and kept for years. Anything unexpected is an error, never a guess.
func repack(pdf []byte) ([]byte, error) {
	objects, trailer, err := objectsOf(pdf)
	if err != nil {
		return nil, err
	}
	var out, table bytes.Buffer
	out.Grow(len(pdf))
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // 1.4 has both entries; the comment marks a binary file
	fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	catalogs := 0
	for _, o := range objects {
		if bytes.Contains(o, []byte(" 0 obj\n<<\n/Type /Catalog\n")) {
			catalogs++
			o = bytes.Replace(o, []byte("/Type /Catalog\n"),
				[]byte("/Type /Catalog\n/Lang (en-GB)\n/ViewerPreferences <</DisplayDocTitle true>>\n"), 1)
			o = bytes.Replace(o, []byte("/PageMode /UseOutlines"), []byte("/PageMode /UseNone"), 1)
		}
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		if o, err = packed(o); err != nil {
			return nil, err
		}
		out.Write(o)
	}
	if catalogs != 1 {
		return nil, fmt.Errorf("%w: %d catalogs", errLayout, catalogs)
	}
	at := out.Len()
	out.Write(table.Bytes())
	out.Write(trailer)
	fmt.Fprintf(&out, "startxref\n%d\n%%%%EOF\n", at)
	return out.Bytes(), nil
}

// objectsOf cuts a file into its objects, the first being object 1, and its trailer.
func objectsOf(pdf []byte) (objects [][]byte, trailer []byte, err error) {
	fail := func(what string) ([][]byte, []byte, error) { return nil, nil, fmt.Errorf("%w: %s", errLayout, what) }
	start := bytes.LastIndex(pdf, []byte("startxref\n"))
	if start < 0 {
		return fail("no startxref")
	}
	table, err := strconv.Atoi(string(bytes.TrimSuffix(pdf[start+len("startxref\n"):], []byte("\n%%EOF\n"))))
	if err != nil || table < 0 || table > start {
		return fail("no cross reference table")
	}
	at := bytes.Index(pdf[table:start], []byte("trailer\n"))
	if at < 0 {
		return fail("no trailer")
	}
	rows := bytes.Split(bytes.TrimSpace(pdf[table:table+at]), []byte("\n"))
	var places []int
	for _, row := range rows[min(3, len(rows)):] { // "xref", "0 17" and the free entry come first
		n, err := strconv.Atoi(string(row[:min(10, len(row))]))
		if err != nil || n <= 0 || n >= table {
			return fail("bad row in the cross reference table")
		}
		places = append(places, n)
	}
	// Objects do not stand in the order of their numbers; each ends where the next one begins.
	ends := append(slices.Clone(places), table)
	slices.Sort(ends)
	for number, p := range places {
		i, _ := slices.BinarySearch(ends, p)
		if o := pdf[p:ends[i+1]]; bytes.HasPrefix(o, fmt.Appendf(nil, "%d 0 obj\n", number+1)) {
			objects = append(objects, o)
			continue
		}
		return fail("misplaced object")
	}
	return objects, pdf[table+at : start], nil
}

// packed compresses an object's stream again, as small as it gets, and corrects its length.
func packed(object []byte) ([]byte, error) {
	const begin, end, deflate = ">>\nstream\n", "\nendstream\n", "/Filter /FlateDecode"
	at := bytes.Index(object, []byte(begin))
	stop := bytes.LastIndex(object, []byte(end))
	if at < 0 || stop < at || !bytes.Contains(object[:at], []byte(deflate)) {
		return object, nil
	}
	data := object[at+len(begin) : stop]
	length := fmt.Appendf(nil, "/Length %d", len(data))
	if bytes.Count(object[:at], length) != 1 {
		return nil, fmt.Errorf("%w: stream without its length", errLayout)
	}
	in, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errLayout, err)
	}
	var small bytes.Buffer
	pack, err := zlib.NewWriterLevel(&small, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(pack, in); err != nil {
		return nil, fmt.Errorf("%w: %w", errLayout, err)
	}
	if err := pack.Close(); err != nil {
		return nil, err
	}
	head := bytes.Replace(object[:at], length, fmt.Appendf(nil, "/Length %d", small.Len()), 1)
	return slices.Concat(head, []byte(begin), small.Bytes(), object[stop:]), nil
}

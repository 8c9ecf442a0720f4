package documents

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"sync"
)

// The PDF's face is a subset of Source Sans 3 by Adobe (OFL 1.1, fonts/OFL.txt): Latin, Greek, Cyrillic,
// figures of one width, no layout tables. It carries a name of its own because the licence reserves
// "Source" for the unchanged font.
var (
	//go:embed fonts/billfold-sans-regular.ttf
	regularTTF []byte
	//go:embed fonts/billfold-sans-semibold.ttf
	boldTTF []byte
)

// face is what layout needs of a font: the advance width of each character it has, in thousandths of
// the font size.
type face map[rune]int

// faces reads the embedded fonts once: regular, bold.
var faces = sync.OnceValue(func() [2]face {
	var out [2]face
	for i, ttf := range [2][]byte{regularTTF, boldTTF} {
		f, err := readFace(ttf)
		if err != nil {
			panic("documents: embedded font: " + err.Error()) // cannot happen: the font is part of the build
		}
		out[i] = f
	}
	return out
})

// readFace reads the widths (hmtx) and the characters (cmap format 4) of a TrueType font with 1,000
// units to the em.
func readFace(ttf []byte) (face, error) {
	u16 := func(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	tables := map[string][]byte{}
	for i := range u16(ttf, 4) {
		rec := ttf[12+16*i:]
		at, size := binary.BigEndian.Uint32(rec[8:]), binary.BigEndian.Uint32(rec[12:])
		tables[string(rec[:4])] = ttf[at : at+size]
	}
	if em := u16(tables["head"], 18); em != 1000 {
		return nil, fmt.Errorf("%d units to the em, want 1000", em)
	}
	metrics, hmtx := u16(tables["hhea"], 34), tables["hmtx"]
	width := func(glyph int) int { return u16(hmtx, 4*min(glyph, metrics-1)) }
	cmap, out := tables["cmap"], face{}
	for i := range u16(cmap, 2) {
		t := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
		if u16(t, 0) != 4 {
			continue
		}
		n := u16(t, 6) / 2
		ends, starts, deltas, offsets := 14, 16+2*n, 16+4*n, 16+6*n
		for s := range n {
			for c := u16(t, starts+2*s); c <= u16(t, ends+2*s) && c != 0xffff; c++ {
				glyph := c
				if off := u16(t, offsets+2*s); off != 0 {
					glyph = u16(t, offsets+2*s+off+2*(c-u16(t, starts+2*s)))
				}
				if glyph = (glyph + u16(t, deltas+2*s)) & 0xffff; glyph != 0 {
					out[rune(c)] = width(glyph)
				}
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("no cmap of format 4")
}

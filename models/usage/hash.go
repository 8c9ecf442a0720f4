package usage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/money"
)

// digest hashes fields one after the other, each with its length before it, so that no two lists of
// fields give the same bytes. It is a buffer, to be used again and again: a million records need a few.
type digest struct {
	buf  []byte
	keys []string
}

func newDigest(purpose string) *digest { return (&digest{buf: make([]byte, 0, 512)}).start(purpose) }

// start begins a new hash.
func (d *digest) start(purpose string) *digest {
	d.buf = d.buf[:0]
	d.text(purpose)
	return d
}

func (d *digest) text(s string) {
	d.buf = binary.AppendUvarint(d.buf, uint64(len(s)))
	d.buf = append(d.buf, s...)
}

func (d *digest) number(n *decimal.Decimal) {
	if n == nil {
		d.text("") // no canonical number is empty, so none differs from zero
		return
	}
	// Room for a length of one byte, which no canonical number of a checked record needs more than.
	at := len(d.buf)
	d.buf = money.AppendCanonical(append(d.buf, 0), *n)
	if size := len(d.buf) - at - 1; size < 0x80 {
		d.buf[at] = byte(size)
	} else {
		long := string(d.buf[at+1:])
		d.buf = d.buf[:at]
		d.text(long)
	}
}

func (d *digest) instant(t time.Time) {
	var bytes [binary.MaxVarintLen64]byte
	n := binary.PutVarint(bytes[:], t.UnixMicro())
	d.buf = append(append(d.buf, byte(n)), bytes[:n]...)
}

func (d *digest) tags(tags map[string]string) {
	var bytes [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(bytes[:], uint64(len(tags)))
	d.buf = append(append(d.buf, byte(n)), bytes[:n]...)
	d.keys = sortedKeys(d.keys[:0], tags)
	for _, key := range d.keys {
		d.text(key)
		d.text(tags[key])
	}
}

// sortedKeys appends the names of tags and sorts them.
func sortedKeys(keys []string, tags map[string]string) []string {
	for key := range tags {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (d *digest) sum() [sha256.Size]byte { return sha256.Sum256(d.buf) }

// ContentHash is the SHA-256 of what a checked record says. Owner is the id of its project, or of
// its billing group: a record that names the same project in another way, or writes its numbers
// with more zeros, is the same record.
func (r *Record) ContentHash(owner string) []byte {
	sum := r.contentHash(newDigest(""), owner)
	return sum[:]
}

func (r *Record) contentHash(d *digest, owner string) [sha256.Size]byte {
	d.start("billfold usage record 1")
	d.text(owner)
	d.text(r.ServiceName)
	d.text(r.ServiceType)
	d.text(r.ServicePlan)
	d.text(r.Cloud)
	d.instant(r.Start)
	d.instant(r.End)
	d.number(&r.Quantity)
	d.text(r.Unit)
	d.number(r.UnitPrice)
	d.number(r.Cost)
	d.text(r.Description)
	d.text(string(r.LineType))
	d.tags(r.Tags)
	return d.sum()
}

// LineKey is what makes two records of one estimate join the same line: project (empty for none),
// service, type, plan, cloud, line type, unit, unit price, description, tags and the UTC month of the
// start. It is a hash of 16 bytes because a plain unique index fails on a missing price.
func (r *Record) LineKey(projectID string) [16]byte {
	return r.lineKey(newDigest(""), projectID)
}

func (r *Record) lineKey(d *digest, projectID string) [16]byte {
	d.start("billfold invoice line 1")
	d.text(projectID)
	d.text(r.ServiceName)
	d.text(r.ServiceType)
	d.text(r.ServicePlan)
	d.text(r.Cloud)
	d.text(string(r.LineType))
	d.text(r.Unit)
	d.number(r.UnitPrice)
	d.text(r.Description)
	d.tags(r.Tags)
	d.text(string(models.MonthOf(r.Start)))
	sum := d.sum()
	return [16]byte(sum[:16])
}

// TagsJSON writes tags as a JSON object with sorted names, as lines keep them; "{}" for none.
func TagsJSON(tags map[string]string) string {
	if len(tags) == 0 {
		return "{}"
	}
	if quick, ok := plainTags(tags); ok {
		return quick
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tags); err != nil {
		panic("a map of strings is always JSON: " + err.Error())
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

// plainTags is TagsJSON of tags that need no escaping, as nearly all are.
func plainTags(tags map[string]string) (string, bool) {
	out := make([]byte, 0, 256)
	for i, key := range sortedKeys(nil, tags) {
		if !plain(key) || !plain(tags[key]) {
			return "", false
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), key...), '"', ':', '"')
		out = append(append(out, tags[key]...), '"')
	}
	return "{" + string(out) + "}", true
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

package usage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/money"
)

// digest hashes fields one after the other, each with its length before it, so that no two lists of
// fields give the same bytes.
type digest struct {
	h   hash.Hash
	buf []byte
}

func newDigest(purpose string) *digest {
	d := &digest{h: sha256.New(), buf: make([]byte, 0, 512)}
	d.text(purpose)
	return d
}

func (d *digest) text(s string) {
	d.buf = binary.AppendUvarint(d.buf, uint64(len(s)))
	d.buf = append(d.buf, s...)
	if len(d.buf) > 4096 {
		d.h.Write(d.buf)
		d.buf = d.buf[:0]
	}
}

func (d *digest) number(n *decimal.Decimal) {
	if n == nil {
		d.text("") // no canonical number is empty, so none differs from zero
		return
	}
	d.text(money.Canonical(*n))
}

func (d *digest) instant(t time.Time) {
	d.text(string(binary.AppendVarint(nil, t.UnixMicro())))
}

func (d *digest) tags(tags map[string]string) {
	d.text(string(binary.AppendUvarint(nil, uint64(len(tags)))))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		d.text(key)
		d.text(tags[key])
	}
}

func (d *digest) sum() []byte {
	d.h.Write(d.buf)
	return d.h.Sum(nil)
}

// ContentHash is the SHA-256 of what a checked record says. Owner is the id of its project, or of
// its billing group: a record that names the same project in another way, or writes its numbers
// with more zeros, is the same record.
func (r *Record) ContentHash(owner string) []byte {
	d := newDigest("billfold usage record 1")
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
	d := newDigest("billfold invoice line 1")
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
	return [16]byte(d.sum()[:16])
}

// TagsJSON writes tags as a JSON object with sorted names, as lines keep them; "{}" for none.
func TagsJSON(tags map[string]string) string {
	if len(tags) == 0 {
		return "{}"
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tags); err != nil {
		panic("a map of strings is always JSON: " + err.Error())
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

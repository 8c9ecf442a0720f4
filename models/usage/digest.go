package usage

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"time"

	"billfold/models"
)

// inParallel runs fn over parts of the places 0 to n, one part a processor, and returns at once; wait
// returns when all parts are done, however often it is called.
func inParallel(n int, fn func(from, to int)) (wait func()) {
	var all sync.WaitGroup
	parts := min(runtime.GOMAXPROCS(0), n/500+1)
	for p := range parts {
		all.Go(func() { fn(n*p/parts, n*(p+1)/parts) })
	}
	return all.Wait
}

// checkAll checks the records of a batch and adds what is wrong, in their order.
func checkAll(batch []Record, now time.Time, problems *Problems) {
	bad := make([][]models.Field, len(batch))
	inParallel(len(batch), func(from, to int) {
		for i := from; i < to; i++ {
			bad[i] = batch[i].Check(now)
		}
	})()
	for i, fields := range bad {
		for _, one := range fields {
			problems.record(&batch[i], i, one)
		}
	}
}

// digests are the hashes of a batch's records by their places. They are ready when wait has returned.
type digests struct {
	content [][sha256.Size]byte
	line    [][16]byte
	wait    func()
}

// digest begins to hash the records, whose owners are known, and gives a function that waits for the end.
func (in *intake) digest() (wait func()) {
	d := digests{content: make([][sha256.Size]byte, len(in.batch)), line: make([][16]byte, len(in.batch))}
	d.wait = inParallel(len(in.batch), func(from, to int) {
		hash := newDigest("")
		for i := from; i < to; i++ {
			r, o := &in.batch[i], in.owners[i]
			d.content[i] = r.contentHash(hash, o.id())
			d.line[i] = r.lineKey(hash, o.projectID())
		}
	})
	in.digests = d
	return d.wait
}

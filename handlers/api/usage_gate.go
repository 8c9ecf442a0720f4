package api

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// What batches of usage may hold of the server at once. Beyond it a sender is told to come again: the
// memory stays bounded, and the batches that are being taken in get done.
const (
	maxBatches   = 64       // begun and not answered
	maxBytesHeld = 64 << 20 // of bodies, as sent and unpacked
	maxTurns     = 8        // taken in at once; their records take about three times their bodies
	maxTurnWait  = 10 * time.Second
)

// usageGate counts what batches hold.
type usageGate struct {
	mu      sync.Mutex
	batches int
	bytes   int64
	turns   chan struct{}
}

func newUsageGate() *usageGate { return &usageGate{turns: make(chan struct{}, maxTurns)} }

var errUsageBusy = &refusal{http.StatusServiceUnavailable, "busy", "More usage comes in than can be taken in right now. Nothing of this batch was taken in; send it again"}

var errBatchTooLarge = &refusal{http.StatusRequestEntityTooLarge, codes[http.StatusRequestEntityTooLarge], "A batch may have 16 MiB, also when unpacked. Send smaller batches"}

// hold is what one batch holds, given back by release.
type hold struct {
	gate   *usageGate
	bytes  int64
	size   int64 // of the body as it declares itself, 0 when it does not
	inTurn bool
}

type holdKey struct{}

func holdOf(ctx context.Context) *hold { return ctx.Value(holdKey{}).(*hold) }

// enter lets a batch in, before anything of it is read. Error: *refusal with status 413 or 503.
func (g *usageGate) enter(c echo.Context) (release func(), err error) {
	r, h := c.Request(), &hold{gate: g}
	if r.ContentLength > maxBatchBytes {
		return nil, errBatchTooLarge
	}
	g.mu.Lock()
	full := g.batches >= maxBatches
	if !full {
		g.batches++
	}
	g.mu.Unlock()
	if full {
		return nil, errUsageBusy
	}
	counted := r.ContentLength >= 0 // else by what is read
	if counted {
		h.size = r.ContentLength
		if err := h.take(h.size); err != nil {
			h.release()
			return nil, err
		}
	}
	r.Body = &heldBody{r.Body, h, counted}
	c.SetRequest(r.WithContext(context.WithValue(r.Context(), holdKey{}, h)))
	return h.release, nil
}

// take adds to what the batch holds. Error: *refusal with status 503.
func (h *hold) take(n int64) error {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	if h.gate.bytes+n > maxBytesHeld {
		return errUsageBusy
	}
	h.gate.bytes += n
	h.bytes += n
	return nil
}

// turn waits until the batch may be taken in. Error: *refusal with status 503, or the context's.
func (h *hold) turn(ctx context.Context) error {
	ended := time.NewTimer(maxTurnWait)
	defer ended.Stop()
	select {
	case h.gate.turns <- struct{}{}:
		h.inTurn = true
		return nil
	case <-ended.C:
		return errUsageBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release gives back all that the batch holds.
func (h *hold) release() {
	if h.inTurn {
		<-h.gate.turns
	}
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	h.gate.batches--
	h.gate.bytes -= h.bytes
}

// heldBody is a body whose bytes are held from when they are read.
type heldBody struct {
	io.ReadCloser
	hold    *hold
	counted bool // already, by its declared length
}

func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !b.counted && n > 0 {
		if full := b.hold.take(int64(n)); full != nil {
			return 0, full
		}
	}
	return n, err
}

package bench

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"sync"
	"time"
)

// Memory is the most that was in use while something ran, in bytes.
type Memory struct {
	Heap int64 `json:"heap_bytes"` // objects in Go's heap, garbage not yet collected included
	RSS  int64 `json:"rss_bytes"`  // of the whole process; 0 where it cannot be read
}

// Watcher samples the memory until it is stopped.
type Watcher struct {
	mu    sync.Mutex
	peak  Memory
	end   chan struct{}
	ended sync.WaitGroup
}

// Watch begins to sample the memory. What was garbage before is collected first.
func Watch() *Watcher {
	debug.FreeOSMemory()
	w := &Watcher{end: make(chan struct{})}
	w.ended.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			w.look()
			select {
			case <-w.end:
				return
			case <-tick.C:
			}
		}
	})
	return w
}

func (w *Watcher) look() {
	m := inUse()
	w.mu.Lock()
	w.peak = w.peak.with(m)
	w.mu.Unlock()
}

// Lap gives the peaks since Watch or the last Lap.
func (w *Watcher) Lap() Memory {
	w.look()
	w.mu.Lock()
	defer w.mu.Unlock()
	peak := w.peak
	w.peak = Memory{}
	return peak
}

// Stop ends the sampling and gives the peaks since Watch or the last Lap.
func (w *Watcher) Stop() Memory {
	close(w.end)
	w.ended.Wait()
	return w.Lap()
}

// with is the greater of each.
func (m Memory) with(n Memory) Memory {
	return Memory{Heap: max(m.Heap, n.Heap), RSS: max(m.RSS, n.RSS)}
}

func inUse() Memory {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return Memory{Heap: int64(sample[0].Value.Uint64()), RSS: rss()}
}

// rss is the resident memory of this process, 0 where the system does not tell.
func rss() int64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	content, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(content)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// flat is how far the peak of the heap may rise as the work grows: the garbage collector's own play.
const flat = 1.5

// rise is how the highest peak of the second half of some work stands to that of the first.
func rise(peaks []float64) float64 {
	half := (len(peaks) + 1) / 2
	if half == len(peaks) {
		return 1
	}
	return StatsOf(peaks[half:]).Max / StatsOf(peaks[:half]).Max
}

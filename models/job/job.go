// Package job is the queue of work that follows a change: files to make, mails to send. A job is a row
// written in the transaction of the change, so it exists exactly if the change does; workers do it after
// the commit, at least once, each under a lease. Jobs run on real time.
//
//	job.go       rules: how often and when a job is tried again
//	job_store.go the queue in the database
//	worker.go    Queue.Run for the server, Queue.Drain for the command line
package job

import (
	"context"
	"time"
)

// Func does the work of one kind of job. It may be run again after a failure or a killed process, so
// doing it twice must be as good as once. It ends when its context does.
type Func func(ctx context.Context, payload []byte) error

// Later is what a Func returns when its work cannot be done yet through no fault of its own: what it needs
// is not there, or another party does not answer. The job is put back for After and keeps its tries.
type Later struct {
	After  time.Duration
	Reason string
}

// Error is the reason.
func (l *Later) Error() string { return l.Reason }

// maxAttempts is how often a job is tried by itself. After that it stays with its last error until
// somebody drains the queue.
const maxAttempts = 8

// backOff is how long a job waits after its n-th failure: 10 seconds, doubled each time, an hour at most.
func backOff(failures int) time.Duration {
	if failures > 9 {
		return time.Hour
	}
	return min(10*time.Second<<max(failures-1, 0), time.Hour)
}

// lease is how long a worker has a job to itself. The work's context ends before it does, so that
// nobody else begins while somebody is still at it.
const (
	lease  = 5 * time.Minute
	margin = 15 * time.Second
)

// maxError bounds the text that is kept of a failure, in bytes.
const maxError = 2000

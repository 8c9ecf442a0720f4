package job

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Later is what a Func returns when something outside is not there yet: the job is tried again after the wait, as
// often as it takes. Such a try does not count; the Func itself says when it has waited long enough.
type Later struct {
	After time.Duration
	Cause error
}

func (l *Later) Error() string { return fmt.Sprintf("again in %s: %v", l.After, l.Cause) }

// Unwrap gives the cause.
func (l *Later) Unwrap() error { return l.Cause }

// postpone keeps a job for later.
func (q *Queue) postpone(ctx context.Context, r row, l *Later) error {
	return q.settle(ctx, r, map[string]any{"state": queued, "attempts": r.Attempts - 1, "last_error": clip(l.Error()), "run_at": q.wall.Now().Add(l.After)})
}

// later finds a Later in an error.
func later(err error) (*Later, bool) {
	var l *Later
	return l, errors.As(err, &l)
}

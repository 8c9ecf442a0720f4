package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How many requests a token may send: so many a second in the long run, and so many at once before.
// The operator's tokens feed usage in and may send more.
const (
	perSecond         = 20
	atOnce            = 200
	operatorPerSecond = 2000
	operatorAtOnce    = 4000
)

// maxLimiters bounds the memory of limits; beyond it those that are full again are forgotten.
const maxLimiters = 10_000

// limits keeps the buckets of tokens. Each replica has its own.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimits() *limits { return &limits{buckets: map[string]*rate.Limiter{}} }

// take counts a request of a token and tells it in the headers how much is left (RateLimit fields of
// the IETF draft, in seconds). Error: *refusal with status 429.
func (l *limits) take(h http.Header, o owner, tokenID string) error {
	bucket := l.bucket(tokenID, o.operator())
	now := time.Now()
	allowed := bucket.AllowN(now, 1)
	left := max(0, int(bucket.TokensAt(now)))
	h.Set("RateLimit-Limit", strconv.Itoa(bucket.Burst()))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	missing := float64(bucket.Burst()-left) / float64(bucket.Limit())
	h.Set("RateLimit-Reset", strconv.Itoa(int(missing)+1))
	if !allowed {
		h.Set("Retry-After", "1")
		return &refusal{http.StatusTooManyRequests, "too_many_requests", "This token sends too many requests. Try again in a second"}
	}
	return nil
}

func (l *limits) bucket(tokenID string, operator bool) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[tokenID]
	if !ok {
		if len(l.buckets) >= maxLimiters {
			for id, old := range l.buckets {
				if old.Tokens() >= float64(old.Burst()) {
					delete(l.buckets, id)
				}
			}
		}
		b = rate.NewLimiter(perSecond, atOnce)
		if operator {
			b = rate.NewLimiter(operatorPerSecond, operatorAtOnce)
		}
		l.buckets[tokenID] = b
	}
	return b
}

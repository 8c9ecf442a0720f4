package people

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/netip"
	"time"
)

// limit is how many attempts a subject has before it must wait.
type limit struct {
	max    int64
	window time.Duration // attempts further back do not count
	wait   time.Duration
}

// The limits of sign-in. A wait ends by itself and is not made longer by attempts during it. The limit
// of the whole account does not hold for addresses from which its owner signed in before: whoever
// tries passwords from many places cannot lock the owner out.
var (
	perAccountAndAddress = limit{max: 5, window: 15 * time.Minute, wait: 15 * time.Minute}
	perAccount           = limit{max: 50, window: time.Hour, wait: 15 * time.Minute}
	perAddress           = limit{max: 100, window: 15 * time.Minute, wait: 15 * time.Minute}
)

// knownFor is how long an address counts as the owner's after a sign-in from it.
const knownFor = 90 * 24 * time.Hour

// attempt is the counter of one subject.
type attempt struct {
	Subject      string `gorm:"primaryKey"`
	Failures     int64
	Since        time.Time // when the window began
	BlockedUntil *time.Time
}

// TableName names the table for GORM.
func (attempt) TableName() string { return "attempts" }

// count adds one attempt at now and tells until when the subject must wait; the zero time is not at all.
func (a *attempt) count(l limit, now time.Time) time.Time {
	if a.BlockedUntil != nil && now.Before(*a.BlockedUntil) {
		return *a.BlockedUntil
	}
	if a.BlockedUntil != nil || !now.Before(a.Since.Add(l.window)) {
		*a = attempt{Subject: a.Subject, Since: now}
	}
	a.Failures++
	if a.Failures <= l.max {
		return time.Time{}
	}
	until := now.Add(l.wait)
	a.BlockedUntil = &until
	return until
}

// Blocked says that there were too many attempts to sign in.
type Blocked struct{ Until time.Time }

// Error names the minute after which the next attempt is taken.
func (b *Blocked) Error() string {
	minute := b.Until.UTC().Truncate(time.Minute)
	if minute.Before(b.Until) {
		minute = minute.Add(time.Minute)
	}
	return fmt.Sprintf("Too many attempts. Try again after %s", minute.Format("15:04 UTC"))
}

// network is the part of an address that one party holds: all of an IPv4 address, a /64 of IPv6.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}

// turns has attempts on one account from one address go one after the other, so that several right ones
// at once are not taken for guesses. Subjects share a turn by their hash.
var turns = func() (all [256]chan struct{}) {
	for i := range all {
		all[i] = make(chan struct{}, 1)
	}
	return all
}()

// takeTurn waits for the turn of a subject; leave gives it to the next.
func takeTurn(ctx context.Context, subject string) (leave func(), err error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(subject)) // never fails
	turn := turns[h.Sum32()%uint32(len(turns))]
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

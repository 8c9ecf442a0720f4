package people

import (
	"context"
	_ "embed"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"billfold/models"

	"github.com/alexedwards/argon2id"
)

// The length of a password in characters (NIST SP 800-63B: at least 8, long ones allowed, no rules on kinds).
const (
	MinPassword = 8
	MaxPassword = 200
)

// hashing is argon2id with 19 MiB, two passes, one lane: the OWASP password storage minimum.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// slots bounds how many passwords are hashed at once, so that a flood of sign-ins fills neither the
// memory nor all processors.
var slots = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

//go:embed common.txt
var commonList string

var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonList) {
		set[strings.TrimSpace(line)] = true
	}
	return set
})

// CheckPassword says what is wrong with a new password, as an Invalid error of the field "password".
// A password must not be one that everybody tries first, nor the user's own email address or name.
func CheckPassword(password, email, name string) error {
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch {
	case !utf8.ValidString(password):
		return models.Invalidf("password", "Password must be text")
	case n < MinPassword:
		return models.Invalidf("password", "Password must be %d characters or more", MinPassword)
	case n > MaxPassword:
		return models.Invalidf("password", "Password must be %d characters or less", MaxPassword)
	case common()[low]:
		return models.Invalidf("password", "This password is among the most common ones. Choose another")
	case low == strings.ToLower(email), low == local, low == strings.ToLower(name):
		return models.Invalidf("password", "Password must not be the email address or the name")
	}
	return nil
}

func withSlot(ctx context.Context, fn func() error) error {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
		return fn()
	case <-ctx.Done():
		return models.Unavailablef("Too many people are signing in right now. Try again in a moment.")
	}
}

func hashPassword(ctx context.Context, password string) (hash string, err error) {
	err = withSlot(ctx, func() error {
		hash, err = argon2id.CreateHash(password, hashing)
		return err
	})
	return hash, err
}

// nobody is the hash that a password is compared with when there is no such user, so that the answer
// takes as long.
var nobody = sync.OnceValues(func() (string, error) { return argon2id.CreateHash(models.NewID(), hashing) })

// samePassword compares; hash "" stands for no user and is never the same, in the same time.
func samePassword(ctx context.Context, password, hash string) (same bool, err error) {
	unknown := hash == ""
	if unknown {
		if hash, err = nobody(); err != nil {
			return false, err
		}
	}
	err = withSlot(ctx, func() error {
		same, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return same && !unknown, err
}

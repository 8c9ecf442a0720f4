package people

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"math/big"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
)

// Token is what is known of an API token; the token itself is shown once, when it is made, and kept as
// a hash only.
type Token struct {
	ID         string
	Prefix     string // its first characters, by which people recognise it
	Name       string
	UserID     string // whose it is; empty for an account's and the operator's
	AccountID  string // the account's; empty for a user's and the operator's
	Scopes     []access.Grant
	SignedIn   bool // made by signing in with a password, not by hand
	CreatedBy  string
	CreatedAt  time.Time
	ExpiresAt  time.Time     // zero: never
	MaxAge     time.Duration // 0: it was made with an end, or without one
	Extended   bool          // it lasts for MaxAge after each use
	LastUsedAt time.Time     // zero: never
	LastUsedIP string
	RevokedAt  time.Time // zero: in use
}

// Ended reports whether the token can no longer be used.
func (t Token) Ended(now time.Time) bool {
	return !t.RevokedAt.IsZero() || (!t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt))
}

// NewToken is what making a token needs.
type NewToken struct {
	Name      string
	Scopes    []access.Grant
	ExpiresAt time.Time     // zero: never, unless MaxAge says otherwise
	MaxAge    time.Duration // how long it lasts; 0 for no such bound
	Extended  bool          // it lasts for MaxAge after each use
}

// maxAge bounds how long a token with an age lasts: ten years.
const maxAge = 10 * 365 * 24 * time.Hour

// The form of a token: bft_, 43 characters of about 256 random bits, and 6 that are a checksum of the
// rest, so that scanners find lost tokens and a mistyped one is refused without the database.
const (
	tokenMark     = "bft_"
	tokenRandom   = 43
	tokenCheck    = 6
	tokenPrefix   = 12 // of these, 8 are random: enough to tell tokens apart, useless to guess the rest
	maxTokenName  = 100
	base62Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// makeToken makes a new token.
func makeToken() string {
	var b strings.Builder
	b.WriteString(tokenMark)
	letters := big.NewInt(int64(len(base62Letters)))
	for range tokenRandom {
		n, _ := rand.Int(rand.Reader, letters) // never fails (crypto/rand)
		b.WriteByte(base62Letters[n.Int64()])
	}
	return b.String() + checksum(b.String())
}

// checksum is the CRC-32 of a token's other characters, written in 6 of them.
func checksum(s string) string {
	sum := crc32.ChecksumIEEE([]byte(s))
	out := make([]byte, tokenCheck)
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = base62Letters[sum%uint32(len(base62Letters))]
		sum /= uint32(len(base62Letters))
	}
	return string(out)
}

// wellFormed reports whether a text can be one of our tokens.
func wellFormed(token string) bool {
	if len(token) != len(tokenMark)+tokenRandom+tokenCheck || !strings.HasPrefix(token, tokenMark) {
		return false
	}
	cut := len(token) - tokenCheck
	return checksum(token[:cut]) == token[cut:]
}

// check cleans what a new token is made of. Kind: Invalid (name, scopes, expires).
func (n *NewToken) check(now time.Time, allowed []access.Grant) error {
	var bad []models.Field
	n.Name = strings.TrimSpace(n.Name)
	switch {
	case n.Name == "":
		bad = append(bad, models.Field{Name: "name", Message: "Enter a name that says what the token is for"})
	case len([]rune(n.Name)) > maxTokenName:
		bad = append(bad, models.Field{Name: "name", Message: fmt.Sprintf("The name must be %d characters or less", maxTokenName)})
	case strings.ContainsFunc(n.Name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		bad = append(bad, models.Field{Name: "name", Message: "The name must not contain control characters"})
	}
	if len(n.Scopes) == 0 {
		bad = append(bad, models.Field{Name: "scopes", Message: "Choose at least one scope"})
	}
	slices.Sort(n.Scopes)
	n.Scopes = slices.Compact(n.Scopes)
	for _, s := range n.Scopes {
		if !slices.Contains(allowed, s) {
			bad = append(bad, models.Field{Name: "scopes", Message: fmt.Sprintf("This token cannot have the scope %q; it may have %s", s, words(allowed))})
		}
	}
	switch {
	case n.MaxAge < 0 || n.MaxAge > maxAge || n.MaxAge%time.Second != 0:
		bad = append(bad, models.Field{Name: "max_age", Message: "Enter whole seconds, at most ten years of them"})
	case n.MaxAge > 0:
		n.ExpiresAt = models.Micro(now.Add(n.MaxAge))
	default:
		n.Extended = false
	}
	if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(now) {
		bad = append(bad, models.Field{Name: "expires", Message: "Choose a day in the future"})
	}
	return models.InvalidFields(bad...)
}

func words(grants []access.Grant) string {
	texts := make([]string, len(grants))
	for i, g := range grants {
		texts[i] = string(g)
	}
	return strings.Join(texts, ", ")
}

func parseGrants(stored string) []access.Grant {
	var all []access.Grant
	for _, f := range strings.Fields(stored) {
		all = append(all, access.Grant(f))
	}
	return all
}

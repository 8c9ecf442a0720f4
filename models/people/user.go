// Package people holds who uses the product: users and their passwords, sign-in and its limits,
// sessions, members of accounts, recent projects, and the keys of forms already sent.
//
//	user.go password.go attempt.go   rules: email addresses, names, passwords, attempt limits
//	*_store.go                       one use case each, on the database
//
// Sessions, attempts and form keys run on real time, whatever the business clock says.
package people

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"billfold/models"

	"golang.org/x/text/unicode/norm"
)

// User is somebody who can sign in.
type User struct {
	ID        string
	Email     string // as it was typed
	Name      string // shown to others, never empty
	CreatedAt time.Time
}

// The limits of a user's fields: RFC 5321 4.5.3.1 for addresses, in bytes; names in characters.
const (
	maxEmail     = 254
	maxLocalPart = 64
	maxName      = 83
)

// EmailKey is the form of an email address that is unique: the same mailbox in any capitals.
func EmailKey(email string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(email)))
}

// CheckEmail says what is wrong with an email address, as an Invalid error of the field "email".
func CheckEmail(email string) error {
	const form = "Enter an email address in the form name@example.com"
	if email == "" {
		return models.Invalidf("email", "Enter an email address")
	}
	if len(email) > maxEmail {
		return models.Invalidf("email", "Email address must be %d characters or less", maxEmail)
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Name != "" || parsed.Address != email {
		return models.Invalidf("email", form)
	}
	local, domain, _ := strings.Cut(email, "@") // a quoted local part may hold another @; it ends in no domain
	if len(local) > maxLocalPart || !validDomain(domain) {
		return models.Invalidf("email", form)
	}
	return nil
}

func validDomain(domain string) bool {
	if !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@[]\\\" ") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return true
}

// checkName says what is wrong with a name, as an Invalid error of the field "name".
func checkName(name string) error {
	switch {
	case name == "":
		return models.Invalidf("name", "Enter a name")
	case utf8.RuneCountInString(name) > maxName:
		return models.Invalidf("name", "Name must be %d characters or less", maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return models.Invalidf("name", "Name must be letters, numbers, spaces and signs only")
	}
	return nil
}

// NameFromEmail makes a name out of an address, for users created without one:
// "ana.lima@example.com" gives "Ana Lima".
func NameFromEmail(email string) string {
	local, _, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+")
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[size:]
	}
	if len(words) == 0 {
		return email
	}
	return strings.Join(words, " ")
}

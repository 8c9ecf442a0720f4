package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"billfold/models"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The longest names, in characters. Project names are bounded by what imports bring: cloud consoles
// allow 30 to 63 characters, resource paths go to 255.
const (
	MaxAccountName = 83
	MaxGroupName   = 128
	MaxProjectName = 255
	MaxExternalID  = 255
)

// CleanName is a name as it is kept: Unicode NFC, trimmed, each run of spaces one space, so that two
// names that look alike are alike.
func CleanName(s string) string {
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// NameKey is what makes names the same: NFC after full Unicode case folding, so "STRASSE" is "straße".
func NameKey(name string) string {
	return norm.NFC.String(cases.Fold().String(CleanName(name)))
}

// checkName refuses an empty, long or unprintable name.
func checkName(name string, most int) []models.Field {
	const field, what = "name", "Name"
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return []models.Field{{Name: field, Message: "Enter a name"}}
	case n > most:
		return []models.Field{tooLong(field, what, most)}
	case !printable(name):
		return []models.Field{unprintable(field, what)}
	}
	return nil
}

// CheckAccountName says what to change in an account's name of 1 to 83 characters; nil when nothing.
func CheckAccountName(name string) []models.Field {
	return checkName(CleanName(name), MaxAccountName)
}

// CheckGroupName says what to change in a billing group's name of 1 to 128 characters; nil when nothing.
func CheckGroupName(name string) []models.Field {
	return checkName(CleanName(name), MaxGroupName)
}

// CheckProjectName says what to change in a project's name of 1 to 255 characters; nil when nothing.
// Any printable text will do, because imports bring names such as "Atlas Nimbus" and resource paths.
func CheckProjectName(name string) []models.Field {
	return checkName(CleanName(name), MaxProjectName)
}

// CheckExternalID says what to change in the operator's own id of a project, at most 255 characters
// and empty for none; nil when nothing.
func CheckExternalID(id string) []models.Field {
	id = strings.TrimSpace(id)
	switch {
	case utf8.RuneCountInString(id) > MaxExternalID:
		return []models.Field{tooLong("external_id", "External id", MaxExternalID)}
	case !printable(id):
		return []models.Field{unprintable("external_id", "External id")}
	}
	return nil
}

func tooLong(field, what string, most int) models.Field {
	return models.Field{Name: field, Message: what + " must be " + count(most, "character") + " or less"}
}

func unprintable(field, what string) models.Field {
	return models.Field{Name: field, Message: what + " must not contain control characters or text that cannot be seen"}
}

// printable refuses broken UTF-8, control and invisible characters. The two joiners stay: emoji and
// several scripts are written with them.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) && r != '\u200d' && r != '\u200c' || r == utf8.RuneError {
			return false
		}
	}
	return true
}

package account

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"billfold/models"
)

// The limits of what programs keep with a project.
const (
	MaxProjectTags = 64
	maxTagKey      = 128 // characters
	maxTagValue    = 256 // characters
	maxCloud       = 255 // characters, as of usage records
)

// ProjectSettings are what programs keep with a project; Billfold itself bills nothing by them.
type ProjectSettings struct {
	Tags         map[string]string // at most MaxProjectTags
	DefaultCloud string            // for new services, such as google-europe-west1
	TechEmails   []string          // 0 to 10: who gets technical news
}

// Clean is the settings as they are kept. Tags are kept as they are: programs read back what they wrote.
func (s ProjectSettings) Clean() ProjectSettings {
	s.Tags = maps.Clone(s.Tags)
	s.DefaultCloud = strings.TrimSpace(s.DefaultCloud)
	s.TechEmails = cleanEmails(s.TechEmails)
	return s
}

// Check says what to change; nil when nothing.
func (s ProjectSettings) Check() []models.Field {
	emails := s.TechEmails
	s = s.Clean()
	var bad []models.Field
	if n := len(s.Tags); n > MaxProjectTags {
		bad = append(bad, models.Field{Name: "tags", Message: fmt.Sprintf("Use at most %d tags. You gave %d", MaxProjectTags, n)})
	}
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		if bad = append(bad, checkTag(key, s.Tags[key])...); len(bad) > MaxProjectTags {
			break
		}
	}
	bad = append(bad, checkText(text{"default_cloud", "Cloud", maxCloud, &s.DefaultCloud})...)
	return append(bad, checkEmails("tech_emails", emails)...)
}

func checkTag(key, value string) []models.Field {
	const field = "tags"
	switch {
	case key == "" || strings.TrimSpace(key) != key:
		return []models.Field{{Name: field, Message: "Give each tag a name without spaces before and after it"}}
	case utf8.RuneCountInString(key) > maxTagKey:
		return []models.Field{tooLong(field, "The name of a tag", maxTagKey)}
	case utf8.RuneCountInString(value) > maxTagValue:
		return []models.Field{tooLong(field, "The value of a tag", maxTagValue)}
	case !printable(key) || !printable(value):
		return []models.Field{unprintable(field, "Tags")}
	case holdsCardNumber(key, shortestCard) || holdsCardNumber(value, shortestCard):
		return []models.Field{{Name: field, Message: "A tag looks like it holds a card number. Remove it: card numbers are never kept here"}}
	}
	return nil
}

// Equal reports whether two settings say the same.
func (s ProjectSettings) Equal(other ProjectSettings) bool {
	return maps.Equal(s.Tags, other.Tags) && s.DefaultCloud == other.DefaultCloud && slices.Equal(s.TechEmails, other.TechEmails)
}

// values are the settings for an event; those that are not set are left out.
func (s ProjectSettings) values() map[string]any {
	v := map[string]any{}
	if len(s.Tags) > 0 {
		v["tags"] = s.Tags
	}
	if s.DefaultCloud != "" {
		v["default_cloud"] = s.DefaultCloud
	}
	if len(s.TechEmails) > 0 {
		v["tech_emails"] = s.TechEmails
	}
	return v
}

// differing names what differs between two settings, for the sentence of an event.
func (s ProjectSettings) differing(other ProjectSettings) []string {
	var names []string
	if !maps.Equal(s.Tags, other.Tags) {
		names = append(names, "tags")
	}
	if s.DefaultCloud != other.DefaultCloud {
		names = append(names, "default cloud")
	}
	if !slices.Equal(s.TechEmails, other.TechEmails) {
		names = append(names, "technical contacts")
	}
	return names
}

// jsonOf writes a value that can always be written.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("account: a text cannot be written: " + err.Error()) // maps and lists of texts
	}
	return string(b)
}

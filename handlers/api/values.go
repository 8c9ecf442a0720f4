package api

import (
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// organizationPrefix is before an account's id where the contract calls it an organization.
const organizationPrefix = "org"

// stamp is a time as the contract writes it: ISO 8601, UTC, whole seconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// stampOrNil is stamp, and null of no time.
func stampOrNil(t *time.Time) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	at := stamp(*t)
	return &at
}

// orNull is null of an empty text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// unescape is a parameter of the path as it was meant: echo hands on what the address said.
func unescape(c echo.Context, name string) string {
	text := c.Param(name)
	if c.Request().URL.RawPath != "" {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
	}
	// Bytes that no text holds would be an error of the database; as a sign that no name has they are not found.
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

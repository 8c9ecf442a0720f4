// Package models holds what every room of the domain shares: kinds of errors, the clock, months and ids.
package models

import (
	"errors"
	"fmt"
)

// Kind says what an error means to the one who asked; handlers turn it into a status.
type Kind int

// The kinds of errors. The zero value, Internal, is what any unknown error is.
const (
	Internal    Kind = iota
	NotFound         // there is no such thing, or it belongs to somebody else (404)
	Invalid          // the input must be changed (422)
	Conflict         // the input is right but the state forbids it (409)
	Forbidden        // a member without the role (403)
	Unavailable      // try again later (503)
)

// Field is one bad field and what to do about it.
type Field struct {
	Name    string // the form field, column or JSON key
	Message string // a sentence without full stop that says what to do
}

// Error is an error that may be shown to the one who asked.
type Error struct {
	Kind    Kind
	Message string
	Fields  []Field
}

// Error gives the message, or the first field's when there is none.
func (e *Error) Error() string {
	if e.Message == "" && len(e.Fields) > 0 {
		return e.Fields[0].Message
	}
	return e.Message
}

// NotFoundf makes a NotFound error.
func NotFoundf(format string, args ...any) error { return newf(NotFound, format, args...) }

// Conflictf makes a Conflict error.
func Conflictf(format string, args ...any) error { return newf(Conflict, format, args...) }

// Forbiddenf makes a Forbidden error.
func Forbiddenf(format string, args ...any) error { return newf(Forbidden, format, args...) }

// Unavailablef makes an Unavailable error.
func Unavailablef(format string, args ...any) error { return newf(Unavailable, format, args...) }

// Invalidf makes an Invalid error of one field.
func Invalidf(field, format string, args ...any) error {
	return InvalidFields(Field{field, fmt.Sprintf(format, args...)})
}

// InvalidFields makes an Invalid error of several fields, and nil of none.
func InvalidFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Fields: fields}
}

// KindOf is the kind of an error, Internal for unknown ones.
func KindOf(err error) Kind {
	if e, ok := AsError(err); ok {
		return e.Kind
	}
	return Internal
}

// AsError finds the Error in a chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

func newf(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

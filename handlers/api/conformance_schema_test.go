package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// document is the description as clients get it: the JSON of /v1/openapi.json and not the Go types behind it.
type document map[string]any

// at goes down into a part of the document; nil where there is none.
func (d document) at(keys ...string) map[string]any {
	part := map[string]any(d)
	for _, key := range keys {
		part, _ = part[key].(map[string]any)
	}
	return part
}

// knownKeywords are those that wrongWith looks at, and those that say nothing about what is right.
var knownKeywords = []string{"$ref", "type", "properties", "required", "items", "enum", "oneOf", "additionalProperties", "minLength", "maxLength", "minimum", "maximum",
	"minItems", "maxItems", "pattern", "format", "description", "examples", "title", "default", "deprecated", "readOnly", "writeOnly", "contentEncoding"}

// wrongWith lists what a value has that its schema (JSON Schema 2020-12, as far as the document speaks it)
// does not allow. It is stricter than the schema in one thing: a key that is not described is wrong.
func (d document) wrongWith(schema map[string]any, v any, path string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, path+": "+fmt.Sprintf(format, args...)) }
	for keyword := range schema {
		if !slices.Contains(knownKeywords, keyword) {
			say("the test does not know the keyword %s", keyword)
		}
	}
	if ref, ok := schema["$ref"].(string); ok {
		target := d.at("components", "schemas", ref[strings.LastIndexByte(ref, '/')+1:])
		if target == nil {
			say("%s is not in the document", ref)
			return wrong
		}
		return append(wrong, d.wrongWith(target, v, path)...)
	}
	if options, ok := schema["oneOf"].([]any); ok {
		fits := 0
		for _, o := range options {
			if len(d.wrongWith(o.(map[string]any), v, path)) == 0 {
				fits++
			}
		}
		if fits != 1 {
			say("fits %d of oneOf", fits)
		}
	}
	if !rightType(schema["type"], v) {
		say("is %s, not of type %v", excerpt(v), schema["type"])
		return wrong
	}
	if enum, ok := schema["enum"].([]any); ok && v != nil && !slices.Contains(enum, v) {
		say("%s is not one of %v", excerpt(v), enum)
	}
	switch v := v.(type) {
	case string:
		wrong = append(wrong, wrongText(schema, v, path)...)
	case float64:
		if low, ok := schema["minimum"].(float64); ok && v < low {
			say("%v is below %v", v, low)
		}
		if high, ok := schema["maximum"].(float64); ok && v > high {
			say("%v is above %v", v, high)
		}
	case []any:
		if low, ok := schema["minItems"].(float64); ok && float64(len(v)) < low {
			say("has %d items", len(v))
		}
		items, _ := schema["items"].(map[string]any)
		if items == nil {
			say("the items are not described")
		}
		for i, item := range v[:min(len(v), 200)] {
			wrong = append(wrong, d.wrongWith(items, item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case map[string]any:
		wrong = append(wrong, d.wrongObject(schema, v, path)...)
	}
	return wrong
}

func (d document) wrongObject(schema, v map[string]any, path string) (wrong []string) {
	if required, ok := schema["required"].([]any); ok {
		for _, key := range required {
			if _, there := v[key.(string)]; !there {
				wrong = append(wrong, fmt.Sprintf("%s: lacks %s", path, key))
			}
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	values, _ := schema["additionalProperties"].(map[string]any)
	for key, item := range v {
		switch described, ok := properties[key].(map[string]any); {
		case ok:
			wrong = append(wrong, d.wrongWith(described, item, path+"."+key)...)
		case values != nil:
			wrong = append(wrong, d.wrongWith(values, item, path+"."+key)...)
		case schema["type"] != nil && (properties != nil || schema["additionalProperties"] == false):
			wrong = append(wrong, fmt.Sprintf("%s: %s is not described", path, key))
		}
	}
	return wrong
}

func wrongText(schema map[string]any, v, path string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, path+": "+fmt.Sprintf(format, args...)) }
	length := float64(utf8.RuneCountInString(v))
	if low, ok := schema["minLength"].(float64); ok && length < low {
		say("%q is too short", v)
	}
	if high, ok := schema["maxLength"].(float64); ok && length > high {
		say("%q is too long", v)
	}
	if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
		say("%q does not match %s", v, pattern)
	}
	switch schema["format"] {
	case "date-time":
		if t, err := time.Parse(time.RFC3339, v); err != nil || !strings.HasSuffix(v, "Z") || t.IsZero() {
			say("%q is no time in UTC", v)
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			say("%q is no day", v)
		}
	case "email":
		if _, err := mail.ParseAddress(v); err != nil {
			say("%q is no email address", v)
		}
	}
	return wrong
}

func rightType(wanted, v any) bool {
	switch wanted := wanted.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(wanted, func(w any) bool { return rightType(w, v) })
	case string:
		switch v := v.(type) {
		case nil:
			return wanted == "null"
		case bool:
			return wanted == "boolean"
		case string:
			return wanted == "string"
		case float64:
			return wanted == "number" || wanted == "integer" && v == math.Trunc(v)
		case []any:
			return wanted == "array"
		case map[string]any:
			return wanted == "object"
		}
	}
	return false
}

func excerpt(v any) string {
	text, _ := json.Marshal(v)
	return string(text[:min(len(text), 80)])
}

package static

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

var (
	importRule = regexp.MustCompile(`(?m)^@import "([a-z-]+\.css)" layer\(([a-z]+)\);$`)
	comment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	// No string in css/ holds these signs, so the space around them means nothing.
	idleSpace = regexp.MustCompile(`\s*([{};,])\s*`)
)

// bundleCSS joins the files that the entry imports, each wrapped in its cascade layer. It is plain
// concatenation: what is written in css/ is what the browser gets, less comments and idle space.
func bundleCSS(src fs.FS, entry string) (string, error) {
	main, err := fs.ReadFile(src, entry)
	if err != nil {
		return "", err
	}
	var failed error
	out := importRule.ReplaceAllStringFunc(string(main), func(rule string) string {
		m := importRule.FindStringSubmatch(rule)
		part, err := fs.ReadFile(src, "css/"+m[1])
		if err != nil {
			failed = err
		}
		return "@layer " + m[2] + " {\n" + string(part) + "\n}"
	})
	if failed != nil {
		return "", failed
	}
	out = comment.ReplaceAllString(out, "")
	if strings.Contains(out, "@import") {
		return "", fmt.Errorf(`%s: write imports as @import "file.css" layer(name);`, entry)
	}
	return strings.TrimSpace(idleSpace.ReplaceAllString(out, "$1")) + "\n", nil
}

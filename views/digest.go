package views

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Digest is a short fingerprint of a value, by which a form that comes back tells what it was made of.
func Digest(value any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v", value))
	return hex.EncodeToString(sum[:12])
}

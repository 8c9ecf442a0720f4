package credit

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode"

	"billfold/models"
)

// maxCode is the length of a code as the API has it.
const maxCode = 1024

// minCode keeps codes from being guessed by trying all of them.
const minCode = 4

// NormaliseCode is a code as it is stored and compared: capitals without any spaces. Dashes that word
// processors make of hyphens become hyphens again.
func NormaliseCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u200b', r == '\u00ad', r == '\ufeff':
			return -1
		case unicode.Is(unicode.Pd, r), r == '\u2212':
			return '-'
		}
		return unicode.ToUpper(r)
	}, code)
}

// isCode reports whether a normalised code has only letters, digits and hyphens (A to Z, because
// look-alikes of other scripts could not be typed from paper).
func isCode(code string) bool {
	for _, r := range code {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return code != "" && len(code) <= maxCode
}

// checkCode says what is wrong with a normalised code that the operator chose.
func checkCode(code string) error {
	switch {
	case len(code) > maxCode:
		return models.Invalidf("code", "Use at most 1,024 characters for the code")
	case !isCode(code):
		return models.Invalidf("code", "Use letters, numbers and hyphens for the code")
	case len(strings.ReplaceAll(code, "-", "")) < minCode:
		return models.Invalidf("code", "Use at least %d letters and numbers for the code", minCode)
	}
	return nil
}

// alphabet of the random part leaves out what is easily misread: 0 O 1 I L.
const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

var adjectives = strings.Fields(`AGILE AMBER ARCTIC BOLD BRAVE BREEZY BRIGHT BRISK CALM CHEERY CLEVER COSMIC COZY CRISP CURIOUS DAPPER
	DARING DREAMY EAGER EARNEST FANCY FLUFFY FROSTY GENTLE GOLDEN GRAND HAPPY HONEST HUMBLE JOLLY KEEN KIND
	LIVELY LOYAL LUCKY LUNAR MELLOW MERRY MIGHTY MISTY NIMBLE NOBLE PATIENT PLUCKY POLITE PROUD QUICK QUIET
	RAPID ROSY RUSTIC SILENT SILVER SLEEPY SNEAKY SOLAR SPEEDY STEADY SUNNY SWIFT TIDY VIVID WITTY ZESTY`)

var animals = strings.Fields(`BADGER BEAVER BISON BUNNY CAMEL CHEETAH CRAB CRANE CRICKET DEER DOLPHIN DUCK EAGLE FALCON FERRET FINCH
	FOX FROG GECKO GIBBON GOOSE HAMSTER HARE HERON HORSE IBIS IGUANA JACKAL KITTEN KOALA LEMUR LION
	LLAMA LYNX MAGPIE MARMOT MOOSE NEWT OCTOPUS OTTER OWL PANDA PARROT PELICAN PENGUIN PUFFIN QUAIL RABBIT
	RAVEN ROBIN SALMON SEAL SHARK SPARROW SQUID STORK SWAN TIGER TOAD TURTLE WALRUS WHALE WOLF ZEBRA`)

// RandomCode makes a code that can be read out: "SNEAKY-CRAB-7Q4KX", 36 random bits, which the limit of
// attempts keeps from being found.
func RandomCode() string {
	code := adjectives[below(len(adjectives))] + "-" + animals[below(len(animals))] + "-"
	for range 5 {
		code += string(alphabet[below(len(alphabet))])
	}
	return code
}

func below(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return int(i.Int64())
}

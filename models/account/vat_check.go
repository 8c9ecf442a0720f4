package account

import (
	"strconv"
	"strings"
)

// Check digits of VAT ids, without the country's prefix. Each takes text that already has its
// country's form.

// weighted is the sum of digits times weights, over as many digits as there are weights.
func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

func last(s string) int { return int(s[len(s)-1] - '0') }

func number(s string) int {
	n, _ := strconv.Atoi(s) // at most 11 digits, by the form
	return n
}

// luhn is ISO/IEC 7812-1 annex B.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// mod11and10 is ISO 7064 MOD 11,10 (Germany, Croatia).
func mod11and10(s string) bool {
	p := 10
	for i := range len(s) - 1 {
		if p = (int(s[i]-'0') + p) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (11-p)%10 == last(s)
}

func checkAT(s string) bool {
	sum := 4
	for i, r := range s[1:8] {
		d := int(r - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return (10-sum%10)%10 == last(s)
}

// checkBG knows companies (9 digits) and people (10): Bulgarians by birth number, foreigners, and others.
func checkBG(s string) bool {
	if len(s) == 9 {
		r := weighted(s, 1, 2, 3, 4, 5, 6, 7, 8) % 11
		if r == 10 {
			r = weighted(s, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10
		}
		return r == last(s)
	}
	other := (11 - weighted(s, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	return weighted(s, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == last(s) || weighted(s, 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == last(s) || other == last(s)
}

func checkBE(s string) bool { return 97-number(s[:8])%97 == number(s[8:]) }

func checkCY(s string) bool {
	odd := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
	sum := 0
	for i := range 8 {
		d := int(s[i] - '0')
		if i%2 == 0 {
			d = odd[d]
		}
		sum += d
	}
	return byte('A'+sum%26) == s[8]
}

// checkCZ checks companies; ids of 9 and 10 digits are people's birth numbers.
func checkCZ(s string) bool {
	if len(s) != 8 {
		return true
	}
	return (11-weighted(s, 8, 7, 6, 5, 4, 3, 2)%11)%10 == last(s)
}

func checkDK(s string) bool { return weighted(s, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }

func checkEE(s string) bool { return (10-weighted(s, 3, 7, 1, 3, 7, 1, 3, 7)%10)%10 == last(s) }

// checkES knows people (DNI, NIE and the letters K, L and M: a letter by the number modulo 23) and
// organizations, whose control is a digit, a letter, or either, by their kind.
func checkES(s string) bool {
	const letters = "TRWAGMYFPDXBNJZSQVHLCKE"
	switch kind := s[0]; {
	case kind >= '0' && kind <= '9':
		return letters[number(s[:8])%23] == s[8]
	case kind >= 'X' && kind <= 'Z':
		return letters[number(string('0'+kind-'X')+s[1:8])%23] == s[8]
	case kind >= 'K' && kind <= 'M':
		return letters[number(s[1:8])%23] == s[8]
	}
	sum := 0
	for i := 1; i < 8; i++ {
		d := int(s[i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	control := (10 - sum%10) % 10
	digit, letter := byte('0'+control), "JABCDEFGHI"[control]
	switch {
	case strings.IndexByte("PQRSNW", s[0]) >= 0:
		return letter == s[8]
	case strings.IndexByte("ABEH", s[0]) >= 0:
		return digit == s[8]
	}
	return digit == s[8] || letter == s[8]
}

func checkFI(s string) bool { return (11-weighted(s, 7, 9, 10, 5, 8, 4, 2)%11)%11 == last(s) }

// checkFR checks keys of two digits; newer keys with letters have no published rule.
func checkFR(s string) bool {
	key, err := strconv.Atoi(s[:2])
	return err != nil || (12+3*(number(s[2:])%97))%97 == key
}

func checkEL(s string) bool {
	return weighted(s, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == last(s)
}

func checkHU(s string) bool { return weighted(s, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 }

// checkIE checks ids of seven digits and a letter; the old form with a sign in it is left alone.
func checkIE(s string) bool {
	if s[1] < '0' || s[1] > '9' {
		return true
	}
	sum := weighted(s, 8, 7, 6, 5, 4, 3, 2)
	if len(s) == 9 {
		sum += 9 * int(s[8]-'A'+1)
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == s[7]
}

func checkLT(s string) bool {
	first, second := []int{1, 2, 3, 4, 5, 6, 7, 8}, []int{3, 4, 5, 6, 7, 8, 9, 1}
	if len(s) == 12 {
		first, second = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2}, []int{3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4}
	}
	r := weighted(s, first...) % 11
	if r == 10 {
		r = weighted(s, second...) % 11 % 10
	}
	return r == last(s)
}

func checkLU(s string) bool { return number(s[:6])%89 == number(s[6:]) }

// checkLV knows organizations and people by birth date; people's newer numbers begin with 32 and have no check
// digit.
func checkLV(s string) bool {
	switch {
	case s[0] > '3':
		return weighted(s, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3
	case strings.HasPrefix(s, "32"):
		return true
	}
	return (1+weighted(s, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == last(s)
}

func checkMT(s string) bool { return (weighted(s, 3, 4, 6, 7, 8, 9)+number(s[6:]))%37 == 0 }

// checkNL knows the number of companies (mod 11) and the newer one of sole traders (ISO 7064 MOD 97-10
// over the whole id with letters as A=10).
func checkNL(s string) bool {
	if weighted(s, 9, 8, 7, 6, 5, 4, 3, 2)%11 == int(s[8]-'0') {
		return true
	}
	r := 0
	for _, d := range "2321" + strings.Replace(s, "B", "11", 1) {
		r = (r*10 + int(d-'0')) % 97
	}
	return r == 1
}

func checkPL(s string) bool { return weighted(s, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == last(s) }

func checkPT(s string) bool {
	c := 11 - weighted(s, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if c > 9 {
		c = 0
	}
	return c == last(s)
}

func checkRO(s string) bool {
	s = strings.Repeat("0", 10-len(s)) + s
	return weighted(s, 7, 5, 3, 2, 1, 7, 5, 3, 2)*10%11%10 == last(s)
}

func checkSE(s string) bool { return luhn(s[:10]) }

func checkSI(s string) bool {
	c := 11 - weighted(s, 8, 7, 6, 5, 4, 3, 2)%11
	return c != 11 && c%10 == last(s)
}

func checkSK(s string) bool { return number(s)%11 == 0 }

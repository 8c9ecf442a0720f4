package money

import "strconv"

// AppendDecimal appends what Decimal gives, without making a text of it: exports write millions.
func (a Amount) AppendDecimal(to []byte) []byte {
	places := int(a.currency.Decimals())
	if places == 0 {
		return strconv.AppendInt(to, a.minor, 10)
	}
	n := uint64(a.minor)
	if a.minor < 0 {
		to, n = append(to, '-'), -n
	}
	by := uint64(1)
	for range places {
		by *= 10
	}
	to = append(strconv.AppendUint(to, n/by, 10), '.')
	for n %= by; by > 1; n %= by {
		by /= 10
		to = append(to, byte('0'+n/by))
	}
	return to
}

package money

import (
	"math/big"

	"github.com/shopspring/decimal"
)

// Share is one part of a Split and how it was rounded.
type Share struct {
	Part      int64           // minor units, as Split gives it
	Unrounded decimal.Decimal // total x weight / sum of the weights in minor units, cut after ShareDigits decimals
	Exact     bool            // nothing was cut off Unrounded
	Extra     bool            // got one of the units that were left over when all shares had been rounded down
}

// ShareDigits is how many decimals of a minor unit a Share shows.
const ShareDigits = 6

// Shares is Split with its working: what each part was before it was rounded, and who got the units left over.
func Shares(total int64, weights []int64) []Share {
	shares := make([]Share, len(weights))
	sum := new(big.Int)
	for _, w := range weights {
		if w > 0 {
			sum.Add(sum, big.NewInt(w))
		}
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(ShareDigits), nil)
	for i, part := range Split(total, weights) {
		s := &shares[i]
		s.Part, s.Exact = part, true
		if weights[i] <= 0 {
			continue
		}
		product := new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i]))
		q, r := new(big.Int).QuoRem(product.Mul(product, scale), sum, new(big.Int)) // cut towards zero
		s.Unrounded, s.Exact = decimal.NewFromBigInt(q, -ShareDigits), r.Sign() == 0
		s.Extra = new(big.Int).Quo(q, scale).Int64() != part
	}
	return shares
}

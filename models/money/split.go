package money

import (
	"math/big"
	"sort"
)

// Split divides total over weights by largest remainder, so that the parts add up to total exactly
// and no part is off by more than one minor unit. Weights below or at zero get nothing; ties go to
// the earlier weight. Without any positive weight every part is zero.
func Split(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	sum := new(big.Int)
	for _, w := range weights {
		if w > 0 {
			sum.Add(sum, big.NewInt(w))
		}
	}
	if sum.Sign() == 0 || total == 0 {
		return parts
	}
	sign, rest := int64(1), total
	if total < 0 {
		sign, rest = -1, -total
	}
	type share struct {
		index     int
		remainder *big.Int
	}
	var shares []share
	whole := big.NewInt(rest)
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(whole, big.NewInt(w)), sum, new(big.Int))
		parts[i] = q.Int64()
		rest -= parts[i]
		shares = append(shares, share{i, r})
	}
	sort.SliceStable(shares, func(a, b int) bool { return shares[a].remainder.Cmp(shares[b].remainder) > 0 })
	for i := int64(0); i < rest; i++ {
		parts[shares[i].index]++
	}
	for i := range parts {
		parts[i] *= sign
	}
	return parts
}

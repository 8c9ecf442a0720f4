package access

import "slices"

// Grant is a scope of an API token: what its holder lets a program do in their place.
type Grant string

// The grants of tokens.
const (
	ReadBilling   Grant = "billing:read"
	WriteBilling  Grant = "billing:write"  // groups, moves, credits, billing information
	WriteProjects Grant = "projects:write" // making, renaming and deleting projects and accounts
	WriteUsage    Grant = "usage:write"    // the operator's alone
)

// AccountGrants are the grants that tokens of users and accounts may have; AllGrants those of the operator's.
var (
	AccountGrants = []Grant{ReadBilling, WriteBilling, WriteProjects}
	AllGrants     = []Grant{ReadBilling, WriteBilling, WriteProjects, WriteUsage}
)

// TokenActor is a program that comes with an API token.
func TokenActor(id, name string, grants []Grant) Actor {
	a := Actor{Kind: Token, ID: id, Name: name}
	for _, g := range grants {
		if i := slices.Index(AllGrants, g); i >= 0 {
			a.grants[i] = true
		}
	}
	return a
}

// Allows reports whether a token has a grant. Actors that are no tokens have them all.
func (a Actor) Allows(g Grant) bool {
	i := slices.Index(AllGrants, g)
	return a.Kind != Token || (i >= 0 && a.grants[i])
}

// May reports whether an actor's grants satisfy a need: reading takes any grant over billing or
// projects.
func (a Actor) May(n Need) bool {
	switch n {
	case Read:
		return a.Allows(ReadBilling) || a.Allows(WriteBilling) || a.Allows(WriteProjects)
	case Write:
		return a.Allows(WriteBilling)
	case Admin:
		return a.Allows(WriteProjects)
	}
	return false
}

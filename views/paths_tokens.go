package views

// Paths of API tokens and of what says how they are used.
const (
	MyTokensPath     = "/me/tokens"
	APIReferencePath = "/help/api"
)

// NewTokenPath is the form that makes a token; list is MyTokensPath or a TokensPath.
func NewTokenPath(list string) string { return list + "/new" }

// RevokeTokenPath is the page that asks before a token of a list is revoked.
func RevokeTokenPath(list, token string) string { return list + join(token) + "/revoke" }

// APINounPath is the part of the reference about one noun of the API, "billing-groups".
func APINounPath(noun string) string { return APIReferencePath + join(noun) }

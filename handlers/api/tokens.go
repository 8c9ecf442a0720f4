package api

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/people"
)

// registerTokens are the endpoints of tokens: each manages those of its owner.
func (a *API) registerTokens() {
	const one = "/access_token/{token_prefix}"
	registerList(a, Endpoint{Method: http.MethodGet, Path: "/access_token", ID: "access-token-list", Noun: userNoun, Scope: Holder,
		Summary: "List tokens", Description: "Those of the user, account or operator whose token asks."}, "tokens", a.listTokens)
	register(a, Endpoint{Method: http.MethodPost, Path: "/access_token", ID: "access-token-create", Noun: userNoun, Scope: Holder, Redact: hideToken,
		Summary: "Create a token", Description: "For the owner of the token that asks, with its scopes or fewer. full_token is shown once: an answer that is replayed for an Idempotency-Key lacks it."}, a.createToken)
	register(a, Endpoint{Method: http.MethodPut, Path: one, ID: "access-token-update", Noun: userNoun, Scope: Holder, Summary: "Rename a token"}, a.renameToken)
	register(a, Endpoint{Method: http.MethodDelete, Path: one, ID: "access-token-revoke", Noun: userNoun, Scope: Holder,
		Summary: "Revoke a token", Description: "It stops working at once. A token revokes those of its owner that have no more scopes than itself."}, a.revokeToken)
	register(a, Endpoint{Method: http.MethodPost, Path: "/me/logout", ID: "user-logout", Noun: userNoun, Scope: Holder, Summary: "Revoke the token that asks"}, a.logOut)
}

// AccessToken is a token as the contract shows it. Every key is always there.
type AccessToken struct {
	CreateTime         time.Time      `json:"create_time"`
	CreatedManually    bool           `json:"created_manually" doc:"false: by signing in with a password"`
	CurrentlyActive    bool           `json:"currently_active" doc:"It is the token that asks"`
	Description        string         `json:"description"`
	ExpiryTime         *time.Time     `json:"expiry_time"`
	ExtendWhenUsed     bool           `json:"extend_when_used"`
	IPAllowlist        *[]string      `json:"ip_allowlist" doc:"Always null: tokens are not bound to addresses"`
	LastIP             *string        `json:"last_ip"`
	LastUsedTime       *time.Time     `json:"last_used_time"`
	LastUserAgent      *string        `json:"last_user_agent"`
	LastUserAgentHuman *string        `json:"last_user_agent_human_readable"`
	MaxAgeSeconds      *int64         `json:"max_age_seconds"`
	Scopes             []access.Grant `json:"scopes" nullable:"false"`
	TokenPrefix        string         `json:"token_prefix"`
}

// NewAccessToken is a token that has just been made.
type NewAccessToken struct {
	AccessToken
	FullToken *string `json:"full_token" doc:"The token itself, shown once"`
}

// TokenCreate is the body that creates a token.
type TokenCreate struct {
	Body struct {
		Description    string    `json:"description"`
		ExtendWhenUsed *bool     `json:"extend_when_used,omitempty" nullable:"true" doc:"It lasts for max_age_seconds after each use"`
		IPAllowlist    *[]string `json:"ip_allowlist,omitempty" nullable:"true" doc:"Not taken: leave it out"`
		MaxAgeSeconds  *float64  `json:"max_age_seconds,omitempty" nullable:"true" doc:"null: until it is revoked"`
		Scopes         *[]string `json:"scopes,omitempty" nullable:"true" doc:"null: those of the token that asks"`
	}
}

// TokenPath is a request about one token.
type TokenPath struct {
	Prefix string `path:"token_prefix" doc:"The token's first characters, as lists show them"`
}

// TokenUpdate is the body that changes a token.
type TokenUpdate struct {
	TokenPath
	Body struct {
		Description string `json:"description"`
	}
}

// NewTokenBody is the answer with a new token.
type NewTokenBody struct{ Body NewAccessToken }

// TokenBody is the answer with one token.
type TokenBody struct{ Body AccessToken }

func (a *API) listTokens(ctx context.Context, r *request, _ *struct{}, yield func([]AccessToken) error) error {
	list, err := a.people.TokensBeside(ctx, r.owner.token)
	if err != nil {
		return err
	}
	rows := make([]AccessToken, len(list))
	for i, t := range list {
		rows[i] = tokenOf(t, r)
	}
	return yield(rows)
}

func (a *API) createToken(ctx context.Context, r *request, in *TokenCreate) (*NewTokenBody, error) {
	n := people.NewToken{Name: in.Body.Description, Extended: truth(in.Body.ExtendWhenUsed)}
	if in.Body.IPAllowlist != nil && len(*in.Body.IPAllowlist) > 0 {
		return nil, models.Invalidf("ip_allowlist", "Tokens cannot be bound to addresses here")
	}
	if age := in.Body.MaxAgeSeconds; age != nil {
		if *age < 1 || *age > math.MaxInt32 || *age != math.Trunc(*age) {
			return nil, models.Invalidf("max_age_seconds", "Enter whole seconds, from 1 on")
		}
		n.MaxAge = time.Duration(*age) * time.Second
	}
	if in.Body.Scopes != nil {
		n.Scopes = []access.Grant{}
		for _, s := range *in.Body.Scopes {
			n.Scopes = append(n.Scopes, access.Grant(s))
		}
	}
	full, made, err := a.people.CreateTokenBeside(ctx, r.actor, r.owner.token, n)
	if err != nil {
		return nil, named(err, tokenFieldNames)
	}
	return &NewTokenBody{NewAccessToken{tokenOf(made, r), &full}}, nil
}

// hideToken takes the token out of an answer that is kept.
func hideToken(body []byte) []byte {
	var made NewAccessToken
	if json.Unmarshal(body, &made) != nil {
		return []byte("{}")
	}
	made.FullToken = nil
	b, err := json.Marshal(made)
	if err != nil {
		return []byte("{}")
	}
	return b
}

func (a *API) renameToken(ctx context.Context, r *request, in *TokenUpdate) (*TokenBody, error) {
	t, err := a.people.RenameTokenBeside(ctx, r.actor, r.owner.token, r.param("token_prefix"), in.Body.Description)
	if err != nil {
		return nil, named(err, tokenFieldNames)
	}
	return &TokenBody{tokenOf(t, r)}, nil
}

func (a *API) revokeToken(ctx context.Context, r *request, _ *TokenPath) (*Message, error) {
	return &Message{}, a.people.RevokeTokenBeside(ctx, r.actor, r.owner.token, r.param("token_prefix"))
}

func (a *API) logOut(ctx context.Context, r *request, _ *struct{}) (*Message, error) {
	return &Message{}, a.people.RevokeTokenBeside(ctx, r.actor, r.owner.token, r.owner.token.Prefix)
}

var tokenFieldNames = map[string]string{"name": "description", "max_age": "max_age_seconds"}

func tokenOf(t people.Token, r *request) AccessToken {
	out := AccessToken{CreateTime: stamp(t.CreatedAt), CreatedManually: !t.SignedIn, CurrentlyActive: t.ID == r.owner.token.ID, Description: t.Name, ExpiryTime: stampOrNil(&t.ExpiresAt),
		ExtendWhenUsed: t.Extended, LastIP: orNull(t.LastUsedIP), LastUsedTime: stampOrNil(&t.LastUsedAt), Scopes: t.Scopes, TokenPrefix: t.Prefix}
	if t.MaxAge > 0 {
		seconds := int64(t.MaxAge / time.Second)
		out.MaxAgeSeconds = &seconds
	}
	return out
}

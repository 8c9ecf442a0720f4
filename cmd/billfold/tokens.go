package main

import (
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/people"
)

type tokensCmd struct {
	Create tokensCreateCmd `cmd:"" help:"Make an API token; the token alone is printed, once."`
	List   tokensListCmd   `cmd:"" help:"List the API tokens of an account or the operator."`
	Revoke tokensRevokeCmd `cmd:"" help:"End an API token."`
}

// tokenOwner says whose tokens a command is about.
type tokenOwner struct {
	Account  string `xor:"owner" required:"" help:"Id or name of the account that the token is for." placeholder:"NAME"`
	Operator bool   `xor:"owner" required:"" help:"A token for all accounts, that may feed usage in."`
}

// scope is the right to change the tokens of the account; zero for the operator's own.
func (o tokenOwner) scope(a *app, d *db.DB, clock models.Clock) (access.Scope, error) {
	if o.Operator {
		return access.Scope{}, nil
	}
	found, err := account.NewStore(d, clock).FindAccount(a.ctx, o.Account)
	if err != nil {
		return access.Scope{}, err
	}
	return access.New(d).ForAccount(a.ctx, operator(), found.ID, access.Admin)
}

type tokensCreateCmd struct {
	tokenOwner
	Name    string   `required:"" help:"What the token is for."`
	Scope   []string `required:"" help:"What it may do: billing:read, billing:write, projects:write, or usage:write (the operator's alone). Can be repeated."`
	Expires string   `help:"The last day on which it can be used (default: no end)." placeholder:"2026-12-31"`
}

func (c *tokensCreateCmd) Run(a *app) error {
	wanted := people.NewToken{Name: c.Name}
	for _, s := range c.Scope {
		wanted.Scopes = append(wanted.Scopes, access.Grant(s))
	}
	if c.Expires != "" {
		day, err := time.Parse(time.DateOnly, c.Expires)
		if err != nil {
			return models.Invalidf("expires", "Write the day as 2026-12-31")
		}
		wanted.ExpiresAt = day.AddDate(0, 0, 1)
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		scope, err := c.scope(a, d, clock)
		if err != nil {
			return err
		}
		store := people.NewStore(d, clock)
		var token string
		var made people.Token
		if c.Operator {
			token, made, err = store.CreateOperatorToken(a.ctx, operator(), wanted)
		} else {
			token, made, err = store.CreateAccountToken(a.ctx, scope, wanted)
		}
		if err != nil {
			return err
		}
		result := tokenJSON(made)
		result["token"] = token
		return a.print(result, "%s", token)
	})
}

type tokensListCmd struct{ tokenOwner }

func (c *tokensListCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		scope, err := c.scope(a, d, clock)
		if err != nil {
			return err
		}
		store := people.NewStore(d, clock)
		list, err := store.OperatorTokens(a.ctx)
		if !c.Operator {
			list, err = store.AccountTokens(a.ctx, scope)
		}
		if err != nil {
			return err
		}
		rows, lines := make([]map[string]any, len(list)), make([]string, len(list))
		for i, t := range list {
			rows[i] = tokenJSON(t)
			lines[i] = fmt.Sprintf("%s…  %s  %s  %s", t.Prefix, t.Name, grants(t.Scopes), ending(t))
		}
		if len(lines) == 0 {
			lines = []string{"There are no tokens."}
		}
		return a.print(map[string]any{"tokens": rows}, "%s", strings.Join(lines, "\n"))
	})
}

type tokensRevokeCmd struct {
	tokenOwner
	Prefix string `arg:"" help:"The token's first 12 characters, as listed, or its id."`
}

func (c *tokensRevokeCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		scope, err := c.scope(a, d, clock)
		if err != nil {
			return err
		}
		store := people.NewStore(d, clock)
		if c.Operator {
			err = store.RevokeOperatorToken(a.ctx, operator(), c.Prefix)
		} else {
			err = store.RevokeAccountToken(a.ctx, scope, c.Prefix)
		}
		if err != nil {
			return err
		}
		return a.print(map[string]any{"revoked": c.Prefix}, "The token %s… is revoked.", strings.TrimSuffix(c.Prefix, "…"))
	})
}

func tokenJSON(t people.Token) map[string]any {
	row := map[string]any{"token_id": t.ID, "token_prefix": t.Prefix, "name": t.Name, "scopes": t.Scopes, "created_at": t.CreatedAt, "expires_at": nil, "last_used_at": nil}
	if !t.ExpiresAt.IsZero() {
		row["expires_at"] = t.ExpiresAt
	}
	if !t.LastUsedAt.IsZero() {
		row["last_used_at"] = t.LastUsedAt
	}
	return row
}

func grants(list []access.Grant) string {
	words := make([]string, len(list))
	for i, g := range list {
		words[i] = string(g)
	}
	return strings.Join(words, ", ")
}

func ending(t people.Token) string {
	if t.ExpiresAt.IsZero() {
		return "no end"
	}
	return "until " + t.ExpiresAt.UTC().Add(-time.Microsecond).Format("2 Jan 2006")
}

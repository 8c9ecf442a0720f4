package main

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	l := newLine(t)
	l.ok("correct horse battery\n", "users", "create", "admin@example.com")
	l.ok("", "accounts", "create", "Acme", "--owner", "admin@example.com")
	token := strings.TrimSuffix(l.ok("", "tokens", "create", "--account", "Acme", "--name", "BI", "--scope", "billing:read", "--scope", "billing:write"), "\n")
	if !strings.HasPrefix(token, "bft_") || strings.ContainsAny(token, " \n") {
		t.Errorf("the token alone should be printed: %q", token)
	}
	operators := strings.TrimSpace(l.ok("", "tokens", "create", "--operator", "--name", "metering", "--scope", "usage:write"))
	for owner, own := range map[string]string{"--account=Acme": token, "--operator": operators} {
		if list := l.ok("", "tokens", "list", owner); !strings.Contains(list, own[:12]) || strings.Contains(list, own) {
			t.Errorf("the list of %s: %q", owner, list)
		}
	}
	l.refused("usage:write", "tokens", "create", "--account", "Acme", "--name", "BI", "--scope", "usage:write")
	l.refused("future", "tokens", "create", "--operator", "--name", "BI", "--scope", "billing:read", "--expires", "2020-01-01")
	l.refused("2026-12-31", "tokens", "create", "--operator", "--name", "BI", "--scope", "billing:read", "--expires", "tomorrow")
	l.refused("--account=NAME or --operator", "tokens", "create", "--name", "BI", "--scope", "billing:read")
	l.refused("no such token", "tokens", "revoke", "--account", "Acme", operators[:12])
	l.ok("", "tokens", "revoke", "--account", "Acme", token[:12])
	if list := l.ok("", "tokens", "list", "--account", "Acme"); strings.Contains(list, token[:12]) {
		t.Errorf("a revoked token is listed: %q", list)
	}
}

package api_test

import (
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"

	"github.com/aiven/go-client-codegen/handler/user"
)

func TestTheClientOfTheContractWorksWithUsersAndTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.project("web")
		ctx, c := t.Context(), w.client("admin")
		me, err := c.UserInfo(ctx)
		if err != nil || me.User != "admin@example.com" || me.UserId != w.admin.ID || me.State != "active" || len(me.Projects) != 1 || me.ProjectMembership["web"] != "admin" {
			t.Errorf("me: %+v %v", me, err)
		}
		age, yes := 3600.0, true
		made, err := c.AccessTokenCreate(ctx, &user.AccessTokenCreateIn{Description: "ci", MaxAgeSeconds: &age, ExtendWhenUsed: &yes, Scopes: &[]string{"billing:read"}})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(made.FullToken, made.TokenPrefix) || *made.Description != "ci" || made.MaxAgeSeconds != 3600 || !made.ExtendWhenUsed || made.ExpiryTime == nil || !made.CreatedManually || len(made.Scopes) != 1 {
			t.Errorf("made: %+v", made)
		}
		w.tokens["ci"] = made.FullToken
		ci := w.client("ci")
		if list := must(ci.AccessTokenList(ctx)); len(list) != 2 || list[0].TokenPrefix != made.TokenPrefix || !*list[0].CurrentlyActive || *list[1].CurrentlyActive {
			t.Errorf("tokens: %+v", list)
		}
		if got, err := c.AccessTokenUpdate(ctx, made.TokenPrefix, &user.AccessTokenUpdateIn{Description: "nightly"}); err != nil || *got.Description != "nightly" {
			t.Errorf("renamed: %+v %v", got, err)
		}
		// It manages none that may do more.
		admin := must(c.AccessTokenList(ctx))[1].TokenPrefix
		if err := ci.AccessTokenRevoke(ctx, admin); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("a reader revoked the admin's token: %v", err)
		}
		if _, err := ci.AccessTokenCreate(ctx, &user.AccessTokenCreateIn{Description: "more", Scopes: &[]string{"billing:write"}}); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("a reader made itself a writer: %v", err)
		}
		w.expect("admin", "POST", "/v1/access_token", `{"description":"x","scopes":["usage:write"]}`, 400, "usage:write")
		w.expect("admin", "POST", "/v1/access_token", `{"description":"x","scopes":["nonsense"]}`, 400, "nonsense")
		w.expect("admin", "POST", "/v1/access_token", `{"description":"x","ip_allowlist":["10.0.0.0/8"]}`, 400, "ip_allowlist")
		w.expect("admin", "POST", "/v1/access_token", `{"description":"x","max_age_seconds":0.5}`, 400, "max_age_seconds")
		w.expect("admin", "POST", "/v1/access_token", `{"description":""}`, 400, "description")
		if err := c.AccessTokenRevoke(ctx, made.TokenPrefix); err != nil {
			t.Error(err)
		}
		w.expect("ci", "GET", "/v1/me", "", 401, "invalid_token")
		w.expect("admin", "DELETE", "/v1/access_token/"+made.TokenPrefix, "", 404, "access_token_not_found")

		signed, err := c.UserAuth(ctx, &user.UserAuthIn{Email: "admin@example.com", Password: "correct horse battery"})
		if err != nil || signed.State != "active" {
			t.Fatalf("%+v %v", signed, err)
		}
		w.tokens["signed"] = signed.Token
		session := w.client("signed")
		if err := session.UserLogout(ctx); err != nil {
			t.Error(err)
		}
		w.expect("signed", "GET", "/v1/me", "", 401, "invalid_token")
		if err := c.ValidateCreditCode(ctx, "NOTHING"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("an unknown code: %v", err)
		}
		if err := c.ValidateReferralCode(ctx, "NOTHING"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("an unknown referral: %v", err)
		}
		w.operator(access.AllGrants...)
		w.expect("operator", "GET", "/v1/me", "", 200, `"user":"provisioning"`)
		w.expect("operator", "POST", "/v1/access_token", `{"description":"x"}`, 403, "command line")
	})
}

// A token is shown once: what is kept for a replay lacks it, in the database too.
func TestAReplayedAnswerHasNoToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		send := func() string {
			status, body := w.send("admin", "POST", "/v1/access_token", `{"description":"ci"}`, "Idempotency-Key", "k-1")
			if status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			return body
		}
		first, again := send(), send()
		if !strings.Contains(first, `"full_token":"bft_`) || !strings.Contains(again, `"full_token":null`) || !strings.Contains(again, `"description":"ci"`) {
			t.Errorf("first %s, again %s", first, again)
		}
		if n := len(must(w.client("admin").AccessTokenList(t.Context()))); n != 2 {
			t.Errorf("%d tokens", n)
		}
		var kept []byte
		if err := d.Read(t.Context()).Raw(`SELECT body FROM api_answers`).Row().Scan(&kept); err != nil || strings.Contains(string(kept), "bft_") && strings.Contains(string(kept), `"full_token":"`) {
			t.Errorf("kept: %s %v", kept, err)
		}
	})
}

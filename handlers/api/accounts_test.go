//lint:file-ignore SA1019 Clients still make the calls that the contract calls deprecated; that they work is what is tested.

package api_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"

	"github.com/aiven/go-client-codegen/handler/account"
	"gorm.io/gorm"
)

// operator gives the world a token of the operator.
func (w *world) operator(grants ...access.Grant) {
	w.t.Helper()
	token, _, err := people.NewStore(w.d, nil).CreateOperatorToken(w.t.Context(), access.OperatorActor(), people.NewToken{Name: "provisioning", Scopes: grants})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tokens["operator"] = token
}

// expect sends a request and holds status and a part of the body against what is wanted.
func (w *world) expect(token, method, path, body string, status int, words string) {
	w.t.Helper()
	if got, text := w.send(token, method, path, body); got != status || !strings.Contains(text, words) {
		w.t.Errorf("%s %s %s: %d %s, want %d %s", method, path, body, got, text, status, words)
	}
}

func TestTheClientOfTheContractWorksWithAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		w.operator(access.WriteProjects)
		ctx, c, op := t.Context(), w.client("admin"), w.client("operator")
		if _, err := c.AccountCreate(ctx, &account.AccountCreateIn{AccountName: "Mine"}); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("a user made an account: %v", err)
		}
		made, err := op.AccountCreate(ctx, &account.AccountCreateIn{AccountName: "Borealis"})
		if err != nil || made.AccountName != "Borealis" || made.OrganizationId != "org"+made.AccountId || made.RootAccountId != made.AccountId || made.CreateTime.IsZero() || made.PrimaryBillingGroupId != "" {
			t.Fatalf("made: %+v %v", made, err)
		}
		w.expect("operator", "POST", "/v1/account", `{"account_name":""}`, 400, "account_name")
		w.expect("operator", "POST", "/v1/account", `{"account_name":"Child","parent_account_id":"`+made.AccountId+`"}`, 400, "parent_account_id")
		if list := must(op.AccountList(ctx)); len(list) != 2 {
			t.Errorf("the operator sees %d accounts", len(list))
		}
		own := must(c.AccountList(ctx))
		if len(own) != 1 || own[0].AccountId != w.account.ID || !own[0].IsAccountOwner {
			t.Errorf("the user's accounts: %+v", own)
		}
		if got, err := c.AccountGet(ctx, w.account.ID); err != nil || got.AccountName != "Acme" {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := c.AccountGet(ctx, made.AccountId); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("another account: %v", err)
		}
		name := "Acme Cloud"
		if got, err := c.AccountUpdate(ctx, w.account.ID, &account.AccountUpdateIn{AccountName: &name}); err != nil || got.AccountName != name || got.UpdateTime.Before(got.CreateTime) {
			t.Errorf("renamed: %+v %v", got, err)
		}
		events := must(c.AccountEventList(ctx, w.account.ID))
		if len(events) < 2 || events[0].ActionType != "account.renamed" || events[0].Actor != "test" || events[0].AccountId != w.account.ID || events[0].LogEntryId == 0 {
			t.Errorf("events: %+v", events)
		}
		w.expect("admin", "GET", "/v1/account/"+w.account.ID+"/events?limit=1", "", 200, "account.renamed")
		organizations := must(c.UserOrganizationsList(ctx))
		if len(organizations) != 1 || organizations[0].OrganizationName != name || organizations[0].Tier != "business" {
			t.Errorf("organizations: %+v", organizations)
		}
		if got, err := c.OrganizationGet(ctx, "org"+w.account.ID); err != nil || got.AccountId != w.account.ID {
			t.Errorf("organization: %+v %v", got, err)
		}
		w.project("web")
		w.project("data")
		projects, err := c.AccountProjectsList(ctx, w.account.ID)
		if err != nil || len(projects.Projects) != 2 || *projects.TotalProjectCount != 2 || projects.Projects[0].ProjectName != "web" {
			t.Errorf("projects: %+v %v", projects, err)
		}
		if projects, err := op.AccountProjectsList(ctx, made.AccountId); err != nil || len(projects.Projects) != 0 || *projects.TotalProjectCount != 0 {
			t.Errorf("no projects: %+v %v", projects, err)
		}
		if err := c.AccountDelete(ctx, w.account.ID); err == nil || !strings.Contains(err.Error(), "409") || !strings.Contains(err.Error(), "data and web") {
			t.Errorf("deleted with projects: %v", err)
		}
		if err := op.AccountDelete(ctx, made.AccountId); err != nil {
			t.Error(err)
		}
		if _, err := op.AccountGet(ctx, made.AccountId); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("a deleted account: %v", err)
		}
	})
}

func TestCardsAreListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx, c := t.Context(), w.client("admin")
		if cards := must(c.AccountPaymentMethodsList(ctx, w.account.ID)); len(cards) != 0 {
			t.Errorf("cards: %+v", cards)
		}
		w.project("web")
		id := models.NewID()
		err := d.RunTx(ctx, func(tx *gorm.DB) error {
			err := tx.Exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
				VALUES (?, ?, 'card', 0, 'test', 'ref', 'Visa', '4242', 'Ana Lima', 12, 2031, ?)`, id, w.account.ID, w.account.CreatedAt).Error
			if err != nil {
				return err
			}
			return tx.Exec(`UPDATE billing_groups SET payment_method_id = ? WHERE account_id = ?`, id, w.account.ID).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if cards := must(c.AccountPaymentMethodsList(ctx, w.account.ID)); len(cards) != 1 || cards[0].CardId != id || cards[0].Last4 != "4242" || cards[0].ExpYear != 2031 || cards[0].Name != "Ana Lima" {
			t.Errorf("cards: %+v", cards)
		}
		if cards := must(c.UserCreditCardsList(ctx)); len(cards) != 1 || len(cards[0].Projects) != 1 || cards[0].Projects[0] != "web" || *cards[0].OrganizationId != "org"+w.account.ID {
			t.Errorf("cards of the user: %+v", cards)
		}
	})
}

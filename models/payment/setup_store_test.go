package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/event"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"

	"gorm.io/gorm"
)

// cards is an account whose cards are at the sandbox, with an admin and a viewer, and another account.
type cards struct {
	*testing.T
	d                  *db.DB
	s                  *payment.Store
	g                  *sandbox.Gateway
	accounts           *account.Store
	now                time.Time
	ana, viewer, other access.Scope
	primary, research  string
}

func eachCards(t *testing.T, run func(w *cards)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &cards{T: t, d: d, now: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)}
		clock := func() time.Time { return w.now }
		w.g, w.accounts = sandbox.New(d, clock), account.NewStore(d, clock)
		w.s = payment.NewStore(d, clock, payment.Options{PublicURL: "http://127.0.0.1:1"}, w.g)
		w.ana, w.other = w.account("Acme Cloud", "Ana Lima"), w.account("Borealis", "Eve")
		w.viewer = w.member(w.ana.AccountID(), "Vi", access.RoleViewer)
		w.primary = w.groups(w.ana)[0].ID
		made, err := w.accounts.CreateGroup(t.Context(), w.ana, account.NewGroup{Name: "Research"})
		w.ok(err)
		w.research = made.Group.ID
		run(w)
	})
}

func (w *cards) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *cards) kind(err error, kind models.Kind, text string) {
	w.Helper()
	if err == nil || models.KindOf(err) != kind || !strings.Contains(err.Error(), text) {
		w.Errorf("got %v, want kind %d with %q", err, kind, text)
	}
}

func (w *cards) account(name, admin string) access.Scope {
	w.Helper()
	a, err := w.accounts.CreateAccount(w.Context(), access.OperatorActor(), name, "")
	w.ok(err)
	return w.member(a.ID, admin, access.RoleAdmin)
}

func (w *cards) member(accountID, name string, role access.Role) access.Scope {
	w.Helper()
	id := models.NewID()
	w.exec(`INSERT INTO users (id, email, email_key, name, password_hash, created_at) VALUES (?, ?, ?, ?, '', ?)`, id, id+"@example.com", id, name, w.now)
	w.exec(`INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?)`, accountID, id, string(role), w.now)
	scope, err := access.New(w.d).ForAccount(w.Context(), access.Actor{Kind: access.User, ID: id, Name: name}, accountID, access.Read)
	w.ok(err)
	return scope
}

func (w *cards) exec(sql string, args ...any) {
	w.Helper()
	w.ok(w.d.RunTx(w.Context(), func(tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
}

func (w *cards) groups(scope access.Scope) []account.Group {
	w.Helper()
	list, _, err := w.accounts.Groups(w.Context(), scope, account.GroupQuery{})
	w.ok(err)
	return list
}

// start opens a page and gives the setup's id and the page's reference.
func (w *cards) start(r payment.SetupRequest) (id, ref string) {
	w.Helper()
	r.Return = func(setup string) string { id = setup; return "/back/" + setup }
	s, err := w.s.StartSetup(w.Context(), w.ana, r)
	w.ok(err)
	return id, s.Ref
}

// add adds a test card and comes back.
func (w *cards) add(name string, r payment.SetupRequest) payment.Setup {
	w.Helper()
	id, ref := w.start(r)
	w.ok(w.g.AddCard(w.Context(), ref, name))
	out, err := w.s.FinishSetup(w.Context(), w.ana, id)
	w.ok(err)
	if out.State != payment.SetupDone {
		w.Fatalf("%+v", out)
	}
	return out
}

// payer is the label of how a group pays.
func (w *cards) payer(groupID string) string {
	w.Helper()
	m, ok, err := account.PaymentMethodTx(w.d.Read(w.Context()), w.ana.AccountID(), groupID)
	w.ok(err)
	if !ok {
		return ""
	}
	return m.Label()
}

func (w *cards) events() (types, sentences []string) {
	w.Helper()
	var rows []event.Row
	w.ok(w.d.Read(w.Context()).Where("account_id = ?", w.ana.AccountID()).Order("position").Find(&rows).Error)
	for _, r := range rows {
		if strings.Contains(r.Before+r.After+r.Sentence, "sbx_") {
			w.Errorf("the event holds a reference of the gateway: %+v", r)
		}
		if strings.HasPrefix(r.Type, "card.") || strings.HasPrefix(r.Type, "payment_method.") {
			types, sentences = append(types, r.Type), append(sentences, r.ActorName+" "+r.Sentence)
		}
	}
	return types, sentences
}

func (w *cards) wantEvents(sentences ...string) {
	w.Helper()
	if _, got := w.events(); !slices.Equal(got, sentences) {
		w.Errorf("events:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(sentences, "\n"))
	}
}

func (w *cards) jobs() (list []payment.RemovedCard) {
	w.Helper()
	var payloads []string
	w.ok(w.d.Read(w.Context()).Table("jobs").Where("kind = ?", payment.JobRemoveCard).Order("run_at, id").Pluck("payload", &payloads).Error)
	for _, p := range payloads {
		var r payment.RemovedCard
		w.ok(json.Unmarshal([]byte(p), &r))
		list = append(list, r)
	}
	return list
}

func TestAddingACard(t *testing.T) {
	eachCards(t, func(w *cards) {
		first := w.add(sandbox.Works, payment.SetupRequest{BackTo: "/here"})
		if first.BackTo != "/here" || first.Card.Label() != "Visa ending 4242" || first.Card.ExpYear != 2029 || w.payer(w.primary) != "" {
			w.Errorf("%+v", first)
		}
		second := w.add(sandbox.Expiring, payment.SetupRequest{GroupID: w.research})
		if second.GroupID != w.research || w.payer(w.research) != "Mastercard ending 4444" {
			w.Errorf("%+v, paid by %s", second, w.payer(w.research))
		}
		// The same card again is kept once, and is chosen where it was asked for.
		if again := w.add(sandbox.Works, payment.SetupRequest{}); again.Card.ID != first.Card.ID {
			w.Errorf("%+v", again)
		}
		if again := w.add(sandbox.Works, payment.SetupRequest{GroupID: w.research}); again.Card.ID != first.Card.ID || w.payer(w.research) != "Visa ending 4242" {
			w.Errorf("%+v", again)
		}
		list, err := w.s.Methods(w.Context(), w.viewer)
		w.ok(err)
		if len(list) != 2 || list[0].Card == nil || list[0].UsedBy() != "Research" || list[1].InUse() {
			w.Errorf("%+v", list)
		}
		if list, err := w.s.Methods(w.Context(), w.other); err != nil || len(list) != 0 {
			w.Errorf("told: %+v %v", list, err)
		}
		w.wantEvents("Ana Lima added the card Visa ending 4242.", "Ana Lima added the card Mastercard ending 4444 and set it as the payment method of Research.",
			"Ana Lima set the payment method of Research: Visa ending 4242.")
	})
}

// Coming back and the notice tell of the same card, in any order and any number of times.
func TestAddingACardOnce(t *testing.T) {
	eachCards(t, func(w *cards) {
		id, ref := w.start(payment.SetupRequest{GroupID: w.research})
		w.ok(w.g.AddCard(w.Context(), ref, sandbox.Works))
		out, err := w.g.Setup(w.Context(), ref)
		w.ok(err)
		apply := func() (taken bool) {
			w.ok(w.d.RunTx(w.Context(), func(tx *gorm.DB) (err error) {
				taken, _, err = payment.ApplySetupTx(w.s, tx, w.now, payment.Sandbox, out)
				return err
			}))
			return taken
		}
		var wg sync.WaitGroup
		var failed sync.Map
		for i := range 10 {
			wg.Go(func() {
				if _, err := w.s.FinishSetup(context.Background(), w.ana, id); err != nil {
					failed.Store(i, err)
				}
			})
		}
		wg.Wait()
		failed.Range(func(_, err any) bool { w.Error(err); return true })
		if apply() {
			w.Error("the notice after the return visit changed something")
		}
		w.wantEvents("Ana Lima added the card Visa ending 4242 and set it as the payment method of Research.")

		// The notice alone adds the card too, in the name of who went.
		id, ref = w.start(payment.SetupRequest{})
		w.ok(w.g.AddCard(w.Context(), ref, sandbox.Authenticate))
		out, err = w.g.Setup(w.Context(), ref)
		w.ok(err)
		if !apply() || apply() {
			w.Error("the notice was not taken once")
		}
		if back, err := w.s.FinishSetup(w.Context(), w.ana, id); err != nil || back.Card.Last4 != "3184" {
			w.Errorf("%+v %v", back, err)
		}
		if _, sentences := w.events(); len(sentences) != 2 || sentences[1] != "Ana Lima added the card Visa ending 3184." {
			w.Errorf("%q", sentences)
		}
		out.SessionRef = "sbx_setup_of_nobody"
		if apply() {
			w.Error("a page that we did not open added a card")
		}
	})
}

func TestGivingUp(t *testing.T) {
	eachCards(t, func(w *cards) {
		id, ref := w.start(payment.SetupRequest{BackTo: "/here"})
		if out, err := w.s.FinishSetup(w.Context(), w.ana, id); err != nil || out.State != payment.SetupOpen || out.BackTo != "/here" {
			w.Errorf("%+v %v", out, err)
		}
		w.ok(w.g.EndSetup(w.Context(), ref))
		if out, err := w.s.FinishSetup(w.Context(), w.ana, id); err != nil || out.State != payment.SetupEnded {
			w.Errorf("%+v %v", out, err)
		}
		_, err := w.s.FinishSetup(w.Context(), w.other, id)
		w.kind(err, models.NotFound, "")
		_, err = w.s.FinishSetup(w.Context(), w.ana, "x")
		w.kind(err, models.NotFound, "")
		w.wantEvents()
	})
}

func TestReplacingACard(t *testing.T) {
	eachCards(t, func(w *cards) {
		old := w.add(sandbox.Later, payment.SetupRequest{GroupID: w.research}).Card
		w.ok(w.accounts.ChoosePaymentMethod(w.Context(), w.ana, w.primary, old.ID))
		out := w.add(sandbox.Works, payment.SetupRequest{ReplacesID: old.ID})
		if out.Replaced != old.Label() || w.payer(w.primary) != "Visa ending 4242" || w.payer(w.research) != "Visa ending 4242" {
			w.Errorf("%+v, paid by %s and %s", out, w.payer(w.primary), w.payer(w.research))
		}
		if list, err := w.s.Methods(w.Context(), w.ana); err != nil || len(list) != 1 || list[0].UsedBy() != "Default and Research" {
			w.Errorf("%+v %v", list, err)
		}
		if jobs := w.jobs(); len(jobs) != 1 || jobs[0].Gateway != payment.Sandbox {
			w.Errorf("%+v", jobs)
		}
		_, sentences := w.events()
		if last := sentences[len(sentences)-1]; len(sentences) != 3 || last != "Ana Lima replaced the card American Express ending 0341 by Visa ending 4242 for Default and Research." {
			w.Errorf("%q", sentences)
		}
		// By itself it is not replaced, and one that is gone cannot be.
		if out := w.add(sandbox.Works, payment.SetupRequest{ReplacesID: out.Card.ID}); out.Replaced != "" || len(w.jobs()) != 1 {
			w.Errorf("%+v", out)
		}
		_, err := w.s.StartSetup(w.Context(), w.ana, payment.SetupRequest{ReplacesID: old.ID, Return: func(string) string { return "/" }})
		w.kind(err, models.NotFound, "Credit card not found")
	})
}

func TestRemovingACard(t *testing.T) {
	eachCards(t, func(w *cards) {
		ctx := w.Context()
		card := w.add(sandbox.Works, payment.SetupRequest{GroupID: w.research}).Card
		w.kind(w.s.RemoveCard(ctx, w.ana, card.ID), models.Conflict, "This card is used by Research. Choose another card there first.")
		w.kind(w.s.RemoveCard(ctx, w.viewer, card.ID), models.Forbidden, "")
		w.kind(w.s.RemoveCard(ctx, w.other, card.ID), models.NotFound, "")
		w.kind(w.s.RemoveCard(ctx, w.ana, "x"), models.NotFound, "")
		w.kind(w.s.RemoveCard(ctx, access.Scope{}, card.ID), models.NotFound, "")

		// A deleted group uses it until all of it is billed and paid.
		w.exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, w.now, w.research)
		invoice := models.NewID()
		w.exec(estimateSQL, invoice, w.ana.AccountID(), w.research, w.now, w.now)
		w.kind(w.s.RemoveCard(ctx, w.ana, card.ID), models.Conflict, "Research (deleted, not all paid)")
		w.exec(`DELETE FROM invoices WHERE id = ?`, invoice)
		w.ok(w.s.RemoveCard(ctx, w.ana, card.ID))
		w.kind(w.s.RemoveCard(ctx, w.ana, card.ID), models.NotFound, "")
		_, sentences := w.events()
		if last := sentences[len(sentences)-1]; len(sentences) != 2 || last != "Ana Lima removed the card Visa ending 4242." {
			w.Errorf("%q", sentences)
		}
		if list, err := w.s.Methods(ctx, w.ana); err != nil || len(list) != 0 {
			w.Errorf("%+v %v", list, err)
		}

		// Added again before the gateway was told, the card stays usable there.
		jobs := w.jobs()
		payload, _ := json.Marshal(jobs[0])
		again := w.add(sandbox.Works, payment.SetupRequest{}).Card
		w.ok(w.s.ForgetCard(ctx, payload))
		w.ok(w.s.RemoveCard(ctx, w.ana, again.ID))
		w.ok(errors.Join(w.s.ForgetCard(ctx, payload), w.s.ForgetCard(ctx, payload)))
		third := w.add(sandbox.Works, payment.SetupRequest{})
		if third.Card.ID == again.ID {
			w.Error("a removed card came back")
		}
	})
}

// Of a removal and a choice at once, no group is left with a card that is gone.
func TestRemovingWhileChoosing(t *testing.T) {
	eachCards(t, func(w *cards) {
		for range 25 {
			card := w.add(sandbox.Works, payment.SetupRequest{}).Card
			var wg sync.WaitGroup
			var removed, chosen error
			gate := make(chan struct{})
			wg.Go(func() { <-gate; removed = w.s.RemoveCard(context.Background(), w.ana, card.ID) })
			wg.Go(func() {
				<-gate
				chosen = w.accounts.ChoosePaymentMethod(context.Background(), w.ana, w.primary, card.ID)
			})
			close(gate)
			wg.Wait()
			if (removed == nil) == (chosen == nil) {
				w.Fatalf("removed: %v, chosen: %v", removed, chosen)
			}
			w.ok(w.accounts.ChoosePaymentMethod(context.Background(), w.ana, w.primary, ""))
			if removed != nil {
				w.ok(w.s.RemoveCard(context.Background(), w.ana, card.ID))
			}
		}
	})
}

func TestWhoMayAddCards(t *testing.T) {
	eachCards(t, func(w *cards) {
		r := payment.SetupRequest{Return: func(string) string { return "/" }}
		_, err := w.s.StartSetup(w.Context(), w.viewer, r)
		w.kind(err, models.Forbidden, "You need billing access for Acme Cloud")
		_, err = w.s.StartSetup(w.Context(), access.Scope{}, r)
		w.kind(err, models.NotFound, "")
		_, err = payment.NewStore(w.d, nil, payment.Options{}).StartSetup(w.Context(), w.ana, r)
		w.kind(err, models.Conflict, "no payment service is set up")
		theirs := w.groups(w.other)[0].ID
		r.GroupID = theirs
		_, err = w.s.StartSetup(w.Context(), w.ana, r)
		w.kind(err, models.NotFound, "Billing group not found")
	})
}

// estimateSQL writes an empty estimate of a group.
const estimateSQL = `INSERT INTO invoices (id, account_id, group_id, kind, month, state, reason, currency, price_currency, rate, rate_source, subtotal_minor, credits_minor, taxable_minor,
	tax_minor, total_minor, prepaid_minor, paid_minor, credited_minor, due_minor, tax_local_minor, tax_local_currency, tax_note, snapshot, frozen, created_at, updated_at)
	VALUES (?, ?, ?, 'invoice', '2026-11', 'estimate', '', 'EUR', 'EUR', '1', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', false, ?, ?)`

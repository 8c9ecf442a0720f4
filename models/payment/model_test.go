package payment_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"

	"pgregory.net/rapid"
)

// TestModel walks a random way through the life of payments, with questions and answers that get lost and
// notices that come late, again, in any order, forged and not fitting. After each step the database is held
// against a model of maps and against the gateway's books; in the end verify runs, all notices are told, and
// what is left settles: the money that the gateway holds for an invoice is what the invoice says. A short
// walk by default; BILLFOLD_MODEL_ROUNDS=20 makes twenty times as many.
func TestModel(t *testing.T) {
	rounds := 12
	if n, err := strconv.Atoi(os.Getenv("BILLFOLD_MODEL_ROUNDS")); err == nil {
		rounds *= n
	}
	checks := flag.Lookup("rapid.checks").Value.String()
	defer func() { _ = flag.Set("rapid.checks", checks) }()
	_ = flag.Set("rapid.checks", fmt.Sprint(rounds))
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rapid.Check(t, func(r *rapid.T) {
			m := newModel(w, r)
			for range 30 {
				m.step()
				m.compare()
			}
			m.settle()
		})
		w.sound()
	})
}

// model is what must have become of one invoice, told from the outcomes that were answered and the notices
// that were given, in their order, by rules of its own.
type model struct {
	*world
	*rapid.T
	p        *debtor
	charges  map[string]payment.State // by key
	fresh    map[string]bool          // charges of this step: they may have begun after what was answered in it
	kinds    map[string]payment.Kind
	counted  map[string]bool // as a failure
	money    map[string]int64
	due      int64
	paid     int64
	credited int64
	state    invoice.State
	failures int
	told     int      // messages of the gateway that were there when the walk began
	failed   []string // keys whose failure was mailed
	received int      // payments
	taken    []string // keys that were taken back
	refs     int
}

func newModel(w *world, r *rapid.T) *model {
	card := rapid.SampledFrom([]string{paymenttest.Works, paymenttest.Declined, paymenttest.Asks, paymenttest.Slow, "bank", ""}).Draw(r, "card")
	m := &model{world: w, T: r, p: w.debtor(card), charges: map[string]payment.State{}, kinds: map[string]payment.Kind{}, counted: map[string]bool{}, money: map[string]int64{},
		due: 12_550, state: invoice.Issued, told: len(w.gateway.Messages())}
	w.gateway.Heard()
	return m
}

func (m *model) step() {
	actions := []struct {
		name string
		do   func()
	}{
		{"collect", func() { m.tolerate(m.payments.Collect(ctx, m.p.id)) }},
		{"sweep", func() { _, err := m.payments.Sweep(ctx); m.tolerate(err) }},
		{"pay now", func() {
			session, err := m.payments.PayNow(ctx, m.p.scope, m.p.number, "", back)
			m.tolerate(err)
			if err == nil && rapid.Bool().Draw(m.T, "pays") {
				m.gateway.Pay(session.Ref, m.anyCard())
			}
		}},
		{"return", func() { _, err := m.payments.Returned(ctx, m.p.scope, m.p.number); m.tolerate(err) }},
		{"page", func() {
			for _, a := range m.attempts(m.p) {
				if book, ok := m.gateway.Book(a.ID); ok && book.SessionRef != "" {
					if rapid.Bool().Draw(m.T, "leaves") {
						m.gateway.Leave(book.SessionRef)
					} else {
						m.gateway.Pay(book.SessionRef, m.anyCard())
					}
				}
			}
		}},
		{"decide", func() { m.onCharge(func(key string) { m.gateway.Decide(key, rapid.Bool().Draw(m.T, "yes")) }) }},
		{"dispute", func() { m.onCharge(func(key string) { m.gateway.Dispute(key) }) }},
		{"the bank's mistake", func() { m.onCharge(m.mistake) }},
		{"notice", m.notice},
		{"notice", m.notice},
		{"forged", m.forged},
		{"transfer", m.transfer},
		{"credit note", m.note},
		{"another card", func() { m.choose(m.p, m.anyCard()) }},
		{"lost", func() {
			m.gateway.LoseQuestions(rapid.IntRange(0, 2).Draw(m.T, "questions"))
			m.gateway.LoseAnswers(rapid.IntRange(0, 2).Draw(m.T, "answers"))
		}},
		{"time", func() {
			m.now = m.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, 11 * time.Minute, 25 * time.Hour, 80 * time.Hour}).Draw(m.T, "later"))
		}},
	}
	// drawn evenly: rapid by itself prefers the first ones
	n := rapid.Uint64().Draw(m.T, "action") * 0x9e3779b97f4a7c15 >> 33
	a := actions[n%uint64(len(actions))]
	m.Log(a.name)
	a.do()
	m.hear()
}

// tolerate takes what a lost question or a state that forbids it may say; nothing else.
func (m *model) tolerate(err error) {
	if kind := models.KindOf(err); err != nil && kind != models.Conflict && kind != models.Unavailable && kind != models.NotFound {
		m.T.Fatalf("%v", err)
	}
}

func (m *model) anyCard() string {
	return rapid.SampledFrom([]string{paymenttest.Works, paymenttest.Works, paymenttest.Declined, paymenttest.Asks, paymenttest.Slow}).Draw(m.T, "card")
}

func (m *model) onCharge(do func(key string)) {
	if list := m.attempts(m.p); len(list) > 0 {
		do(rapid.SampledFrom(list).Draw(m.T, "charge").ID)
	}
}

// mistake lets a charge succeed that had been refused or given up.
func (m *model) mistake(key string) {
	book, ok := m.gateway.Book(key)
	if ok && book.ChargeRef != "" && (book.State == payment.Failed || book.State == payment.Cancelled) {
		m.gateway.Force(key, payment.Succeeded)
		m.gateway.Tell(key)
	}
}

// notices are all messages about this invoice.
func (m *model) notices() (list []paymenttest.Message) {
	for _, message := range m.gateway.Messages()[m.told:] {
		if message.Outcome().InvoiceID == m.p.id {
			list = append(list, message)
		}
	}
	return list
}

func (m *model) notice() {
	if list := m.notices(); len(list) > 0 {
		message := rapid.SampledFrom(list).Draw(m.T, "message")
		m.must(m.receive(message))
		m.hear(message.Outcome())
	}
}

func (m *model) forged() {
	m.onCharge(func(key string) {
		said := paymenttest.Says(m.gateway, key, rapid.SampledFrom([]payment.State{payment.Succeeded, payment.Reversed}).Draw(m.T, "state"))
		message := paymenttest.Sign(payment.Notice{ID: models.NewID(), Type: "forged", Outcome: &said})
		message.Body = append(message.Body, '\n')
		if err := m.receive(message); models.KindOf(err) != models.Invalid {
			m.T.Fatalf("a forged notice: %v", err)
		}
		said.Amount = paymenttest.Amount(1)
		m.must(m.receive(paymenttest.Sign(payment.Notice{ID: models.NewID(), Type: "odd", Outcome: &said})))
	})
}

func (m *model) transfer() {
	amount := rapid.SampledFrom([]string{"", "10.00", "1.00"}).Draw(m.T, "amount")
	m.refs++
	done, err := m.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: m.p.number, Amount: amount, Reference: fmt.Sprint("RF", m.refs)})
	if models.KindOf(err) == models.Conflict && !m.wants() {
		return
	}
	if models.KindOf(err) == models.Invalid && m.due == 0 && amount == "" {
		return
	}
	m.must(err)
	m.received++
	m.arrive(done.Amount.Minor())
}

func (m *model) note() {
	done, err := m.invoices.CreditInvoice(ctx, operator, m.p.number, invoice.CreditRequest{Line: "1", Amount: "5.00", Reason: "outage", Again: true})
	if models.KindOf(err) == models.Invalid || models.KindOf(err) == models.Conflict {
		return // nothing is left
	}
	m.must(err)
	m.credited += done.Total.Minor()
	was := m.due
	m.sum()
	if was > 0 && m.due == 0 {
		m.state = invoice.Credited
	}
}

// hear takes in what is given, and then what was answered since.
func (m *model) hear(given ...payment.Outcome) {
	m.fresh = map[string]bool{}
	m.meet()
	for _, o := range append(given, m.gateway.Heard()...) {
		if o.InvoiceID == m.p.id {
			m.learn(o)
		}
	}
	m.meet()
}

// meet notes charges that are new, and what the product gave up by itself: nobody tells a model of that.
func (m *model) meet() {
	for _, a := range m.attempts(m.p) {
		state, known := m.charges[a.ID]
		if !known {
			m.fresh[a.ID] = true
			m.charges[a.ID], m.kinds[a.ID], m.money[a.ID] = payment.Started, a.Kind, a.Amount.Minor()
		}
		if a.State == payment.Cancelled && (state == payment.Started || state == payment.ActionRequired || state == payment.Processing || !known) {
			if _, ok := m.gateway.Book(a.ID); !ok || m.paidBy() != "" {
				m.charges[a.ID] = payment.Cancelled
			}
		}
		if a.State == payment.Refunded && state == payment.Surplus {
			if book, _ := m.gateway.Book(a.ID); book.Refunded {
				m.charges[a.ID] = payment.Refunded
			}
		}
	}
}

var order = []payment.State{payment.Started, payment.ActionRequired, payment.Processing, payment.Cancelled, payment.Failed, payment.Succeeded, payment.Reversed}

func far(s payment.State) int {
	if s == payment.Surplus || s == payment.Refunded {
		s = payment.Succeeded
	}
	return slices.Index(order, s)
}

// learn is the life of a charge, as it is meant: only what is further counts.
func (m *model) learn(o payment.Outcome) {
	was, known := m.charges[o.Key]
	if !known || was == payment.Refunded || far(o.State) <= far(was) {
		return
	}
	switch o.State {
	case payment.Succeeded:
		m.succeed(o.Key)
	case payment.Reversed:
		if far(was) < far(payment.Succeeded) {
			m.succeed(o.Key)
		}
		if m.charges[o.Key] == payment.Succeeded {
			m.paid -= m.money[o.Key]
			m.taken = append(m.taken, o.Key)
			m.sum()
			if m.due > 0 && m.state == invoice.Paid {
				m.state = invoice.PaymentFailed
			}
		}
		m.charges[o.Key] = payment.Reversed
	default:
		m.charges[o.Key] = o.State
		ended := o.State == payment.Failed || o.State == payment.Cancelled || o.State == payment.ActionRequired
		if !ended || m.counted[o.Key] || m.kinds[o.Key] != payment.Automatic {
			return
		}
		m.counted[o.Key] = true
		if m.wants() && m.due > 0 {
			m.failures++
			m.failed = append(m.failed, o.Key)
			m.state = invoice.PaymentFailed
		}
	}
}

func (m *model) succeed(key string) {
	if m.paidBy() != "" || m.due == 0 || !m.wants() {
		m.charges[key] = payment.Surplus
		return
	}
	m.charges[key] = payment.Succeeded
	for other, s := range m.charges {
		if far(s) < far(payment.Cancelled) && other != key && !m.fresh[other] {
			m.charges[other] = payment.Cancelled
		}
	}
	m.failures, m.received = 0, m.received+1
	m.arrive(m.money[key])
}

func (m *model) wants() bool {
	return m.state == invoice.Issued || m.state == invoice.PaymentFailed
}

func (m *model) paidBy() string {
	for key, s := range m.charges {
		if s == payment.Succeeded {
			return key
		}
	}
	return ""
}

func (m *model) arrive(minor int64) {
	m.paid += minor
	m.sum()
	if m.due == 0 {
		m.state = invoice.Paid
	}
}

func (m *model) sum() { m.due = max(0, 12_550-m.credited-m.paid) }

// compare holds the database against the model.
func (m *model) compare() {
	row := m.row(m.p)
	got := fmt.Sprintf("%s due %d paid %d credited %d", row.State, row.DueMinor, row.PaidMinor, row.CreditedMinor)
	if want := fmt.Sprintf("%s due %d paid %d credited %d", m.state, m.due, m.paid, m.credited); got != want {
		m.T.Fatalf("the invoice is %s, want %s", got, want)
	}
	open := 0
	for _, a := range m.attempts(m.p) {
		if a.State != m.charges[a.ID] {
			m.T.Fatalf("attempt %d is %s, want %s", a.Number, a.State, m.charges[a.ID])
		}
		if a.Open() || a.State == payment.Succeeded {
			open++
		}
	}
	if open > 1 {
		m.T.Fatalf("%d charges are under way or have succeeded", open)
	}
	plan, err := m.payments.Plan(ctx, m.p.scope, m.p.id)
	m.must(err)
	if plan.Failures != m.failures {
		m.T.Fatalf("%d failures are counted, want %d", plan.Failures, m.failures)
	}
	count := map[string]int{}
	for _, mail := range m.mails(m.p) {
		kind, _, _ := strings.Cut(mail, " ")
		count[kind]++
	}
	if n := count["payment.failed"] + count["payment.action_required"]; n != len(m.failed) {
		m.T.Fatalf("%d mails about failures, want %d", n, len(m.failed))
	}
	if count["payment.received"] != m.received || count["payment.reversed"] != len(m.taken) {
		m.T.Fatalf("%v mails, want %d of payments and %d of reversals", count, m.received, len(m.taken))
	}
}

// settle tells all notices and lets everything end. Then our books are the gateway's.
func (m *model) settle() {
	m.gateway.LoseQuestions(0)
	m.gateway.LoseAnswers(0)
	for range 3 {
		for _, message := range m.notices() {
			m.must(m.receive(message))
			m.hear(message.Outcome())
		}
		m.now = m.now.Add(26 * time.Hour)
		_, err := m.payments.Sweep(ctx)
		m.must(err)
		m.hear()
		m.compare()
	}
	var ours int64
	for _, a := range m.attempts(m.p) {
		switch a.State {
		case payment.Succeeded:
			ours += a.Amount.Minor()
		case payment.Surplus:
			m.T.Fatalf("attempt %d is still to be sent back", a.Number)
		}
	}
	if held, _ := m.gateway.Taken(m.p.id); held != ours {
		m.T.Fatalf("the gateway holds %d for the invoice, we know of %d", held, ours)
	}
}

package stripetest

// The cards that a person can give.
const (
	Works         = "works"
	Declined      = "declined"
	NoFunds       = "no funds"
	Expired       = "expired"
	Authenticates = "authenticates" // its bank asks the cardholder whenever nobody is present
)

// bankSays is a card's answer: Stripe's code and decline code, "" for yes.
func bankSays(card Object, present bool) (code, decline string) {
	switch card["kind"] {
	case Declined:
		return "card_declined", "generic_decline"
	case NoFunds:
		return "card_declined", "insufficient_funds"
	case Expired:
		return "expired_card", ""
	case Authenticates:
		if !present {
			return "authentication_required", "authentication_required"
		}
	}
	return "", ""
}

// Card keeps a card for a customer, as a finished setup does, and gives its reference.
func (f *Fake) Card(customer, kind string) (ref string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.card(customer, kind)
}

func (f *Fake) card(customer, kind string) string {
	return f.make("pm", "payment_method", Object{"type": "card", "kind": kind, "customer": customer, "billing_details": Object{"name": "Ana Lima"},
		"card": Object{"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2031, "country": "PT"}})["id"].(string)
}

// AddCard finishes a page that adds a card. It fails the test when the page is not open.
func (f *Fake) AddCard(session, kind string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t.Helper()
	s := f.page(session, "setup")
	setup := f.objects[s["setup_intent"].(string)]
	setup["payment_method"], setup["status"] = f.card(s["customer"].(string), kind), "succeeded"
	s["status"], s["url"] = "complete", nil
	f.tell("checkout.session.completed", s)
}

// Pay pays on a page with a card and reports whether the bank took it; the page stays open when not. The
// person is there to confirm.
func (f *Fake) Pay(session, kind string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t.Helper()
	s := f.page(session, "payment")
	var pi Object
	if ref, ok := s["payment_intent"].(string); ok {
		pi = f.objects[ref]
	} else {
		pi = f.intent(s["amount_total"].(int64), s["currency"].(string), s["customer"].(string), s["marks"].(Object))
		s["payment_intent"] = pi["id"]
	}
	card := f.objects[f.card(s["customer"].(string), kind)]
	if status, _ := f.confirm(pi, card, true); status != 200 {
		return false
	}
	s["status"], s["payment_status"], s["url"] = "complete", "paid", nil
	f.tell("checkout.session.completed", s)
	return true
}

// Leave lets the time of a page run out.
func (f *Fake) Leave(session string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expire(f.page(session, ""))
}

func (f *Fake) page(ref, mode string) Object {
	f.t.Helper()
	s := f.objects[ref]
	if s == nil || s["status"] != "open" || mode != "" && s["mode"] != mode {
		f.t.Fatalf("no open page %s to %s: %v", ref, mode, s)
	}
	return s
}

// Dispute lets the bank take a payment back; inquiry lets it only ask.
func (f *Fake) Dispute(payment string, inquiry bool) (dispute string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	pi := f.objects[payment]
	charge := f.objects[pi["latest_charge"].(string)]
	charge["disputed"] = true
	d := f.make("dp", "dispute", Object{"amount": charge["amount"], "currency": charge["currency"], "charge": charge["id"], "payment_intent": payment,
		"status": "needs_response", "balance_transactions": []Object{}, "metadata": Object{}})
	if inquiry {
		d["status"] = "warning_needs_response"
		f.tell("charge.dispute.created", d)
		return d["id"].(string)
	}
	f.tell("charge.dispute.created", d)
	d["balance_transactions"] = []Object{{"id": "txn_out", "object": "balance_transaction", "amount": -charge["amount"].(int64)}}
	f.tell("charge.dispute.funds_withdrawn", d)
	return d["id"].(string)
}

// Close ends a dispute: lost, or won with the money given back.
func (f *Fake) Close(dispute string, won bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.objects[dispute]
	d["status"] = "lost"
	if won {
		d["status"] = "won"
		d["balance_transactions"] = append(d["balance_transactions"].([]Object), Object{"id": "txn_in", "object": "balance_transaction", "amount": d["amount"]})
		f.tell("charge.dispute.funds_reinstated", d)
	}
	f.tell("charge.dispute.closed", d)
}

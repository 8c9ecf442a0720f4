package paymenttest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"billfold/models/money"
	"billfold/models/payment"
)

// secret signs the messages.
var secret = []byte("only for tests")

// signatureHeader carries the signature of a message.
const signatureHeader = "Test-Signature"

// Message is what the gateway sends to our address.
type Message struct {
	Header http.Header
	Body   []byte
}

type body struct {
	ID       string                `json:"id"`
	Type     string                `json:"type"`
	Outcome  *payment.Outcome      `json:"outcome,omitempty"`
	Minor    int64                 `json:"minor"`
	Currency money.Currency        `json:"currency"`
	Setup    *payment.SetupOutcome `json:"setup,omitempty"`
}

func (g *Gateway) tell(c *Charge) {
	o := c.Outcome
	g.message(payment.Notice{Type: "charge." + string(o.State), Outcome: &o})
}

func (g *Gateway) message(n payment.Notice) {
	n.ID = fmt.Sprintf("evt_%d", len(g.messages)+1)
	g.messages = append(g.messages, Sign(n))
}

// Sign makes a message that carries the gateway's signature, whatever it says.
func Sign(n payment.Notice) Message {
	b := body{ID: n.ID, Type: n.Type, Outcome: n.Outcome, Setup: n.Setup}
	if n.Outcome != nil {
		b.Minor, b.Currency = n.Outcome.Amount.Minor(), n.Outcome.Amount.Currency()
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic(err)
	}
	return Message{http.Header{signatureHeader: {sign(text)}}, text}
}

func sign(text []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// Messages are all that was sent so far, in order.
func (g *Gateway) Messages() (all []Message) {
	g.lock(func() { all = append(all, g.messages...) })
	return all
}

// Notice checks the signature of a message and reads it.
func (g *Gateway) Notice(header http.Header, text []byte, _ time.Time) (n payment.Notice, err error) {
	if !hmac.Equal([]byte(header.Get(signatureHeader)), []byte(sign(text))) {
		return n, payment.ErrForged
	}
	var b body
	if err := json.Unmarshal(text, &b); err != nil {
		return n, err
	}
	if b.Outcome != nil {
		b.Outcome.Amount = money.New(b.Minor, b.Currency)
	}
	return payment.Notice{ID: b.ID, Type: b.Type, Outcome: b.Outcome, Setup: b.Setup}, nil
}

// Outcome is what a message says of a charge.
func (m Message) Outcome() payment.Outcome {
	n, err := New("").Notice(m.Header, m.Body, time.Time{})
	if err != nil || n.Outcome == nil {
		return payment.Outcome{}
	}
	return *n.Outcome
}

// Says is what the gateway would say of a charge of its books in a state.
func Says(g *Gateway, key string, state payment.State) payment.Outcome {
	c, _ := g.Book(key)
	c.State = state
	return c.Outcome
}

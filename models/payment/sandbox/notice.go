package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/payment"
)

// signatureHeader carries time and signature of a notice: "1764340000.9f86d081...".
const signatureHeader = "Sandbox-Signature"

// tolerance is how far the time of a notice may be from now.
const tolerance = 5 * time.Minute

// message is the body of a notice: what it is about, to be read when it arrives.
type message struct{ ID, Type, Setup, Charge string }

// SetupNotice is the message about a visit that adds a card, as it would be posted to us.
func (g *Gateway) SetupNotice(ref string) (http.Header, []byte) {
	return g.sign(message{ID: models.NewID(), Type: "setup.changed", Setup: ref})
}

// PaymentNotice is the message about the charge of a page, as it would be posted to us. Kind: NotFound.
func (g *Gateway) PaymentNotice(ctx context.Context, session string) (http.Header, []byte, error) {
	ref, _, err := g.page(ctx, session)
	if err != nil {
		return nil, nil, err
	}
	header, body := g.ChargeNotice(ref)
	return header, body, nil
}

// ChargeNotice is the message about a charge, as it would be posted to us.
func (g *Gateway) ChargeNotice(chargeRef string) (http.Header, []byte) {
	return g.sign(message{ID: models.NewID(), Type: "charge.changed", Charge: chargeRef})
}

func (g *Gateway) sign(m message) (http.Header, []byte) {
	body, _ := json.Marshal(m)                                  // four texts
	at := strconv.FormatInt(models.Clock(nil).Now().Unix(), 10) // notices go by real time
	return http.Header{signatureHeader: {at + "." + hex.EncodeToString(g.mac(at, body))}}, body
}

func (g *Gateway) mac(at string, body []byte) []byte {
	h := hmac.New(sha256.New, g.secret)
	h.Write([]byte(at + "."))
	h.Write(body)
	return h.Sum(nil)
}

// Notice checks and reads a message. What it is about is read from the sandbox's own state, so that an old
// message tells how things stand now.
func (g *Gateway) Notice(header http.Header, body []byte, now time.Time) (payment.Notice, error) {
	at, signature, _ := strings.Cut(header.Get(signatureHeader), ".")
	seconds, err := strconv.ParseInt(at, 10, 64)
	sum, badHex := hex.DecodeString(signature)
	if err != nil || badHex != nil || !hmac.Equal(sum, g.mac(at, body)) || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return payment.Notice{}, payment.ErrForged
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return payment.Notice{}, payment.ErrForged
	}
	n := payment.Notice{ID: m.ID, Type: m.Type}
	ctx := context.Background()
	switch {
	case m.Setup != "":
		out, err := g.Setup(ctx, m.Setup)
		n.Setup = &out
		return known(n, err)
	case m.Charge != "":
		out, err := g.Find(ctx, payment.Refs{ChargeRef: m.Charge})
		n.Outcome = &out
		return known(n, err)
	}
	return n, nil
}

// known leaves out what the message is about when there is no such thing.
func known(n payment.Notice, err error) (payment.Notice, error) {
	if errors.Is(err, payment.ErrUnknown) {
		return payment.Notice{ID: n.ID, Type: n.Type}, nil
	}
	return n, err
}

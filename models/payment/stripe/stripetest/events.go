package stripetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"
)

// tell keeps an event with the object as it is now.
func (f *Fake) tell(kind string, o Object) {
	f.events = append(f.events, Object{"id": fmt.Sprintf("evt_fake%d", len(f.events)+1), "object": "event", "type": kind, "api_version": "2019-02-11",
		"created": time.Now().Unix(), "livemode": false, "data": Object{"object": f.expand(o, nil)}})
}

// Message is an event as it is posted to us.
type Message struct {
	Type   string
	Header http.Header
	Body   []byte
}

// Messages are all events so far, signed now.
func (f *Fake) Messages() (list []Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.events {
		body, err := json.Marshal(e)
		if err != nil {
			f.t.Fatal(err)
		}
		list = append(list, Message{e["type"].(string), Sign(body, WebhookSecret, time.Now()), body})
	}
	return list
}

// Message is the last event of a type. It fails the test when there is none.
func (f *Fake) Message(kind string) Message {
	f.t.Helper()
	list := f.Messages()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Type == kind {
			return list[i]
		}
	}
	f.t.Fatalf("no event %s", kind)
	return Message{}
}

// Sign is the header of a message signed with a secret at a time.
func Sign(body []byte, secret string, at time.Time) http.Header {
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at})
	return http.Header{"Stripe-Signature": {signed.Header}}
}

package stripetest

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// do does a request; path is what follows /v1/.
func (f *Fake) do(method string, path []string, form url.Values) (int, Object) {
	what := method + " " + path[0]
	if path[0] == "checkout" && len(path) > 1 {
		what, path = what+"/"+path[1], path[1:]
	}
	id, action := "", ""
	if len(path) > 1 {
		id = path[1]
	}
	if len(path) > 2 {
		action = path[2]
	}
	if id == "search" {
		return f.search(strings.TrimSuffix(path[0], "s"), form.Get("query"))
	}
	if id != "" && f.objects[id] == nil {
		return http.StatusNotFound, refused("invalid_request_error", "resource_missing", "id")
	}
	o := f.objects[id]
	switch {
	case method == http.MethodGet && id != "":
		return http.StatusOK, o
	case what == "POST customers" && id == "":
		return http.StatusOK, f.make("cus", "customer", Object{"metadata": under(form, "metadata"), "name": form.Get("name"), "email": form.Get("email")})
	case what == "POST customers":
		o["name"], o["email"] = form.Get("name"), form.Get("email")
		return http.StatusOK, o
	case what == "POST checkout/sessions" && action == "expire":
		return f.expire(o)
	case what == "POST checkout/sessions":
		return f.session(form)
	case what == "POST payment_methods" && action == "detach":
		if o["customer"] == nil {
			return http.StatusBadRequest, refused("invalid_request_error", "", "")
		}
		o["customer"] = nil
		return http.StatusOK, o
	case what == "POST payment_intents" && action == "cancel":
		return f.cancel(o)
	case what == "POST payment_intents":
		return f.charge(form)
	case what == "GET payment_intents":
		return f.list("payment_intent", func(pi Object) bool { return pi["customer"] == form.Get("customer") })
	case what == "GET disputes":
		return f.list("dispute", func(d Object) bool { return d["payment_intent"] == form.Get("payment_intent") })
	case what == "POST refunds":
		return f.refund(form.Get("payment_intent"))
	}
	return http.StatusNotFound, refused("invalid_request_error", "url_invalid", "")
}

func (f *Fake) list(kind string, want func(Object) bool) (int, Object) {
	found := f.all(kind, want)
	if found == nil {
		found = []Object{}
	}
	return http.StatusOK, Object{"object": "list", "data": found, "has_more": false, "url": "/v1/" + kind + "s"}
}

var query = regexp.MustCompile(`^metadata\['(\w+)'\]:'([^']+)'$`)

func (f *Fake) search(kind, asked string) (int, Object) {
	parts := query.FindStringSubmatch(asked)
	if parts == nil {
		return http.StatusBadRequest, refused("invalid_request_error", "", "query")
	}
	status, found := f.list(kind, func(o Object) bool {
		marks, _ := o["metadata"].(Object)
		return !f.blind && marks[parts[1]] == parts[2]
	})
	found["object"], found["next_page"] = "search_result", nil
	return status, found
}

// under are the fields of a form below a name: metadata[charge_id].
func under(form url.Values, name string) Object {
	o := Object{}
	for field, values := range form {
		if rest, ok := strings.CutPrefix(field, name+"["); ok && strings.Count(rest, "[") == 0 {
			o[strings.TrimSuffix(rest, "]")] = values[0]
		}
	}
	return o
}

// session opens a Checkout page. Its payment is made when it is paid, as Stripe does.
func (f *Fake) session(form url.Values) (int, Object) {
	o := Object{"mode": form.Get("mode"), "status": "open", "customer": form.Get("customer"), "metadata": under(form, "metadata"), "payment_status": "unpaid",
		"success_url": form.Get("success_url"), "cancel_url": form.Get("cancel_url"), "payment_intent": nil, "setup_intent": nil}
	end := time.Now().Add(24 * time.Hour).Unix()
	if given := form.Get("expires_at"); given != "" {
		end, _ = strconv.ParseInt(given, 10, 64)
		if wait := time.Until(time.Unix(end, 0)); wait < 29*time.Minute || wait > 24*time.Hour {
			return http.StatusBadRequest, refused("invalid_request_error", "", "expires_at")
		}
	}
	o["expires_at"] = end
	switch form.Get("mode") {
	case "payment":
		price := under(form, "line_items[0][price_data]")
		amount, err := strconv.ParseInt(price["unit_amount"].(string), 10, 64)
		if err != nil || amount <= 0 || form.Get("line_items[0][quantity]") != "1" {
			return http.StatusBadRequest, refused("invalid_request_error", "", "line_items")
		}
		o["amount_total"], o["currency"], o["marks"] = amount, price["currency"], under(form, "payment_intent_data[metadata]")
	case "setup":
		o["setup_intent"] = f.make("seti", "setup_intent", Object{"status": "requires_payment_method", "payment_method": nil, "metadata": under(form, "setup_intent_data[metadata]")})["id"]
	default:
		return http.StatusBadRequest, refused("invalid_request_error", "", "mode")
	}
	made := f.make("cs_test", "checkout.session", o)
	made["url"] = f.URL + "/page/" + made["id"].(string)
	return http.StatusOK, made
}

func (f *Fake) expire(o Object) (int, Object) {
	if o["status"] != "open" {
		return http.StatusBadRequest, refused("invalid_request_error", "", "")
	}
	o["status"], o["url"] = "expired", nil
	if pi, ok := o["payment_intent"].(string); ok {
		f.objects[pi]["status"] = "canceled"
		f.tell("payment_intent.canceled", f.objects[pi])
	}
	f.tell("checkout.session.expired", o)
	return http.StatusOK, o
}

func (f *Fake) cancel(pi Object) (int, Object) {
	marks, _ := pi["metadata"].(Object)
	if pi["status"] == "succeeded" || pi["status"] == "canceled" || marks["origin"] == "page" {
		return http.StatusBadRequest, refused("invalid_request_error", "payment_intent_unexpected_state", "")
	}
	pi["status"] = "canceled"
	f.tell("payment_intent.canceled", pi)
	return http.StatusOK, pi
}

// charge makes a payment with nobody present. The card says what its bank answers.
func (f *Fake) charge(form url.Values) (int, Object) {
	card := f.objects[form.Get("payment_method")]
	switch {
	case card == nil:
		return http.StatusBadRequest, refused("invalid_request_error", "resource_missing", "payment_method")
	case card["customer"] == nil || card["customer"] != form.Get("customer"):
		return http.StatusBadRequest, refused("invalid_request_error", "", "")
	case form.Get("confirm") != "true" || form.Get("off_session") != "true":
		return http.StatusBadRequest, refused("invalid_request_error", "", "confirm")
	}
	amount, err := strconv.ParseInt(form.Get("amount"), 10, 64)
	if err != nil || amount <= 0 {
		return http.StatusBadRequest, refused("invalid_request_error", "parameter_invalid_integer", "amount")
	}
	if amount < 50 && form.Get("currency") != "jpy" {
		return http.StatusBadRequest, refused("invalid_request_error", "amount_too_small", "amount")
	}
	pi := f.intent(amount, form.Get("currency"), form.Get("customer"), under(form, "metadata"))
	return f.confirm(pi, card, false)
}

func (f *Fake) intent(amount int64, currency, customer string, marks Object) Object {
	return f.make("pi", "payment_intent", Object{"amount": amount, "amount_received": int64(0), "currency": currency, "customer": customer,
		"metadata": marks, "status": "requires_payment_method", "latest_charge": nil, "last_payment_error": nil, "payment_method": nil})
}

// confirm asks the card's bank. present says that the cardholder has confirmed it.
func (f *Fake) confirm(pi, card Object, present bool) (int, Object) {
	code, decline := bankSays(card, present)
	shown := Object{"brand": card["card"].(Object)["brand"], "last4": card["card"].(Object)["last4"]}
	charge := f.make("ch", "charge", Object{"amount": pi["amount"], "amount_refunded": int64(0), "currency": pi["currency"], "payment_intent": pi["id"],
		"metadata": pi["metadata"], "payment_method_details": Object{"type": "card", "card": shown}, "disputed": false, "refunded": false})
	pi["latest_charge"] = charge["id"]
	if code == "" {
		pi["status"], pi["amount_received"], pi["last_payment_error"], pi["payment_method"] = "succeeded", pi["amount"], nil, card["id"]
		charge["status"] = "succeeded"
		f.tell("payment_intent.succeeded", pi)
		return http.StatusOK, pi
	}
	charge["status"] = "failed"
	failure := Object{"type": "card_error", "code": code, "decline_code": decline, "message": "Declined: Bearer " + SecretKey, "payment_method": card}
	pi["last_payment_error"] = failure
	f.tell("payment_intent.payment_failed", pi)
	return http.StatusPaymentRequired, Object{"error": Object{"type": "card_error", "code": code, "decline_code": decline, "payment_method": card,
		"message": failure["message"], "payment_intent": f.expand(pi, nil)}}
}

func (f *Fake) refund(ref string) (int, Object) {
	pi := f.objects[ref]
	if pi == nil || pi["status"] != "succeeded" {
		return http.StatusBadRequest, refused("invalid_request_error", "charge_not_refundable", "")
	}
	charge := f.objects[pi["latest_charge"].(string)]
	if charge["refunded"] == true {
		return http.StatusBadRequest, refused("invalid_request_error", "charge_already_refunded", "")
	}
	charge["refunded"], charge["amount_refunded"] = true, charge["amount"]
	f.tell("charge.refunded", charge)
	return http.StatusOK, f.make("re", "refund", Object{"status": "succeeded", "amount": charge["amount"], "payment_intent": ref})
}

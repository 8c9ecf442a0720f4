package api_test

import (
	"strings"
	"sync"
	"testing"

	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/money"
)

// issue makes a code that one account may claim.
func (w *world) issue(code string) {
	w.t.Helper()
	must(credit.NewStore(w.d, nil).Issue(w.t.Context(), access.OperatorActor(), credit.NewCredit{Code: code, Type: "promotion", Value: must(money.Parse("10", "USD"))}))
}

func TestAPostWithAnIdempotencyKeyIsDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.issue("HELLO10")
		_, list := w.send("admin", "GET", "/v1/billing-group", "")
		id := between(list, `"billing_group_id":"`, `"`)
		path := "/v1/billing-group/" + id + "/credits"
		post := func(body, key string) (int, string) {
			return w.send("admin", "POST", path, body, "Idempotency-Key", key)
		}
		// Ten at once: one does it, the others wait for its answer.
		var wait sync.WaitGroup
		var mu sync.Mutex
		answers := map[string]int{}
		for range 10 {
			wait.Go(func() {
				status, body := post(`{"code":"HELLO10"}`, "k1")
				mu.Lock()
				defer mu.Unlock()
				answers[body]++
				if status != 200 {
					t.Errorf("%d %s", status, body)
				}
			})
		}
		wait.Wait()
		if len(answers) != 1 {
			t.Errorf("answers: %v", answers)
		}
		if status, body := post(`{"code":"HELLO10"}`, "k1"); status != 200 || answers[body] == 0 {
			t.Errorf("the same again: %d %s", status, body)
		}
		if status, body := post(`{"code":"OTHER"}`, "k1"); status != 409 || !strings.Contains(body, "another request") {
			t.Errorf("another body: %d %s", status, body)
		}
		if status, body := post(`{"code":"HELLO10"}`, "k2"); status != 409 && status != 400 {
			t.Errorf("another key claims it again: %d %s", status, body)
		}
		// What failed is not kept: it may be tried again with its key.
		if status, _ := post(`{"code":"LATER10"}`, "k3"); status < 400 {
			t.Errorf("an unknown code: %d", status)
		}
		w.issue("LATER10")
		if status, body := post(`{"code":"LATER10"}`, "k3"); status != 200 {
			t.Errorf("after it was issued: %d %s", status, body)
		}
		if n := strings.Count(second(w.send("admin", "GET", path, "")), `"code"`); n != 2 {
			t.Errorf("%d credits", n)
		}
		if status, _ := post(`{"code":"HELLO10"}`, strings.Repeat("k", 256)); status != 400 {
			t.Errorf("a long key: %d", status)
		}
	})
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	part, _, _ := strings.Cut(rest, to)
	return part
}

func second[A, B any](_ A, b B) B { return b }

package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"
)

// meter gives the world a project and an operator's token that may send usage.
func (w *world) meter() {
	w.t.Helper()
	scope := must(access.New(w.d).ForAccount(w.t.Context(), access.OperatorActor(), w.account.ID, access.Admin))
	must(account.NewStore(w.d, nil).CreateProject(w.t.Context(), scope, account.NewProject{Name: "kafka-prod"}))
	store := people.NewStore(w.d, nil)
	for name, grant := range map[string]access.Grant{"meter": access.WriteUsage, "reader": access.ReadBilling} {
		token, _, err := store.CreateOperatorToken(w.t.Context(), access.OperatorActor(), people.NewToken{Name: name, Scopes: []access.Grant{grant}})
		if err != nil {
			w.t.Fatal(err)
		}
		w.tokens[name] = token
	}
}

// charge is a record as a producer writes it.
func charge(id, cost string, more ...string) string {
	return `{"record_id":"` + id + `","project":"kafka-prod","service_name":"events","service_type":"kafka","start":"2026-11-01T13:00:00Z","end":"2026-11-01T14:00:00Z","cost":"` +
		cost + `"` + strings.Join(more, "") + `}`
}

const (
	ndjson      = "application/x-ndjson"
	jsonBatch   = "application/json"
	eventsBatch = "application/cloudevents-batch+json"
)

func TestUsageComesIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.meter()
		n := func(query string, args ...any) (n int) {
			t.Helper()
			if err := d.Read(t.Context()).Raw(query, args...).Scan(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		post := func(what, kind, body, want string, headers ...string) {
			t.Helper()
			before := n(`SELECT count(*) FROM usage_records`)
			status, got := w.send("meter", "POST", "/v1/usage", body, append([]string{"Content-Type", kind}, headers...)...)
			if status != 200 || strings.TrimSpace(got) != want {
				t.Errorf("%s: %d %s", what, status, got)
			}
			var counted struct{ Accepted int }
			if json.Unmarshal([]byte(got), &counted) == nil && n(`SELECT count(*) FROM usage_records`) != before+counted.Accepted {
				t.Errorf("%s: other than %d records were written", what, counted.Accepted)
			}
		}
		array := "[" + charge("a1", "1.5") + " ,\n" + charge("a2", "0.00001605990", `,"description":"a [\"{,"`, `,"tags":{"team":"x\\"}`) + "]"
		post("an array", jsonBatch, array, `{"accepted":2,"duplicates":0}`)
		post("the same again", jsonBatch, array, `{"accepted":0,"duplicates":2}`)
		post("some of it again", jsonBatch+"; charset=utf-8", "["+charge("a1", "1.50")+","+charge("a3", "1")+"]", `{"accepted":1,"duplicates":1}`)
		post("nothing", jsonBatch, " [ ] ", `{"accepted":0,"duplicates":0}`)
		post("NDJSON", ndjson, "\ufeff"+charge("n1", "1")+"\n\n  \r\n"+charge("n2", "2")+"\r\n", `{"accepted":2,"duplicates":0}`)
		event := func(id, data string) string {
			return `{"specversion":"1.0","id":"` + id + `","source":"/meters/7","type":"com.example.usage","data":` + data + `}`
		}
		post("CloudEvents", eventsBatch, "["+event("1", charge("", "1"))+","+event("2", charge("own", "1"))+"]", `{"accepted":2,"duplicates":0}`)
		if n(`SELECT count(*) FROM usage_records WHERE record_id IN ('/meters/7|1', 'own')`) != 2 {
			t.Error("ids of CloudEvents")
		}
		post("one CloudEvent, sent again", "application/cloudevents+json", event("1", charge("", "1")), `{"accepted":0,"duplicates":1}`)
		post("one in binary mode", jsonBatch, charge("", "4"), `{"accepted":1,"duplicates":0}`, "ce-specversion", "1.0", "ce-id", "%C3%A5", "ce-source", "/meters/7", "ce-type", "usage")
		if n(`SELECT count(*) FROM usage_records WHERE record_id = '/meters/7|å'`) != 1 {
			t.Error("the id of a CloudEvent in binary mode")
		}
		post("gzip", ndjson, packed(charge("g1", "1")+"\n"+charge("g2", "1")), `{"accepted":2,"duplicates":0}`, "Content-Encoding", "gzip")
		post("its account", jsonBatch, "["+charge("q1", "1")+"]", `{"accepted":1,"duplicates":0}`)
		if status, body := w.send("meter", "POST", "/v1/usage?account_id="+w.account.ID, "["+charge("q2", "1")+"]"); status != 200 {
			t.Errorf("with the account: %d %s", status, body)
		}
		post("with a key", jsonBatch, "["+charge("k1", "1")+"]", `{"accepted":1,"duplicates":0}`, "Idempotency-Key", "k1")
		if status, body := w.send("meter", "POST", "/v1/usage", "["+charge("k1", "1")+"]", "Content-Type", jsonBatch, "Idempotency-Key", "k1"); status != 200 || !strings.Contains(body, `"accepted":1`) {
			t.Errorf("with the key again: %d %s", status, body)
		}
		if got := n(`SELECT count(*) FROM events WHERE type = 'usage.ingested' AND actor_kind = 'token' AND actor_name = 'meter'`); got == 0 || got != n(`SELECT count(*) FROM events WHERE type = 'usage.ingested'`) {
			t.Errorf("%d events name the token", got)
		}
	})
}

func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func TestUsageIsRefusedAsAWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.meter()
		w.send("meter", "POST", "/v1/usage", "["+charge("known", "1")+"]")
		many := "[" + strings.Repeat(charge("x", "1")+",", 10_000) + charge("x", "1") + "]"
		good := charge("good", "1")
		for _, c := range []struct {
			what, kind, body string
			status           int
			words            []string
			headers          []string
		}{
			{"bad records", jsonBatch, "[" + good + "," + charge("b1", "x") + `,7,` + charge("b2", "1", `,"unknown":1`) + "," + charge("", "1") + "]", 422,
				[]string{`"error_code":"invalid_record"`, `"index":1,"id":"b1"`, `"field":"cost"`, `"index":2`, `it is not a JSON object`, `"field":"unknown"`, `"index":4`, `"field":"record_id"`, `because of 4 problems`}, nil},
			{"a bad line", ndjson, good + "\n\n" + charge("b1", "x"), 422, []string{`"index":1,"id":"b1"`, "line 3"}, nil},
			{"an unknown project", jsonBatch, "[" + good + "," + strings.Replace(charge("p", "1"), "kafka-prod", "nowhere", 1) + "]", 422, []string{`"index":1,"id":"p"`, `"field":"project"`}, nil},
			{"other content", jsonBatch, "[" + good + "," + charge("known", "2") + "]", 409, []string{`"error_code":"record_conflict"`, `"index":1,"id":"known"`}, nil},
			{"no array", jsonBatch, charge("x", "1"), 400, []string{"JSON array"}, nil},
			{"nothing at all", jsonBatch, "", 400, []string{"JSON array"}, nil},
			{"cut off", jsonBatch, "[" + good + `,{"a":"`, 400, []string{"within record 1"}, nil},
			{"two arrays", jsonBatch, "[" + good + "] []", 400, []string{"after the JSON array"}, nil},
			{"a comma too many", jsonBatch, "[" + good + ",]", 422, []string{"not a JSON object"}, nil},
			{"deeply nested", jsonBatch, strings.Repeat("[", 1_000_000), 400, []string{"within record 0"}, nil},
			{"too many", jsonBatch, many, 413, []string{`"error_code":"request_too_large"`, "10000 records"}, nil},
			{"too long", ndjson, strings.Repeat(" ", 16<<20) + good, 413, []string{"16 MiB"}, nil},
			{"a bomb", ndjson, packed(strings.Repeat("\n", 64<<20)), 413, []string{"unpacked"}, []string{"Content-Encoding", "gzip"}},
			{"no gzip", ndjson, good, 400, []string{"Content-Encoding"}, []string{"Content-Encoding", "gzip"}},
			{"cut gzip", ndjson, packed(good)[:40], 400, []string{"cut off"}, []string{"Content-Encoding", "gzip"}},
			{"brotli", ndjson, good, 415, []string{"gzip"}, []string{"Content-Encoding", "br"}},
			{"XML", "text/xml", good, 415, []string{`"error_code":"unsupported_media_type"`}, nil},
			{"no event", eventsBatch, "[" + good + "]", 422, []string{`"field":"data"`}, nil},
			{"an old event", eventsBatch, `[{"specversion":"0.3","id":1,"type":"t","data":` + good + `}]`, 422, []string{`"field":"id"`}, nil},
			{"an event without a source", eventsBatch, `[{"specversion":"0.3","id":"1","type":"t","data":` + good + `}]`, 422, []string{`"field":"source"`, `"field":"specversion"`}, nil},
			{"too long with a key", ndjson, strings.Repeat(" ", 16<<20) + good, 413, []string{"16 MiB"}, []string{"Idempotency-Key", "long"}},
		} {
			status, got := w.send("meter", "POST", "/v1/usage", c.body, append([]string{"Content-Type", c.kind}, c.headers...)...)
			if status != c.status {
				t.Errorf("%s: %d %.300s", c.what, status, got)
			}
			for _, words := range c.words {
				if !strings.Contains(got, words) {
					t.Errorf("%s: the answer lacks %s: %.600s", c.what, words, got)
				}
			}
		}
		if status, got := w.send("meter", "POST", "/v1/usage?account_id=0198c000-0000-7000-8000-000000000000", "["+good+"]"); status != 404 {
			t.Errorf("another account: %d %s", status, got)
		}
		for token, want := range map[string]int{"admin": 403, "reader": 403, "": 401} {
			if status, got := w.send(token, "POST", "/v1/usage", "["+good+"]"); status != want {
				t.Errorf("with the token %q: %d %s", token, status, got)
			}
		}
		var n int
		if err := d.Read(t.Context()).Raw(`SELECT count(*) FROM usage_records`).Scan(&n).Error; err != nil || n != 1 {
			t.Errorf("%d records, %v", n, err)
		}
	})
}

// TestABatchAtItsLimits takes in the largest batches that are allowed.
func TestABatchAtItsLimits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.meter()
		var body strings.Builder
		for i := range 10_000 {
			fmt.Fprintln(&body, charge(fmt.Sprintf("m-%05d", i), "0.1"))
		}
		full := body.String() + strings.Repeat(" ", 16<<20-body.Len())
		if status, got := w.send("meter", "POST", "/v1/usage", full, "Content-Type", ndjson); status != 200 || !strings.Contains(got, `"accepted":10000`) {
			t.Errorf("%d %s", status, got)
		}
		if status, got := w.send("meter", "POST", "/v1/usage", packed(full), "Content-Type", ndjson, "Content-Encoding", "gzip"); status != 200 || !strings.Contains(got, `"duplicates":10000`) {
			t.Errorf("packed: %d %s", status, got)
		}
	})
}

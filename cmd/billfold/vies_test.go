package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/job"
	"billfold/models/people"
	"billfold/models/seller"
	"billfold/models/vies"
)

const soap = `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>%s</env:Body></env:Envelope>`

// A VAT id is saved while VIES is down; it is asked again until it answers, and its answer is stored with who
// asked. Switched off, nobody is asked and nothing waits for ever.
func TestVIESInTheBackground(t *testing.T) {
	ctx, d := t.Context(), dbtest.New(t, db.SQLite)
	var asked atomic.Int32
	var answer atomic.Value
	answer.Store(`<env:Fault><faultstring>MS_UNAVAILABLE</faultstring></env:Fault>`)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = fmt.Fprintf(w, soap, answer.Load())
	}))
	defer service.Close()

	owner, err := people.NewStore(d, nil).CreateUser(ctx, access.OperatorActor(), people.NewUser{Name: "Ana Lima", Email: "ana@example.com", Password: "correct horse battery"})
	check(t, err)
	accounts, invoices := account.NewStore(d, nil), invoice.NewStore(d, nil)
	made, err := accounts.CreateAccount(ctx, access.OperatorActor(), "Acme", owner.ID)
	check(t, err)
	scope, err := access.New(d).ForAccount(ctx, access.OperatorActor(), made.ID, access.Admin)
	check(t, err)
	groups, _, err := accounts.Groups(ctx, scope, account.GroupQuery{})
	check(t, err)
	group := groups[0].ID
	check(t, seller.NewStore(d, nil).Set(ctx, access.OperatorActor(), seller.Seller{Name: "Seller", AddressLine1: "Katu 1", City: "Helsinki", Country: "FI", VATID: "FI20774740"}))
	save := func(id string) {
		t.Helper()
		info, err := accounts.BillingInformation(ctx, scope, group)
		check(t, err)
		info.Country, info.VATID, info.Currency = "DE", id, "EUR"
		check(t, invoices.SetInformation(ctx, scope, group, info))
	}
	is := func(want account.VATStatus, source string) {
		t.Helper()
		info, err := accounts.BillingInformation(ctx, scope, group)
		check(t, err)
		if info.VATStatus != want || info.VATSource != source {
			t.Errorf("%s %q, want %s %q", info.VATStatus, info.VATSource, want, source)
		}
	}
	var ahead time.Duration
	q := viesQueue(d, nil, slog.New(slog.DiscardHandler), vies.NewClient(service.URL)).OnWallClock(func() time.Time { return time.Now().Add(ahead) })
	work := func(want int32) {
		t.Helper()
		before := asked.Load()
		if _, err := q.Work(ctx); err != nil {
			t.Fatal(err)
		}
		if n := asked.Load() - before; n != want {
			t.Errorf("asked %d times, want %d", n, want)
		}
	}

	check(t, accounts.SetVATChecks(ctx, true))
	save("DE136695976")
	for range 10 {
		work(1)
		is(account.VATChecking, "")
		work(0)
		ahead += time.Minute
	}
	answer.Store(`<checkVatApproxResponse><countryCode>DE</countryCode><vatNumber>136695976</vatNumber><valid>true</valid><requestIdentifier>WAPIAAAAX1</requestIdentifier></checkVatApproxResponse>`)
	work(1)
	is(account.VATConfirmed, "VIES, consultation number WAPIAAAAX1")
	work(0)

	answer.Store(`<env:Fault><faultstring>INVALID_INPUT</faultstring></env:Fault>`)
	save("DE129273398")
	work(1)
	is(account.VATUnconfirmed, "VIES")

	save("DE136695976")
	is(account.VATChecking, "")
	check(t, accounts.SetVATChecks(ctx, false))
	q = viesQueue(d, nil, slog.New(slog.DiscardHandler), nil)
	work(0)
	is(account.VATUnconfirmed, "")
}

// After a week without an answer the question is given up; before it is put off.
func TestVIESIsAskedForAWeek(t *testing.T) {
	client := vies.NewClient("http://127.0.0.1:1")
	at := models.Micro(time.Now())
	_, err := askVIES(t.Context(), client, account.VATCheck{VATID: "FI20774740", AskedAt: at.Add(-167 * time.Hour)}, vies.ID{})
	if wait, ok := putOff(err); !ok || wait != time.Hour {
		t.Errorf("%v", err)
	}
	if result, err := askVIES(t.Context(), client, account.VATCheck{VATID: "FI20774740", AskedAt: at.Add(-169 * time.Hour)}, vies.ID{}); err != nil || result != (account.VATResult{}) {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestVIESFlags(t *testing.T) {
	for _, url := range []string{"", "ftp://x", "http://vies.example.com", "not an address"} {
		if err := (viesFlags{VIES: true, VIESURL: url}).checkVIES(); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
	for _, url := range []string{vies.URL, "http://127.0.0.1:8000/vies"} {
		if err := (viesFlags{VIESURL: url}).checkVIES(); err != nil {
			t.Error(err)
		}
	}
}

func putOff(err error) (time.Duration, bool) {
	var l *job.Later
	if errors.As(err, &l) {
		return l.After, true
	}
	return 0, false
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package vies_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"billfold/models/vies"
)

// standIn speaks VIES' SOAP: the number decides the answer.
func standIn(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Body struct {
				Inner struct {
					XMLName   xml.Name
					Country   string `xml:"urn:ec.europa.eu:taxud:vies:services:checkVat:types countryCode"`
					Number    string `xml:"urn:ec.europa.eu:taxud:vies:services:checkVat:types vatNumber"`
					Requester string `xml:"urn:ec.europa.eu:taxud:vies:services:checkVat:types requesterVatNumber"`
				} `xml:",any"`
			} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
		}
		body, _ := io.ReadAll(r.Body)
		if err := xml.Unmarshal(body, &q); err != nil || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") {
			t.Errorf("asked %s %q: %v", r.Method, body, err)
		}
		in := q.Body.Inner
		fault := func(code string) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = fmt.Fprintf(w, `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Header/><env:Body><env:Fault><faultcode>env:Server</faultcode><faultstring>%s</faultstring></env:Fault></env:Body></env:Envelope>`, code)
		}
		operation, number, more := "checkVatResponse", in.Number, ""
		if in.Requester != "" {
			if in.Requester == "666" {
				fault("INVALID_REQUESTER_INFO")
				return
			}
			operation, more = "checkVatApproxResponse", "<ns2:requestIdentifier>WAPIAAAAX1</ns2:requestIdentifier>"
		}
		switch in.Number {
		case "slow":
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
			return
		case "garbage":
			_, _ = io.WriteString(w, "<html><body>Proxy error &bull;")
			return
		case "empty":
			return
		case "huge":
			_, _ = io.WriteString(w, `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>`)
			for range 1 << 10 {
				_, _ = io.WriteString(w, strings.Repeat(" ", 1<<10))
			}
			return
		case "other":
			number = "someone"
		case "moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		case "MS_UNAVAILABLE", "INVALID_INPUT", "{ 'TIMEOUT' }":
			fault(in.Number)
			return
		case "nothing":
			_, _ = io.WriteString(w, `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><checkVatResponse/></env:Body></env:Envelope>`)
			return
		case "broken":
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = fmt.Fprintf(w, `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Header/><env:Body><ns2:%[1]s xmlns:ns2="urn:ec.europa.eu:taxud:vies:services:checkVat:types">`+
			`<ns2:countryCode>%[2]s</ns2:countryCode><ns2:vatNumber>%[3]s</ns2:vatNumber><ns2:requestDate>2026-11-22+01:00</ns2:requestDate><ns2:valid>%[4]t</ns2:valid><ns2:name>ACME &amp; CO</ns2:name>%[5]s</ns2:%[1]s></env:Body></env:Envelope>`,
			operation, in.Country, number, in.Number != "12345678", more)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestCheck(t *testing.T) {
	c := vies.NewClient(standIn(t).URL)
	check := func(number string, requester vies.ID) (vies.Answer, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		return c.Check(ctx, vies.ID{Country: "FI", Number: number}, requester)
	}
	valid := vies.Answer{Valid: true, Date: "2026-11-22+01:00"}
	if a, err := check("20774740", vies.ID{}); err != nil || a != valid {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := check("12345678", vies.ID{}); err != nil || a.Valid {
		t.Errorf("%+v, %v", a, err)
	}
	proof := valid
	proof.Consultation = "WAPIAAAAX1"
	if a, err := check("20774740", vies.Split("DE136695976")); err != nil || a != proof {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := check("20774740", vies.Split("DE666")); err != nil || a != valid {
		t.Errorf("a requester that VIES does not know: %+v, %v", a, err)
	}
	for number, want := range map[string]string{
		"MS_UNAVAILABLE": "VIES answers MS_UNAVAILABLE", "INVALID_INPUT": "VIES answers INVALID_INPUT", "{ 'TIMEOUT' }": "VIES answers TIMEOUT",
		"slow": "deadline", "garbage": "status 200", "empty": "status 200", "huge": "longer than 64 KB", "other": "answered about FIsomeone", "nothing": "says nothing",
		"broken": "status 502", "moved": "status 307",
	} {
		a, err := check(number, vies.ID{})
		if err == nil || !strings.Contains(err.Error(), want) || a != (vies.Answer{}) {
			t.Errorf("%s: %+v, %v", number, a, err)
		}
		if code := vies.Code(err); code != strings.TrimPrefix(want, "VIES answers ") && code != "" || (code != "") != strings.HasPrefix(want, "VIES answers ") {
			t.Errorf("%s: code %q", number, code)
		}
	}
	if _, err := vies.NewClient("http://127.0.0.1:1").Check(t.Context(), vies.ID{Country: "FI", Number: "1"}, vies.ID{}); err == nil {
		t.Error("nobody there, and yet an answer")
	}
}

func TestWait(t *testing.T) {
	for since, want := range map[time.Duration]time.Duration{0: 30 * time.Second, 5 * time.Minute: 5 * time.Minute, 9 * time.Hour: time.Hour} {
		if got := vies.Wait(since); got != want {
			t.Errorf("%s: %s", since, got)
		}
	}
}

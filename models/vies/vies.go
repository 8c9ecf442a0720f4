// Package vies asks VIES, the European Commission's VAT Information Exchange System, whether a VAT id is valid for
// trade between member states. It speaks the SOAP service checkVatService:
// https://ec.europa.eu/taxation_customs/vies/checkVatService.wsdl
//
//	vies.go    what is asked and answered, and what its faults mean
//	client.go  the service over HTTP
//	message.go its XML
package vies

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// URL is the Commission's own service.
const URL = "https://ec.europa.eu/taxation_customs/vies/services/checkVatService"

// ID is a VAT id in two parts: the country's letters as VIES has them (EL for Greece), and what follows.
type ID struct{ Country, Number string }

// Split takes a clean VAT id such as "FI20774740" apart.
func Split(id string) ID {
	if len(id) < 2 {
		return ID{Number: id}
	}
	return ID{id[:2], id[2:]}
}

// Answer is what VIES knows of a VAT id.
type Answer struct {
	Valid        bool
	Date         string // of the answer, as VIES writes it: "2026-11-22+01:00"
	Consultation string // proof of the question for the asker, "" when the asker named no VAT id of their own
}

// Fault is an answer of VIES that says nothing of the VAT id.
type Fault struct{ Code string }

func (f *Fault) Error() string { return "VIES answers " + f.Code }

// Codes of faults that asking again does not cure: the VAT id cannot be one; the asker's own cannot be one.
const (
	InvalidInput     = "INVALID_INPUT"
	InvalidRequester = "INVALID_REQUESTER_INFO"
)

// Code is the code of a fault, "" of other errors. All but the two above, such as MS_UNAVAILABLE, TIMEOUT and
// GLOBAL_MAX_CONCURRENT_REQ, pass.
func Code(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// maxFaultCode bounds what is kept of a fault that is not known.
const maxFaultCode = 60

// faultCode finds the code in the text of a fault: VIES sends it bare or in braces.
func faultCode(text string) string {
	code := strings.ToUpper(strings.Trim(strings.TrimSpace(text), "{ '}"))
	code = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, code)
	if code == "" {
		code = "UNKNOWN"
	}
	return code[:min(len(code), maxFaultCode)]
}

// Wait is how long to wait before VIES is asked again about what it was first asked so long ago: about as long,
// at least half a minute, an hour at most. Its member states are down for minutes and now and then for a night.
func Wait(since time.Duration) time.Duration {
	return min(max(since, 30*time.Second), time.Hour)
}

// errOther says that an answer is about something else than the question.
func errOther(asked, got ID) error {
	return fmt.Errorf("VIES was asked about %s%s and answered about %.20s%.20s", asked.Country, asked.Number, got.Country, got.Number)
}

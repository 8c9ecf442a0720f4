package vies

import (
	"bytes"
	"encoding/xml"
	"errors"
)

const (
	soapSpace  = "http://schemas.xmlsoap.org/soap/envelope/"
	typesSpace = "urn:ec.europa.eu:taxud:vies:services:checkVat:types"
)

// question is the envelope of a request: of the operation checkVat, or of checkVatApprox, which takes who asks and
// gives them a consultation number.
type question struct {
	XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	Plain   *asked   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body>checkVat,omitempty"`
	Approx  *asked   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body>checkVatApprox,omitempty"`
}

type asked struct {
	Space            string `xml:"xmlns,attr"`
	Country          string `xml:"countryCode"`
	Number           string `xml:"vatNumber"`
	RequesterCountry string `xml:"requesterCountryCode,omitempty"`
	RequesterNumber  string `xml:"requesterVatNumber,omitempty"`
}

func encode(id, requester ID) ([]byte, error) {
	body := &asked{Space: typesSpace, Country: id.Country, Number: id.Number}
	q := question{Plain: body}
	if requester.Number != "" {
		body.RequesterCountry, body.RequesterNumber = requester.Country, requester.Number
		q = question{Approx: body}
	}
	encoded, err := xml.Marshal(q)
	return append([]byte(xml.Header), encoded...), err
}

// reply is the envelope of an answer. Names are taken in whatever space they come.
type reply struct {
	XMLName xml.Name `xml:"Envelope"`
	Plain   *told    `xml:"Body>checkVatResponse"`
	Approx  *told    `xml:"Body>checkVatApproxResponse"`
	Fault   *struct {
		Text string `xml:"faultstring"`
	} `xml:"Body>Fault"`
}

type told struct {
	Country      string `xml:"countryCode"`
	Number       string `xml:"vatNumber"`
	Date         string `xml:"requestDate"`
	Valid        *bool  `xml:"valid"`
	Consultation string `xml:"requestIdentifier"`
}

// decode reads an answer about an id. Error: *Fault, or what is wrong with the XML.
func decode(body []byte, id ID) (Answer, error) {
	var r reply
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Entity = map[string]string{} // no entities but XML's own
	if err := d.Decode(&r); err != nil {
		return Answer{}, err
	}
	t := r.Plain
	if t == nil {
		t = r.Approx
	}
	switch {
	case r.Fault != nil:
		return Answer{}, &Fault{faultCode(r.Fault.Text)}
	case t == nil || t.Valid == nil:
		return Answer{}, errors.New("the answer of VIES says nothing")
	case t.Country != id.Country || t.Number != id.Number:
		return Answer{}, errOther(id, ID{t.Country, t.Number})
	}
	return Answer{Valid: *t.Valid, Date: t.Date, Consultation: t.Consultation}, nil
}

package stripe

import (
	"errors"
	"net/http"

	stripego "github.com/stripe/stripe-go/v85"
)

// maxAnswer is the most that is read of an answer. Stripe's are some kilobytes, lists some hundred.
const maxAnswer = 8 << 20

// newHTTPClient asks with a time limit, reads bounded answers and follows nobody elsewhere.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout:   requestTimeout,
		Transport: discreet{http.DefaultTransport.(*http.Transport).Clone()},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("stripe answers with another address")
		},
	}
}

// discreet sends who we are in our own words: the library's headers tell of the machine's environment.
type discreet struct{ next http.RoundTripper }

// RoundTrip asks and bounds the answer.
func (d discreet) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", "Billfold stripe-go/"+stripego.ClientVersion)
	r.Header.Del("X-Stripe-Client-User-Agent")
	res, err := d.next.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxAnswer)
	}
	return res, err
}

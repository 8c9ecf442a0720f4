package vies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	timeout   = 20 * time.Second
	maxAnswer = 64 << 10 // bytes; a real one has one
)

// Client asks one service.
type Client struct {
	url  string
	http *http.Client
}

// NewClient makes a Client; an empty url is the Commission's own service. It follows no redirects: the service has
// none, and what is asked goes to nobody else.
func NewClient(url string) *Client {
	if url == "" {
		url = URL
	}
	return &Client{url, &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Check asks about a VAT id. A requester, the asker's own VAT id, gets a consultation number; its zero value asks
// without. When VIES does not take the requester, it is asked without. Error: *Fault, or that there was no answer
// that makes sense: then VIES has said nothing.
func (c *Client) Check(ctx context.Context, id, requester ID) (Answer, error) {
	a, err := c.ask(ctx, id, requester)
	if Code(err) == InvalidRequester && requester != (ID{}) {
		return c.ask(ctx, id, ID{})
	}
	return a, err
}

func (c *Client) ask(ctx context.Context, id, requester ID) (Answer, error) {
	body, err := encode(id, requester)
	if err != nil {
		return Answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	r.Header.Set("SOAPAction", `""`)
	res, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return Answer{}, err
	case len(answer) > maxAnswer:
		return Answer{}, fmt.Errorf("the answer of VIES is longer than %d KB", maxAnswer>>10)
	}
	// SOAP sends faults with status 500.
	a, err := decode(answer, id)
	var fault *Fault
	if err != nil && !errors.As(err, &fault) || err == nil && res.StatusCode != http.StatusOK {
		return Answer{}, fmt.Errorf("VIES answers with status %d: %w", res.StatusCode, errors.Join(err, errNoAnswer))
	}
	return a, err
}

var errNoAnswer = errors.New("that is no answer")

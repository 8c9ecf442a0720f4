package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"billfold/handlers"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/people"
)

// apiMeasurements measure the API over HTTP on loopback, with the client in the same process.
func apiMeasurements() []Measurement {
	return []Measurement{
		{"api-invoices", "The API's list of 50 invoices as JSON", measureAPIInvoices},
		{"api-ingest", "Taking usage records in over HTTP", measureAPIIngest},
		{"api-export", "Lines over months: as many as --records", measureAPIExport},
	}
}

// apiServer is the whole product on loopback, with a token of its operator.
type apiServer struct {
	*httptest.Server
	client *http.Client
	token  string
}

func newAPIServer(ctx context.Context, d *db.DB, clock models.Clock) (*apiServer, error) {
	token, _, err := people.NewStore(d, clock).CreateOperatorToken(ctx, operator, people.NewToken{Name: "bench", Scopes: access.AllGrants})
	if err != nil {
		return nil, err
	}
	server := httptest.NewUnstartedServer(handlers.New(handlers.Deps{DB: d, Clock: clock}))
	server.Config = handlers.NewServer(server.Config.Handler)
	server.Start()
	return &apiServer{server, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}, token}, nil
}

// ask sends a request; the answer must be a success.
func (s *apiServer) ask(ctx context.Context, method, path, kind string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	if kind != "" && body != nil {
		r.Header.Set("Content-Type", kind)
	} else if kind != "" {
		r.Header.Set("Accept", kind)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 2000))
		return nil, errors.Join(fmt.Errorf("%s %s answered %d: %s", method, path, answer.StatusCode, text), answer.Body.Close())
	}
	return answer, nil
}

// read gives the body of an answer and how long it took to the last byte.
func (s *apiServer) read(ctx context.Context, path string) ([]byte, time.Duration, error) {
	begun := time.Now()
	answer, err := s.ask(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return nil, 0, err
	}
	body, err := io.ReadAll(answer.Body)
	return body, time.Since(begun), errors.Join(err, answer.Body.Close())
}

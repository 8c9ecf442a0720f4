package payment

import (
	"context"
	"net/http"

	"billfold/models"
	"billfold/models/access"
)

var errNotYet = models.Unavailablef("Payments cannot be taken yet")

func (s *Store) Collect(ctx context.Context, invoiceID string) error { return errNotYet }
func (s *Store) Sweep(ctx context.Context) (n int, err error)        { return 0, errNotYet }
func (s *Store) PayNow(ctx context.Context, scope access.Scope, number, methodID string, back Back) (Session, error) {
	return Session{}, errNotYet
}
func (s *Store) Returned(ctx context.Context, scope access.Scope, number string) (State, error) {
	return "", errNotYet
}
func (s *Store) Receive(ctx context.Context, gateway string, header http.Header, body []byte) error {
	return errNotYet
}

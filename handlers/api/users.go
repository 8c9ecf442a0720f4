package api

import (
	"context"
	"errors"
	"net/http"

	"billfold/models"
	"billfold/models/people"
)

const userNoun = "Users and tokens"

// registerUsers are the endpoints of who comes.
func (a *API) registerUsers() {
	register(a, Endpoint{Method: http.MethodPost, Path: "/userauth", ID: "user-auth", Noun: userNoun, Scope: Public,
		Summary: "Sign in with a password for a token", Description: "The token lasts 30 days and may do what its user may.",
		Answers: map[int]string{http.StatusUnauthorized: "The email address or password is wrong"}}, a.signIn)
}

// SignInRequest is an email address and a password.
type SignInRequest struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"800" format:"password"`
	}
}

// SignInBody is a new token.
type SignInBody struct {
	Body struct {
		State     string `json:"state" example:"active"`
		Token     string `json:"token"`
		UserEmail string `json:"user_email"`
	}
}

func (a *API) signIn(ctx context.Context, r *request, in *SignInRequest) (*SignInBody, error) {
	user, err := a.people.Authenticate(ctx, in.Body.Email, in.Body.Password, r.ip)
	var blocked *people.Blocked
	switch {
	case errors.As(err, &blocked):
		return nil, &refusal{http.StatusTooManyRequests, "too_many_requests", blocked.Error()}
	case models.KindOf(err) == models.Invalid:
		return nil, &refusal{http.StatusUnauthorized, "authentication_failed", "Email address or password is wrong"}
	case err != nil:
		return nil, err
	}
	token, _, err := a.people.SignInForToken(ctx, user, r.ip)
	if err != nil {
		return nil, err
	}
	var out SignInBody
	out.Body.State, out.Body.Token, out.Body.UserEmail = "active", token, user.Email
	return &out, nil
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"billfold/models"
	"billfold/models/credit"
)

// registerCodes are the checks of codes that anybody may make.
func (a *API) registerCodes() {
	check := func(path, id, summary string, referral bool) {
		register(a, Endpoint{Method: http.MethodGet, Path: path, ID: id, Noun: creditNoun, Scope: Public, Summary: summary,
			Description: "A code that does not exist and one that is taken or over are answered alike; few may be tried in a row from one address."},
			func(ctx context.Context, r *request, _ *CodePath) (*Message, error) {
				return &Message{}, codeError(a.credits.CheckCode(ctx, r.ip, r.param("code"), referral))
			})
	}
	check("/user/credit_code/{code}", "credit-code-check", "Check a credit code", false)
	check("/me/referral/validation/{code}", "referral-code-check", "Check a referral code", true)
}

// CodePath is a request about one code.
type CodePath struct {
	Code string `path:"code" doc:"The credit code"`
}

func codeError(err error) error {
	if models.KindOf(err) == models.NotFound {
		return &refusal{http.StatusNotFound, "credit_code_not_found", "This credit code does not exist or cannot be used any more"}
	}
	return tooMany(err)
}

// tooMany gives too many attempts at codes the status that programs know them by.
func tooMany(err error) error {
	if wait := (*credit.TooMany)(nil); errors.As(err, &wait) {
		return &refusal{http.StatusTooManyRequests, "too_many_requests", wait.Error()}
	}
	return err
}

func writeJSON(to io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = to.Write(b)
	return err
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

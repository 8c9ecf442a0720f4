package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"time"

	"billfold/models"
	"billfold/models/people"

	"github.com/labstack/echo/v4"
)

// keyHeader names a request, so that it can be sent again after a lost answer.
const keyHeader = "Idempotency-Key"

// maxKept bounds the answers that are kept.
const maxKept = 1 << 20

// once runs the rest of a POST with an Idempotency-Key once: sent again with the same body it gets the
// same answer, with another body 409. Only answers of success are kept, since what failed changed nothing.
func (a *API) once(c echo.Context, e Endpoint, r *request, next echo.HandlerFunc) error {
	key := c.Request().Header.Get(keyHeader)
	if e.Method != http.MethodPost || key == "" || r.owner.token.ID == "" {
		return next(c)
	}
	limit := e.MaxBody
	if limit == 0 {
		limit = maxBody
	}
	body, err := io.ReadAll(io.LimitReader(c.Request().Body, limit+1))
	if own := (*refusal)(nil); errors.As(err, &own) {
		return a.refuse(c, e, own)
	}
	if err != nil {
		return a.refuse(c, e, &refusal{http.StatusBadRequest, codes[http.StatusBadRequest], "The body could not be read"})
	}
	c.Request().Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(append([]byte(c.Request().URL.RawQuery+"\n"+c.Request().Header.Get(echo.HeaderContentEncoding)+"\n"), body...))
	ctx, route := c.Request().Context(), e.Method+" "+c.Request().URL.EscapedPath()
	before, err := a.begin(ctx, r, route, key, sum[:])
	if err != nil {
		return a.refuse(c, e, err)
	}
	if before != nil {
		c.Response().Header().Set("Idempotent-Replayed", "true")
		return c.Blob(before.Status, echo.MIMEApplicationJSON, before.Body)
	}
	kept := &keeper{ResponseWriter: c.Response().Writer}
	c.Response().Writer = kept
	done := false
	defer func() { // a panic, too, gives the key back
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if status := c.Response().Status; done && status < http.StatusBadRequest && kept.whole() {
			body := kept.buf.Bytes()
			if e.Redact != nil {
				body = e.Redact(body)
			}
			err = a.people.EndAnswer(after, r.owner.token.ID, route, key, people.Answer{Status: status, Body: body})
		} else {
			err = a.people.DropAnswer(after, r.owner.token.ID, route, key)
		}
		if err != nil {
			a.Log.ErrorContext(ctx, "idempotency key not kept", "error", err, "request_id", r.id)
		}
	}()
	err = next(c)
	done = err == nil
	return err
}

// busyFor is how long a request waits for the first one of the same key.
const busyFor = 20 * time.Second

// begin reserves a key, or gives the answer of the request that had it, once that is there.
func (a *API) begin(ctx context.Context, r *request, route, key string, sum []byte) (*people.Answer, error) {
	deadline := time.Now().Add(busyFor)
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		before, err := a.people.BeginAnswer(ctx, r.owner.token.ID, route, key, sum)
		if models.KindOf(err) != models.Unavailable || time.Now().After(deadline) {
			return before, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// keeper keeps what is written, as far as it is worth keeping.
type keeper struct {
	http.ResponseWriter
	buf  bytes.Buffer
	over bool
}

func (k *keeper) Write(p []byte) (int, error) {
	if k.over = k.over || k.buf.Len()+len(p) > maxKept; !k.over {
		k.buf.Write(p)
	}
	return k.ResponseWriter.Write(p)
}

func (k *keeper) whole() bool { return !k.over }

// Flush lets a long answer out.
func (k *keeper) Flush() {
	if err := http.NewResponseController(k.ResponseWriter).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return // the client has gone; the next write says so
	}
}

// Unwrap is for http.ResponseController.
func (k *keeper) Unwrap() http.ResponseWriter { return k.ResponseWriter }

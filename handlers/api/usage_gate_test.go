package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// knock comes with a body of a declared size, -1 for none.
func knock(g *usageGate, size int64, body io.Reader) (echo.Context, func(), error) {
	r := httptest.NewRequest(http.MethodPost, "/v1/usage", body)
	r.ContentLength = size
	c := echo.New().NewContext(r, httptest.NewRecorder())
	release, err := g.enter(c)
	return c, release, err
}

func refusedWith(t *testing.T, err error, status int) {
	t.Helper()
	var own *refusal
	if !errors.As(err, &own) || own.status != status {
		t.Errorf("%v, want status %d", err, status)
	}
	p := (&API{}).problem(t.Context(), Endpoint{}, err)
	if got := p.GetHeaders().Get("Retry-After"); (got != "") != (status == http.StatusServiceUnavailable) {
		t.Errorf("Retry-After of %d: %q", status, got)
	}
}

func TestBatchesInFlightAreBounded(t *testing.T) {
	g := newUsageGate()
	var leave []func()
	for range maxBatches {
		_, release, err := knock(g, 10, strings.NewReader("0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, release)
	}
	_, _, err := knock(g, 10, strings.NewReader("0123456789"))
	refusedWith(t, err, http.StatusServiceUnavailable)
	leave[0]()
	if _, release, err := knock(g, 10, strings.NewReader("0123456789")); err != nil {
		t.Error(err)
	} else {
		leave[0] = release
	}
	for _, release := range leave {
		release()
	}
	if g.batches != 0 || g.bytes != 0 {
		t.Errorf("%d batches and %d bytes are still held", g.batches, g.bytes)
	}
}

func TestBytesHeldAreBounded(t *testing.T) {
	g := newUsageGate()
	_, _, err := knock(g, maxBatchBytes+1, strings.NewReader(""))
	refusedWith(t, err, http.StatusRequestEntityTooLarge)
	var leave []func()
	for range maxBytesHeld/maxBatchBytes - 1 {
		_, release, err := knock(g, maxBatchBytes, strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, release)
	}
	// One that does not say how long it is counts as it is read.
	c, release, err := knock(g, -1, io.LimitReader(endless{}, maxBatchBytes))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c.Request().Body); err != nil || g.bytes != maxBytesHeld {
		t.Errorf("%v, %d bytes are held", err, g.bytes)
	}
	_, _, err = knock(g, 1, strings.NewReader("x"))
	refusedWith(t, err, http.StatusServiceUnavailable)
	c, last, err := knock(g, -1, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(c.Request().Body)
	refusedWith(t, err, http.StatusServiceUnavailable)
	for _, release := range append(leave, release, last) {
		release()
	}
	if g.batches != 0 || g.bytes != 0 {
		t.Errorf("%d batches and %d bytes are still held", g.batches, g.bytes)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestBatchesTakeTurns(t *testing.T) {
	g := newUsageGate()
	var leave []func()
	for i := range maxTurns + 1 {
		c, release, err := knock(g, 1, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), 50*time.Millisecond)
		err = holdOf(ctx).turn(ctx)
		cancel()
		if (err != nil) != (i == maxTurns) {
			t.Errorf("batch %d: %v", i, err)
		}
		leave = append(leave, release)
	}
	for _, release := range leave {
		release()
	}
	if len(g.turns) != 0 || g.batches != 0 {
		t.Errorf("%d turns and %d batches are still held", len(g.turns), g.batches)
	}
}

package page

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/people"
	"billfold/views"

	"github.com/labstack/echo/v4"
)

// formKeyField is the hidden field with a form's key (views.FormKey).
const formKeyField = "form_key"

// FormKey makes the idempotency key of one rendered form.
func FormKey() string { return models.NewID() }

// Done is how a write ended well.
type Done struct {
	To    string       // where the answer leads
	Flash *views.Flash // said there, once; nil for nothing
	Show  func() error // answers here and now in the place of To, for what must be shown once; sent again, the form leads To
}

// busyFor is how long a second request waits for the first one of the same form.
const busyFor = 20 * time.Second

// Submit runs the write of a form once. A form that succeeded before is not run again; its answer is.
// Of two at once the second waits for the first. When the write says Invalid or Conflict, again shows
// the form with the user's words and its problem; without again, and for other errors, Submit returns
// the error. A body that Bind would not have written counts as Invalid. A form that carries no key is run without this guard.
func Submit(c echo.Context, write func() (Done, error), again func(problem error) error) error {
	values, err := body(c)
	if err != nil {
		return err
	}
	st, key := stateOf(c), values.Get(formKeyField)
	if st.refused != nil {
		return finish(c, Done{}, st.refused, again)
	}
	if key == "" || st.user == nil {
		done, err := write()
		return finish(c, done, err, again)
	}
	location, err := st.begin(Ctx(c), key)
	if err != nil {
		return err
	}
	if location != "" {
		return Redirect(c, location)
	}
	done, err := write()
	// How it ended is written even when the time of the request is over.
	after, cancel := context.WithTimeout(context.WithoutCancel(Ctx(c)), 10*time.Second)
	defer cancel()
	if err != nil {
		if dropped := st.kit.People.DropForm(after, st.user.ID, key); dropped != nil {
			st.kit.log().ErrorContext(Ctx(c), "form key not given back", "error", dropped, "request_id", st.requestID)
		}
		return finish(c, done, err, again)
	}
	if err := st.kit.People.EndForm(after, st.user.ID, key, done.To); err != nil {
		// The change is made; only its repetition would not be recognised.
		st.kit.log().ErrorContext(Ctx(c), "form key not kept", "error", err, "request_id", st.requestID)
	}
	return finish(c, done, nil, nil)
}

// begin reserves a form, or gives the location of one that succeeded.
func (st *state) begin(ctx context.Context, key string) (location string, err error) {
	deadline := time.Now().Add(busyFor)
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		state, location, err := st.kit.People.BeginForm(ctx, st.user.ID, key)
		if err != nil || state == people.FormNew {
			return "", err
		}
		if state == people.FormDone {
			return location, nil
		}
		if time.Now().After(deadline) {
			return "", models.Unavailablef("This form is still being worked on. Look again in a moment.")
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(pause):
		}
	}
}

func finish(c echo.Context, done Done, err error, again func(error) error) error {
	if err != nil {
		if kind := models.KindOf(err); again != nil && (kind == models.Invalid || kind == models.Conflict) {
			return again(err)
		}
		return err
	}
	if done.Show != nil {
		return done.Show()
	}
	if done.Flash != nil {
		return RedirectFlash(c, done.To, *done.Flash)
	}
	return Redirect(c, done.To)
}

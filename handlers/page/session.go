package page

import (
	"encoding/json"
	"errors"
	"net/http"

	"billfold/models"
	"billfold/models/people"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"
)

// The values of a session. The user comes from the database at each request and is not stored in it.
const (
	userValue  = "user"  // people.User
	flashValue = "flash" // string, JSON of a views.Flash
)

// sessionStore keeps sessions in the database behind gorilla's interface: the cookie carries a random
// token, the database its hash.
type sessionStore struct {
	people *people.Store
	secure bool
}

// cookieName has the __Host- prefix where the browser accepts it: with it no other host can set the cookie.
func (s *sessionStore) cookieName() string {
	if s.secure {
		return "__Host-billfold"
	}
	return "billfold"
}

func (k *Kit) session(c echo.Context) (*sessions.Session, error) {
	store := k.sessions.(*sessionStore)
	return store.Get(c.Request(), store.cookieName())
}

// Get is the session of a request, looked up once.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New looks the session up; an unknown or ended one gives a new, empty session.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = &sessions.Options{Path: "/", MaxAge: int(people.SessionAbsolute.Seconds()),
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil
	}
	found, err := s.people.SessionOf(r.Context(), cookie.Value)
	if models.KindOf(err) == models.NotFound && err != nil {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.ID, session.IsNew = cookie.Value, false
	var data map[string]string
	if err := json.Unmarshal([]byte(found.Data), &data); err != nil {
		return session, err
	}
	for k, v := range data {
		session.Values[k] = v
	}
	session.Values[userValue] = found.User
	return session, nil
}

// Save writes a session: a new one gets its token and cookie now, one with MaxAge < 0 is ended.
func (s *sessionStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		if session.ID == "" {
			return nil
		}
		return s.people.EndSession(r.Context(), session.ID)
	}
	data := map[string]string{}
	for k, v := range session.Values {
		name, isName := k.(string)
		text, isText := v.(string)
		if isName && isText {
			data[name] = text
		}
	}
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if session.ID != "" {
		return s.people.SaveSession(r.Context(), session.ID, string(encoded))
	}
	user, ok := session.Values[userValue].(people.User)
	if !ok {
		return errors.New("a session without a user is not kept")
	}
	session.ID, err = s.people.StartSession(r.Context(), user.ID, string(encoded), echo.ExtractIPDirect()(r), r.UserAgent())
	if err != nil {
		return err
	}
	session.IsNew = false
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

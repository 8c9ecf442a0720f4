// Package handlertest runs the whole console over a database of its own, for the tests of the rooms:
// real routes, real sessions, real pages, no browser.
//
//	handlertest.go  Server: the console, its people and its clock
//	client.go       Client: one browser with its cookies
//	answer.go       Page: an answer, and what stands on it
//	selector.go     the few CSS selectors that tests use
package handlertest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billfold/handlers"
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
	"billfold/models/people"
	"billfold/views"
)

// Password is the password of every user that a Server makes.
const Password = "correct horse battery"

// Start is the business time of a Server unless At says otherwise.
var Start = time.Date(2026, 11, 22, 14, 5, 9, 0, time.UTC)

// Server is the console over a database of its own.
type Server struct {
	DB       *db.DB
	Clock    models.Clock // business time, moved by SetClock
	Wall     models.Clock // real time of sessions and limits, moved by AdvanceWall
	People   *people.Store
	Payments *payment.Store
	Gateway  *sandbox.Gateway // what takes cards when the Server is made with Sandbox; nil otherwise
	Deps     handlers.Deps
	Handler  http.Handler
	Host     string // of the console's address, without scheme

	secure bool
	now    atomic.Int64
	ahead  atomic.Int64
	log    *logBuffer
}

// Option changes how a Server is made.
type Option func(*settings)

type settings struct {
	dialect  db.Dialect
	at       time.Time
	url      string
	draining func() bool
	operator views.Operator
	routes   []page.Route
	sandbox  bool
}

// On picks the database; SQLite otherwise.
func On(d db.Dialect) Option { return func(s *settings) { s.dialect = d } }

// At sets the business time.
func At(t time.Time) Option { return func(s *settings) { s.at = t } }

// PublicURL sets scheme and host of the console; plain http on localhost otherwise.
func PublicURL(url string) Option { return func(s *settings) { s.url = url } }

// Draining says when the process is being stopped.
func Draining(f func() bool) Option { return func(s *settings) { s.draining = f } }

// Sandbox turns the sandbox gateway on; otherwise no cards are taken.
func Sandbox() Option { return func(s *settings) { s.sandbox = true } }

// Routes adds routes to the console's own, for tests of what all pages share.
func Routes(extra ...page.Route) Option { return func(s *settings) { s.routes = extra } }

// Operator names who runs the console.
func Operator(o views.Operator) Option { return func(s *settings) { s.operator = o } }

// New starts a console over an empty database. An error that it logs fails the test, unless the test
// asks for the log by Log.
func New(t testing.TB, options ...Option) *Server {
	t.Helper()
	set := settings{dialect: db.SQLite, at: Start}
	for _, o := range options {
		o(&set)
	}
	s := &Server{DB: dbtest.New(t, set.dialect), Host: "localhost:8080", log: &logBuffer{}}
	s.now.Store(set.at.UnixMicro())
	s.Clock = func() time.Time { return time.UnixMicro(s.now.Load()).UTC() }
	s.Wall = func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
	s.secure = len(set.url) > 8 && set.url[:8] == "https://"
	if s.secure {
		s.Host = set.url[8:]
	}
	var gateways []payment.Gateway
	if set.sandbox {
		s.Gateway = sandbox.New(s.DB, s.Clock)
		gateways = append(gateways, s.Gateway)
	}
	s.Payments = payment.NewStore(s.DB, s.Clock, payment.Options{PublicURL: "http://" + s.Host}, gateways...)
	s.Deps = handlers.Deps{DB: s.DB, Payments: s.Payments, Clock: s.Clock, Wall: s.Wall, Log: slog.New(slog.NewJSONHandler(s.log, nil)),
		PublicURL: set.url, Draining: set.draining,
		Operator: func(context.Context) views.Operator { return set.operator }}
	s.People = s.Deps.People()
	s.Handler = handlers.With(s.Deps, append(handlers.Routes(s.Deps), set.routes...))
	t.Cleanup(func() {
		if text := s.log.unread(); bytes.Contains(text, []byte(`"level":"ERROR"`)) {
			t.Errorf("the console logged an error:\n%s", text)
		}
	})
	return s
}

// SetClock moves the business time.
func (s *Server) SetClock(t time.Time) { s.now.Store(t.UnixMicro()) }

// AdvanceWall moves the real time of sessions and limits.
func (s *Server) AdvanceWall(d time.Duration) { s.ahead.Add(int64(d)) }

// Log is what was logged since the last call, one JSON object a line.
func (s *Server) Log() string { return string(s.log.take()) }

// User makes a user whose password is Password.
func (s *Server) User(t testing.TB, name, email string) people.User {
	t.Helper()
	u, err := s.People.CreateUser(context.Background(), access.OperatorActor(), people.NewUser{Email: email, Name: name, Password: Password})
	if err != nil {
		t.Fatalf("create the user %s: %v", email, err)
	}
	return u
}

// Member gives a user a role in an account.
func (s *Server) Member(t testing.TB, accountID, userID string, role access.Role) {
	t.Helper()
	if err := s.People.AddMember(context.Background(), access.OperatorActor(), accountID, userID, role); err != nil {
		t.Fatalf("add a member: %v", err)
	}
}

// Exec runs SQL, for what no store does.
func (s *Server) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	pool, err := s.DB.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// Count runs a query that gives one number.
func (s *Server) Count(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.DB.Read(context.Background()).Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// logBuffer keeps the log of a test.
type logBuffer struct {
	mu   sync.Mutex
	text []byte
}

// Write adds to the log.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *logBuffer) unread() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.text)
}

func (b *logBuffer) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.text
	b.text = nil
	return text
}

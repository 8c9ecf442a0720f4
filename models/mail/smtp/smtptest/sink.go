// Package smtptest is a real mail server for tests that keeps what it takes and fails as it is told to.
package smtptest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Steps of the dialogue at which a Sink can fail.
const (
	AtAuth = "auth"
	AtMail = "mail"
	AtRcpt = "rcpt"
	AtData = "data" // all data is read
)

// ErrCut as a fault has the connection break without an answer.
var ErrCut = errors.New("cut")

// Code makes a fault of an SMTP answer.
func Code(code int, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: words}
}

// Mail is what the server took.
type Mail struct {
	From string
	To   []string
	Raw  []byte
}

// Read parses the mail.
func (m Mail) Read(t testing.TB) *mail.Message {
	t.Helper()
	read, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// Sink is a mail server on this machine that lives as long as its test.
type Sink struct {
	Address        string // HOST:PORT
	Roots          *x509.CertPool
	User, Password string // set before use: signing in is asked for

	mu    sync.Mutex
	fault func(step, what string) error
	taken []Mail
	seen  int
}

// Fail has steps fail from now on as fault says, nil for not at all; what is the recipient or the sender.
func (s *Sink) Fail(fault func(step, what string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Security is how a Sink encrypts.
type Security int

// The kinds of security.
const (
	Plain Security = iota
	StartTLS
	Implicit
)

// New starts a sink.
func New(t testing.TB, security Security) *Sink {
	t.Helper()
	s := &Sink{}
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth = "sink.example.com", true
	server.ReadTimeout, server.WriteTimeout = 30*time.Second, 30*time.Second
	server.ErrorLog = quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = listener.Addr().String()
	if security != Plain {
		certificate, roots := certify(t)
		s.Roots = roots
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
		if security == Implicit {
			listener = tls.NewListener(listener, server.TLSConfig)
		}
	}
	ended := make(chan struct{})
	go func() { _ = server.Serve(listener); close(ended) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Taken is every mail that the server answered for, or took without being able to say so.
func (s *Sink) Taken() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.taken...)
}

// Connections is how many connections were made.
func (s *Sink) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// NewSession begins the dialogue of a connection.
func (s *Sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen++
	return &session{sink: s, conn: c}, nil
}

type session struct {
	sink   *Sink
	conn   *smtp.Conn
	signed bool
	mail   Mail
}

func (s *session) fault(step, what string) error {
	s.sink.mu.Lock()
	fail := s.sink.fault
	s.sink.mu.Unlock()
	if fail == nil {
		return nil
	}
	err := fail(step, what)
	if errors.Is(err, ErrCut) {
		_ = s.conn.Conn().Close()
	}
	return err
}

func (s *session) AuthMechanisms() []string {
	if s.sink.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := s.fault(AtAuth, user); err != nil {
			return err
		}
		if user != s.sink.User || password != s.sink.Password {
			return Code(535, "wrong password "+password)
		}
		s.signed = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.sink.User != "" && !s.signed {
		return smtp.ErrAuthRequired
	}
	s.mail.From = from
	return s.fault(AtMail, from)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.fault(AtRcpt, to); err != nil {
		return err
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *session) Data(r io.Reader) (err error) {
	if s.mail.Raw, err = io.ReadAll(r); err != nil {
		return err // broken off: nothing is taken
	}
	err = s.fault(AtData, s.mail.From)
	if err == nil || errors.Is(err, ErrCut) {
		s.sink.mu.Lock()
		s.sink.taken = append(s.sink.taken, s.mail)
		s.sink.mu.Unlock()
	}
	return err
}

func (s *session) Reset()        { s.mail = Mail{} }
func (s *session) Logout() error { return nil }

func certify(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

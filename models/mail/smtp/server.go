// Package smtp hands mails to a mail server. It drives the dialogue itself, step by step, because whether a
// mail may be tried again depends on the step at which it failed: until the end of the data the server
// surely has nothing, after it only its answer tells.
//
//	server.go  which server, from an address like smtps://user@mail.example.com
//	send.go    the dialogue
//	compose.go the message as it is written on the wire
package smtp

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The default ports: submission (RFC 6409) and submission over TLS (RFC 8314).
const (
	submission  = 587
	submissions = 465
)

// Timeouts of one mail. Its answer is waited for longest, because giving up leaves everybody in doubt; a
// process that is told to stop waits for it a little still. The lease of a job is longer than all together.
const (
	dialTime   = 15 * time.Second
	stepTime   = 30 * time.Second
	dataTime   = 60 * time.Second
	answerTime = 90 * time.Second
	graceTime  = 10 * time.Second
)

// Server is a mail server that takes mails for delivery.
type Server struct {
	host     string
	port     int
	implicit bool // TLS from the first byte; else STARTTLS
	loopback bool // on this machine, where TLS and a certificate are no must
	user     string
	password string
	tls      *tls.Config
	times    times
}

type times struct{ dial, step, data, answer, grace time.Duration }

// New reads the address of a mail server: smtp://HOST[:PORT] with STARTTLS, which must be offered unless
// the host is this machine, or smtps://HOST[:PORT]. A user, and a password if not given apart, may stand
// before the host. The error never says the password.
func New(address, password string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("--smtp-url cannot be read; write smtps://USER@HOST:PORT and give the password as BILLFOLD_SMTP_PASSWORD")
	}
	if u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("--smtp-url must be smtp://HOST:PORT or smtps://HOST:PORT, with the user before an @ if the server asks for one")
	}
	s := &Server{host: u.Hostname(), implicit: u.Scheme == "smtps", user: u.User.Username(), times: times{dialTime, stepTime, dataTime, answerTime, graceTime}}
	s.port = submission
	if s.implicit {
		s.port = submissions
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("the port of --smtp-url must be a number from 1 to 65535")
		}
	}
	within, _ := u.User.Password()
	if s.password = cmp.Or(within, password); s.user == "" && s.password != "" {
		return nil, errors.New("--smtp-url has a password but no user; write smtps://USER@HOST:PORT")
	}
	if s.user != "" && s.password == "" {
		return nil, errors.New("--smtp-url has a user but no password; give it as BILLFOLD_SMTP_PASSWORD")
	}
	ip := net.ParseIP(s.host)
	s.loopback = s.host == "localhost" || (ip != nil && ip.IsLoopback())
	// A mail server on this machine rarely has a certificate of its own, and nobody stands between.
	s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: s.loopback}
	return s, nil
}

// String is the server without user and password.
func (s *Server) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

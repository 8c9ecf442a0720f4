package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"sync/atomic"
	"time"

	"billfold/models/mail"

	gomail "github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"
)

// Send hands a message to the server. Whatever fails before the end of the data is Later or, when the
// server says so for good, Refused; after it everything but the server's answer is Lost. Signing in that
// fails is Later: that is not the mail's fault.
func (s *Server) Send(ctx context.Context, m mail.Message) mail.Outcome {
	e, err := compose(m)
	if err != nil {
		return mail.Outcome{Result: mail.Refused, Words: s.words("The mail cannot be written", err)}
	}
	t := &talk{server: s, ctx: ctx}
	defer t.close()
	outcome := t.send(e, m.Rest)
	if outcome.Result == mail.Taken {
		t.within(time.Second)
		_ = t.client.Quit() // a courtesy: the mail is taken
	}
	return outcome
}

// talk is one connection to the server.
type talk struct {
	server *Server
	ctx    context.Context
	conn   net.Conn
	client *gosmtp.Client
	handed atomic.Bool // the end of the data was, or is about to be, written
	stop   func() bool // ends the watch over ctx
}

func (t *talk) close() {
	if t.stop != nil {
		t.stop()
	}
	if t.conn != nil {
		_ = t.conn.Close()
	}
}

// within bounds what follows. The context's own deadline holds too, but not for the answer to the data.
func (t *talk) within(d time.Duration) {
	until := time.Now().Add(d)
	if end, ok := t.ctx.Deadline(); ok && end.Before(until) && !t.handed.Load() {
		until = end
	}
	_ = t.conn.SetDeadline(until) // a connection that is closed says so at its next use
}

// watch ends the talk with its context: at once before the data is handed over, afterwards with some
// patience for the answer.
func (t *talk) watch() {
	t.stop = context.AfterFunc(t.ctx, func() {
		if t.handed.Load() {
			_ = t.conn.SetDeadline(time.Now().Add(t.server.times.grace))
			return
		}
		_ = t.conn.Close()
	})
}

func (t *talk) send(e envelope, rest bool) mail.Outcome {
	if err := t.connect(); err != nil {
		return t.later("The mail server "+t.server.String()+" cannot be used", err)
	}
	t.within(t.server.times.step)
	if err := t.client.Mail("<" + e.from + ">"); err != nil {
		return t.refusal("The sender "+e.from+" was not taken", err)
	}
	refused, outcome, ok := t.recipients(e.to, rest)
	if !ok {
		return outcome
	}
	t.within(t.server.times.step)
	writer, err := t.client.Data()
	if err != nil {
		return t.refusal("The mail was not taken", err)
	}
	t.within(t.server.times.data)
	// What is written here is not flushed to its end, which only Close writes: cut off, the server has nothing.
	if _, err := writer.Write(e.data); err != nil {
		return t.later("The connection broke", err)
	}
	t.handed.Store(true)
	if t.ctx.Err() != nil {
		return t.later("Stopped", t.ctx.Err())
	}
	t.within(t.server.times.answer)
	if err := writer.Close(); err != nil {
		return t.answer(refused, err)
	}
	return mail.Outcome{Result: mail.Taken, Refused: refused}
}

// recipients names them all. Some that are refused for good do not keep the others from getting the
// mail; some that are put off do, unless rest says that they were waited for long enough.
func (t *talk) recipients(to []string, rest bool) (refused []mail.Refusal, outcome mail.Outcome, ok bool) {
	putOff := false
	for _, address := range to {
		t.within(t.server.times.step)
		err := t.client.Rcpt("<" + address + ">")
		if err == nil {
			continue
		}
		code := codeOf(err)
		if code == 0 {
			return nil, t.later("The connection broke", err), false
		}
		if putOff = putOff || code < 500; code == 421 {
			return nil, t.later("The mail server is closing", err), false
		}
		refused = append(refused, mail.Refusal{Recipient: address, Words: t.server.words("", err)})
	}
	words := make([]string, len(refused))
	for i, r := range refused {
		words[i] = r.Recipient + ": " + r.Words
	}
	switch {
	case putOff && (!rest || len(refused) == len(to)):
		return nil, mail.Outcome{Result: mail.Later, Words: "Put off: " + strings.Join(words, "; ")}, false
	case len(refused) == len(to):
		return nil, mail.Outcome{Result: mail.Refused, Words: "No recipient was taken: " + strings.Join(words, "; ")}, false
	}
	return refused, mail.Outcome{}, true
}

// connect makes a connection that mails may be sent over: encrypted unless it ends on this machine, and
// signed in when there is a user.
func (t *talk) connect() error {
	s := t.server
	policy := gomail.TLSMandatory
	if s.loopback {
		policy = gomail.TLSOpportunistic
	}
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.times.dial), gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(s.tls),
		gomail.WithDialContextFunc(t.dial), gomail.WithoutNoop()}
	if s.implicit {
		options = append(options, gomail.WithSSL())
	}
	dialer, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return err
	}
	if t.client, err = dialer.DialToSMTPClientWithContext(t.ctx); err != nil {
		return err
	}
	if s.user == "" {
		return nil
	}
	t.within(s.times.step)
	auth, err := s.auth(t.client)
	if err != nil {
		return err
	}
	if err := t.client.Auth(auth); err != nil {
		return fmt.Errorf("signing in failed: %w", err)
	}
	return nil
}

// dial keeps hold of the connection: it is closed whatever happens, and its deadlines are set step by step.
func (t *talk) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: t.server.times.dial}
	var err error
	if t.conn, err = dialer.DialContext(ctx, network, address); err != nil {
		t.conn = nil
		return nil, err
	}
	t.watch()
	if !t.server.implicit {
		return t.conn, nil
	}
	secure := tls.Client(t.conn, t.server.tls)
	return secure, secure.HandshakeContext(ctx)
}

// auth chooses how to sign in, the strongest first. A password goes in the clear only to this machine.
func (s *Server) auth(c *gosmtp.Client) (gosmtp.Auth, error) {
	_, offered := c.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	for _, way := range []string{"SCRAM-SHA-256", "PLAIN", "LOGIN", "CRAM-MD5"} {
		for _, o := range ways {
			if o != way {
				continue
			}
			switch way {
			case "SCRAM-SHA-256":
				return gosmtp.ScramSHA256Auth(s.user, s.password), nil
			case "PLAIN":
				return gosmtp.PlainAuth("", s.user, s.password, s.host, s.loopback), nil
			case "LOGIN":
				return gosmtp.LoginAuth(s.user, s.password, s.host, s.loopback), nil
			}
			return gosmtp.CRAMMD5Auth(s.user, s.password), nil
		}
	}
	return nil, errors.New("it offers no way to sign in that is known here")
}

func codeOf(err error) int {
	var said *textproto.Error
	if errors.As(err, &said) {
		return said.Code
	}
	return 0
}

// later is a failure before the mail was handed over.
func (t *talk) later(what string, err error) mail.Outcome {
	return mail.Outcome{Result: mail.Later, Words: t.server.words(what, err)}
}

// refusal is a failure before the mail was handed over, which may be the server's last word.
func (t *talk) refusal(what string, err error) mail.Outcome {
	o := t.later(what, err)
	if code := codeOf(err); code >= 500 && code < 600 {
		o.Result = mail.Refused
	}
	return o
}

// answer is what came in the place of a yes after the mail was handed over.
func (t *talk) answer(refused []mail.Refusal, err error) mail.Outcome {
	switch code := codeOf(err); {
	case code >= 200 && code < 300:
		return mail.Outcome{Result: mail.Taken, Refused: refused}
	case code >= 400 && code < 600:
		return t.refusal("The mail was not taken", err)
	}
	return mail.Outcome{Result: mail.Lost, Words: t.server.words("The mail was handed over, but the mail server's answer did not come", err)}
}

// words are what went wrong, without the password should a server repeat it.
func (s *Server) words(what string, err error) string {
	text := err.Error()
	if said := (*textproto.Error)(nil); errors.As(err, &said) {
		text = strings.ReplaceAll(text, said.Error(), fmt.Sprintf("%d %s", said.Code, said.Msg)) // without the quotes
	}
	if s.password != "" {
		text = strings.ReplaceAll(text, s.password, "…")
	}
	if what != "" {
		text = what + ": " + text
	}
	return mail.Clean(text)
}

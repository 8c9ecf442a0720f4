package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models/mail"
	"billfold/models/mail/smtp/smtptest"
)

var message = mail.Message{ID: "0192@billing.example.com", From: mail.Address{Name: "Seller Inc", Email: "billing@seller.example"}, To: []string{"a@customer.example", "b@customer.example"},
	Date: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC), Subject: "Invoice BF-2026-000412", Text: "Hello,\n\n€14,472.87 is due.\n.\nBye\n",
	File: &mail.File{Name: "invoice_BF-2026-000412_2026-10.pdf", Type: "application/pdf", Content: []byte("%PDF-1.7\r\n.\r\nnot the end")}}

func server(t *testing.T, address, password string) *Server {
	t.Helper()
	s, err := New(address, password)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func to(t *testing.T, sink *smtptest.Sink) *Server { return server(t, "smtp://"+sink.Address, "") }

func TestAMailArrivesAsItIs(t *testing.T) {
	sink := smtptest.New(t, smtptest.Plain)
	if o := to(t, sink).Send(t.Context(), message); o.Result != mail.Taken || len(o.Refused) > 0 {
		t.Fatalf("%+v", o)
	}
	taken := sink.Taken()
	if len(taken) != 1 || taken[0].From != "billing@seller.example" || !slices.Equal(taken[0].To, message.To) {
		t.Fatalf("%+v", taken)
	}
	read := taken[0].Read(t)
	for name, want := range map[string]string{"From": `"Seller Inc" <billing@seller.example>`, "To": "<a@customer.example>, <b@customer.example>", "Subject": message.Subject,
		"Message-Id": "<0192@billing.example.com>", "Auto-Submitted": "auto-generated", "Date": "Tue, 03 Nov 2026 09:00:00 +0000"} {
		if got := strings.Join(read.Header[name], " | "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	text, err := parts.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(text); strings.ReplaceAll(string(b), "\r\n", "\n") != message.Text {
		t.Errorf("text %q", b)
	}
	file, err := parts.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(file)
	if file.FileName() != message.File.Name || !strings.HasPrefix(file.Header.Get("Content-Type"), "application/pdf") || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v", file.Header)
	}
	if encoded := strings.Join(strings.Fields(string(b)), ""); encoded != "JVBERi0xLjcNCi4NCm5vdCB0aGUgZW5k" {
		t.Errorf("file %q", encoded)
	}
}

func TestNothingBecomesAHeaderOfItsOwn(t *testing.T) {
	sink := smtptest.New(t, smtptest.Plain)
	m := message
	m.From.Name = "Käse \"& Co\"\r\nBcc: thief@example.com"
	m.Subject = "Rechnung für Ö\r\nBcc: thief@example.com\r\n\r\nbody"
	m.To, m.File = []string{"a@customer.example"}, nil
	if o := to(t, sink).Send(t.Context(), m); o.Result != mail.Taken {
		t.Fatalf("%+v", o)
	}
	got := sink.Taken()[0]
	read := got.Read(t)
	if read.Header.Get("Bcc") != "" || len(got.To) != 1 {
		t.Fatalf("%s", got.Raw)
	}
	for _, line := range strings.Split(string(got.Raw), "\r\n") {
		if strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) || len(line) > 998 {
			t.Errorf("a line that not every server takes: %q", line)
		}
	}
	decoder := mime.WordDecoder{}
	if subject, err := decoder.DecodeHeader(read.Header.Get("Subject")); err != nil || subject != "Rechnung für Ö Bcc: thief@example.com body" {
		t.Errorf("%q %v", subject, err)
	}
	from, err := read.Header.AddressList("From")
	if err != nil || from[0].Name != `Käse "& Co" Bcc: thief@example.com` || from[0].Address != "billing@seller.example" {
		t.Errorf("%v %v", from, err)
	}
	for _, address := range []string{"a@customer.example>\r\nRCPT TO:<thief@example.com", "a@customer.example, thief@example.com", "not an address"} {
		m.To = []string{address}
		if o := to(t, sink).Send(t.Context(), m); o.Result != mail.Refused {
			t.Errorf("%q: %+v", address, o)
		}
	}
}

// TestFaults is the table of what becomes of a mail by where and how the server fails.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		step, what string // what: only of this recipient
		fault      error
		rest       bool
		want       mail.Result
		words      string
		taken      int
	}{
		{step: smtptest.AtMail, fault: smtptest.Code(451, "try again"), want: mail.Later, words: "The sender billing@seller.example was not taken: 451 4.0.0 try again"},
		{step: smtptest.AtMail, fault: smtptest.Code(550, "who are you"), want: mail.Refused, words: "550 5.0.0 who are you"},
		{step: smtptest.AtMail, fault: smtptest.ErrCut, want: mail.Later},
		{step: smtptest.AtRcpt, fault: smtptest.Code(450, "greylisted"), want: mail.Later, words: "Put off: a@customer.example: 450 4.0.0 greylisted; b@"},
		{step: smtptest.AtRcpt, fault: smtptest.Code(450, "greylisted"), rest: true, want: mail.Later},
		{step: smtptest.AtRcpt, fault: smtptest.Code(550, "no such user"), want: mail.Refused, words: "No recipient was taken: a@customer.example: 550 5.0.0 no such user"},
		{step: smtptest.AtRcpt, fault: smtptest.Code(421, "closing"), want: mail.Later},
		{step: smtptest.AtRcpt, fault: smtptest.ErrCut, want: mail.Later},
		{step: smtptest.AtRcpt, what: "b@customer.example", fault: smtptest.Code(550, "no such user"), want: mail.Taken, taken: 1},
		{step: smtptest.AtRcpt, what: "b@customer.example", fault: smtptest.Code(450, "greylisted"), want: mail.Later},
		{step: smtptest.AtRcpt, what: "b@customer.example", fault: smtptest.Code(450, "greylisted"), rest: true, want: mail.Taken, taken: 1},
		{step: smtptest.AtData, fault: smtptest.Code(452, "disk full"), want: mail.Later, words: "The mail was not taken: 452 4.0.0 disk full"},
		{step: smtptest.AtData, fault: smtptest.Code(554, "smells of spam"), want: mail.Refused, words: "554 5.0.0 smells of spam"},
		{step: smtptest.AtData, fault: smtptest.ErrCut, want: mail.Lost, words: "the mail server's answer did not come", taken: 1},
	} {
		t.Run(fmt.Sprint(c.step, " ", c.what, " ", c.fault, " ", c.rest), func(t *testing.T) {
			sink := smtptest.New(t, smtptest.Plain)
			sink.Fail(func(step, what string) error {
				if step == c.step && (c.what == "" || c.what == what) {
					return c.fault
				}
				return nil
			})
			m := message
			m.Rest = c.rest
			o := to(t, sink).Send(t.Context(), m)
			if o.Result != c.want || !strings.Contains(o.Words, c.words) || len(sink.Taken()) != c.taken {
				t.Fatalf("%+v, %d taken", o, len(sink.Taken()))
			}
			if c.want == mail.Taken && (len(o.Refused) != 1 || o.Refused[0].Recipient != "b@customer.example") {
				t.Fatalf("%+v: it says who does not get it", o)
			}
			// After the fault the same mail goes out, once, unless nobody knows.
			if sink.Fail(nil); c.want == mail.Later {
				if o := to(t, sink).Send(t.Context(), m); o.Result != mail.Taken || len(sink.Taken()) != 1 {
					t.Fatalf("%+v, %d taken", o, len(sink.Taken()))
				}
			}
		})
	}
}

func TestEncryption(t *testing.T) {
	for _, c := range []struct {
		name     string
		security smtptest.Security
		scheme   string
		trusted  bool
		want     mail.Result
	}{
		{"STARTTLS", smtptest.StartTLS, "smtp://", true, mail.Taken},
		{"STARTTLS with a certificate of nobody", smtptest.StartTLS, "smtp://", false, mail.Later},
		{"STARTTLS is not offered", smtptest.Plain, "smtp://", true, mail.Later},
		{"TLS", smtptest.Implicit, "smtps://", true, mail.Taken},
		{"TLS with a certificate of nobody", smtptest.Implicit, "smtps://", false, mail.Later},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := smtptest.New(t, c.security)
			sink.User, sink.Password = "ana", "secret-4711"
			s := server(t, c.scheme+"ana@"+sink.Address, "secret-4711")
			s.loopback, s.tls.InsecureSkipVerify = false, false // as a server elsewhere is treated
			if c.trusted {
				s.tls.RootCAs = sink.Roots
			}
			if o := s.Send(t.Context(), message); o.Result != c.want || (c.want == mail.Taken) != (len(sink.Taken()) == 1) {
				t.Fatalf("%+v, %d taken", o, len(sink.Taken()))
			}
		})
	}
}

func TestSigningIn(t *testing.T) {
	sink := smtptest.New(t, smtptest.Plain)
	sink.User, sink.Password = "ana", "secret-4711"
	if o := server(t, "smtp://ana:secret-4711@"+sink.Address, "").Send(t.Context(), message); o.Result != mail.Taken {
		t.Fatalf("%+v", o)
	}
	o := server(t, "smtp://ana@"+sink.Address, "wrong-4712").Send(t.Context(), message)
	if o.Result != mail.Later || !strings.Contains(o.Words, "535") || strings.Contains(o.Words, "wrong-4712") {
		t.Fatalf("%+v: it is tried again and tells no password", o)
	}
	sink = smtptest.New(t, smtptest.Plain) // one that has no signing in
	if o := server(t, "smtp://ana:secret@"+sink.Address, "").Send(t.Context(), message); o.Result != mail.Later || sink.Taken() != nil {
		t.Fatalf("%+v", o)
	}
}

func TestAServerThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	if o := server(t, "smtp://"+address, "").Send(t.Context(), message); o.Result != mail.Later || !strings.Contains(o.Words, address) {
		t.Fatalf("%+v", o)
	}
}

func TestASlowServer(t *testing.T) {
	for _, c := range []struct {
		step string
		want mail.Result
	}{{smtptest.AtMail, mail.Later}, {smtptest.AtRcpt, mail.Later}, {smtptest.AtData, mail.Lost}} {
		t.Run(c.step, func(t *testing.T) {
			sink := smtptest.New(t, smtptest.Plain)
			hold := make(chan struct{})
			defer close(hold)
			sink.Fail(func(step, _ string) error {
				if step == c.step {
					<-hold
				}
				return nil
			})
			s := to(t, sink)
			s.times = times{dial: 5 * time.Second, step: 200 * time.Millisecond, data: time.Second, answer: 200 * time.Millisecond, grace: time.Second}
			if o := s.Send(t.Context(), message); o.Result != c.want {
				t.Fatalf("%+v", o)
			}
		})
	}
}

// TestStopping ends the context in the middle: before the data the mail is not sent, after it the answer
// is waited for a little.
func TestStopping(t *testing.T) {
	for _, c := range []struct {
		name, step string
		hold       time.Duration
		want       mail.Result
	}{
		{"before the data", smtptest.AtRcpt, 300 * time.Millisecond, mail.Later},
		{"the answer comes", smtptest.AtData, 300 * time.Millisecond, mail.Taken},
		{"the answer does not come", smtptest.AtData, 3 * time.Second, mail.Lost},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := smtptest.New(t, smtptest.Plain)
			ctx, stop := context.WithCancel(t.Context())
			sink.Fail(func(step, _ string) error {
				if step == c.step {
					stop()
					time.Sleep(c.hold)
				}
				return nil
			})
			s := to(t, sink)
			s.times.grace = time.Second
			if o := s.Send(ctx, message); o.Result != c.want {
				t.Fatalf("%+v", o)
			}
		})
	}
}

func TestAnAnswerThatIsNoneOfTheUsual(t *testing.T) {
	s := server(t, "smtp://127.0.0.1:1", "")
	tk := &talk{server: s}
	for code, want := range map[int]mail.Result{251: mail.Taken, 354: mail.Lost, 421: mail.Later, 552: mail.Refused, 0: mail.Lost} {
		err := error(&textproto.Error{Code: code, Msg: "x"})
		if code == 0 {
			err = errors.New("connection reset")
		}
		if o := tk.answer(nil, err); o.Result != want {
			t.Errorf("%d: %+v", code, o)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"smtp://mail.example.com": "mail.example.com:587", "smtps://ana:x@mail.example.com": "mail.example.com:465", "smtp://127.0.0.1:2525": "127.0.0.1:2525",
		"": "", "mail.example.com:25": "", "http://mail.example.com": "", "smtp://": "", "smtp://ana@mail.example.com": "", "smtp://mail.example.com:0": "", "smtp://mail.example.com/x": "",
		"smtp://ana:hunter2@mail.example.com:x": "",
	} {
		s, err := New(address, "")
		if (err == nil) != (want != "") || err == nil && s.String() != want {
			t.Errorf("%q: %v, %v", address, s, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: tells the password: %v", address, err)
		}
	}
	if s := server(t, "smtp://mail.example.com", ""); s.loopback || s.tls.InsecureSkipVerify {
		t.Error("a server elsewhere needs a certificate")
	}
}

package smtp

import (
	"bytes"
	"errors"
	"io"
	netmail "net/mail"

	"billfold/models/mail"

	gomail "github.com/wneessen/go-mail"
)

// envelope is a message as the server gets it.
type envelope struct {
	from string
	to   []string
	data []byte
}

// compose writes a message; an error says what in it no mail can have. Names and subjects are encoded, and
// addresses are parsed, so that nothing in them becomes a header of its own.
func compose(m mail.Message) (envelope, error) {
	var e envelope
	from, err := netmail.ParseAddress((&netmail.Address{Name: mail.Clean(m.From.Name), Address: m.From.Email}).String())
	if err != nil {
		return e, errors.New("the sender's address cannot be read")
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	out.FromMailAddress(from)
	e.from = from.Address
	for _, address := range m.To {
		to, err := netmail.ParseAddress(address)
		if err != nil {
			return e, errors.New("a recipient's address cannot be read")
		}
		out.AddToMailAddress(&netmail.Address{Address: to.Address})
		e.to = append(e.to, to.Address)
	}
	if len(e.to) == 0 {
		return e, errors.New("it has no recipient")
	}
	out.Subject(mail.Clean(m.Subject))
	out.SetMessageIDWithValue(m.ID)
	out.SetDateWithValue(m.Date)
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answering machine answers
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.File != nil {
		content := m.File.Content
		out.SetAttachments([]*gomail.File{{Name: m.File.Name, ContentType: gomail.ContentType(m.File.Type), Enc: gomail.EncodingB64, Header: map[string][]string{},
			Writer: func(w io.Writer) (int64, error) { n, err := w.Write(content); return int64(n), err }}})
	}
	var data bytes.Buffer
	if _, err := out.WriteTo(&data); err != nil {
		return e, err
	}
	e.data = data.Bytes()
	return e, nil
}

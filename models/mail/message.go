package mail

import (
	"context"
	"time"
)

// Address is who a mail is from.
type Address struct{ Name, Email string }

// File is what a mail carries.
type File struct {
	Name    string
	Type    string // media type
	Content []byte
}

// Message is a mail as it leaves.
type Message struct {
	ID      string // without angle brackets; the same each time the mail is tried
	From    Address
	To      []string
	Date    time.Time
	Subject string
	Text    string // plain text, lines ending with \n
	File    *File  // nil for none
	Rest    bool   // also when some recipients are put off, send it to the others
}

// Sender hands a message to a mail server. It is done when it returns: nothing of it may reach the server
// later. Anything but Lost is a promise about what the server has.
type Sender interface {
	Send(ctx context.Context, m Message) Outcome
}

// Written is the text of a mail. File is the name its attachment is saved under.
type Written struct{ Subject, Text, File string }

// Post is how mails leave an installation.
type Post struct {
	Sender Sender
	// Write puts a mail into words, signed by who it is from.
	Write func(m Mail, from Address) (Written, error)
	// From is who mails are from. A job.Later says that nobody is named yet.
	From func(ctx context.Context) (Address, error)
	// Host is the installation's, for the right side of message ids.
	Host string
}

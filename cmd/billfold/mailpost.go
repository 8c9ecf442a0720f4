package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/url"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/job"
	"billfold/models/mail"
	"billfold/models/mail/smtp"
	"billfold/models/seller"
	views "billfold/views/mail"
)

// mailFlags are the flags of commands that send mails.
type mailFlags struct {
	SMTPURL      string `name:"smtp-url" help:"Mail server: smtps://USER@HOST:PORT, or smtp://USER@HOST:PORT with STARTTLS. Without one mails wait." placeholder:"URL"`
	SMTPPassword string `name:"smtp-password" help:"Its password; best given as BILLFOLD_SMTP_PASSWORD." placeholder:"PASSWORD"`
	MailFrom     string `name:"mail-from" help:"Who mails are from, such as 'Seller Inc <billing@example.com>' (default: the seller's name and contact email)." placeholder:"ADDRESS"`
}

// noSender is what mails wait for until it is known who they are from, and for how long at a time.
var noSender = &job.Later{After: time.Minute, Reason: "nobody is named whom mails are from: set --mail-from, or the seller's with billfold seller set --contact-email"}

// post is how mails leave; ok is false when no mail server is set.
func (f mailFlags) post(d *db.DB, clock models.Clock, public string) (post mail.Post, ok bool, err error) {
	var named netmail.Address
	if f.MailFrom != "" {
		parsed, err := netmail.ParseAddress(f.MailFrom)
		if err != nil {
			return post, false, errors.New("--mail-from must be an address such as billing@example.com or 'Seller Inc <billing@example.com>'")
		}
		named = *parsed
	}
	if f.SMTPURL == "" {
		return post, false, nil
	}
	server, err := smtp.New(f.SMTPURL, f.SMTPPassword)
	if err != nil {
		return post, false, err
	}
	sellers := seller.NewStore(d, clock)
	from := func(ctx context.Context) (mail.Address, error) {
		s, _, err := sellers.Get(ctx)
		a := mail.Address{Name: cmp.Or(named.Name, s.Name), Email: cmp.Or(named.Address, s.ContactEmail)}
		if err == nil && a.Email == "" {
			err = noSender
		}
		return a, err
	}
	return mail.Post{Sender: server, Write: views.Writer(public), From: from, Host: messageHost(public)}, true, nil
}

// messageHost is the right side of message ids: the host that people use, or localhost where that is a number.
func messageHost(public string) string {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return "localhost"
	}
	return u.Hostname()
}

// mailWorker is a queue of its own for mails: a mail server that does not answer keeps nothing else waiting.
func mailWorker(d *db.DB, clock models.Clock, log *slog.Logger, post mail.Post, told func(mail.State)) *job.Queue {
	send := mail.NewStore(d, clock).Through(post).Job(func(id string, state mail.State) {
		if state == mail.Failed || state == mail.Unknown {
			log.Warn("a mail needs the operator", "mail", id, "state", state, "see", "billfold mail show "+id)
		}
		if told != nil {
			told(state)
		}
	})
	return job.Worker(d, log, map[string]job.Func{mail.JobSend: send})
}

// checkMail refuses a mail server or a sender that cannot be right. Kong calls it through the commands' Validate.
func (f mailFlags) checkMail() error {
	_, _, err := f.post(nil, nil, "")
	return err
}

// mailByItself sends mails until the context ends, and then those in hand. Without a mail server they wait,
// untried, and are sent once there is one.
func (f mailFlags) mailByItself(ctx context.Context, d *db.DB, clock models.Clock, public string, log *slog.Logger) {
	post, ok, err := f.post(d, clock, public)
	if err != nil || !ok { // checkMail has refused bad flags
		return
	}
	mailWorker(d, clock, log, post, nil).Run(ctx)
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/mail"
	words "billfold/views/mail"
)

type mailCmd struct {
	List  mailListCmd  `cmd:"" help:"List the mails that were not sent, the oldest first."`
	Show  mailShowCmd  `cmd:"" help:"Show a mail and what became of it."`
	Retry mailRetryCmd `cmd:"" help:"Put mails that failed, or that may have been sent, back to be sent."`
	Drop  mailDropCmd  `cmd:"" help:"Have mails never be sent."`
	Send  mailSendCmd  `cmd:"" help:"Send all mails that wait, now. serve does it by itself."`
}

type mailListCmd struct {
	State string `help:"Only those in this state: waiting, sending, sent, unknown, failed, dropped (default: all that were neither sent nor dropped)."`
	Limit int    `default:"100" help:"At most so many."`
}

func (c *mailListCmd) Run(a *app) error {
	if c.State != "" && !slices.Contains(mail.States(), mail.State(c.State)) {
		return models.Invalidf("state", "Use waiting, sending, sent, unknown, failed or dropped")
	}
	if c.Limit < 1 {
		return models.Invalidf("limit", "Must be 1 or more")
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		list, err := mail.NewStore(d, clock).List(a.ctx, mail.State(c.State), c.Limit)
		if err != nil {
			return err
		}
		rows, lines := make([]map[string]any, len(list)), make([]string, len(list))
		for i, m := range list {
			rows[i] = mailJSON(m)
			lines[i] = mailLine(m)
		}
		if len(lines) == 0 {
			lines = []string{"There are no such mails."}
		}
		return a.print(map[string]any{"mails": rows}, "%s", strings.Join(lines, "\n"))
	})
}

func mailLine(m mail.Mail) string {
	line := fmt.Sprintf("%s  %-7s  %s  %s %s  to %s", m.ID, m.State, m.CreatedAt.UTC().Format("2006-01-02 15:04"), m.Kind, m.Facts.Number, strings.Join(m.Recipients, ", "))
	if m.LastError != "" {
		line += "\n    " + m.LastError
	}
	return line
}

func mailJSON(m mail.Mail) map[string]any {
	row := map[string]any{"mail_id": m.ID, "account_id": m.AccountID, "kind": m.Kind, "state": m.State, "recipients": m.Recipients, "invoice_number": m.Facts.Number,
		"subject": m.Subject, "attempts": m.Attempts, "last_error": m.LastError, "created_at": m.CreatedAt.UTC(), "updated_at": m.UpdatedAt.UTC(), "sent_at": nil}
	if m.SentAt != nil {
		row["sent_at"] = m.SentAt.UTC()
	}
	return row
}

type mailShowCmd struct {
	ID string `arg:"" help:"The mail's id, as listed."`
}

func (c *mailShowCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		m, err := mail.NewStore(d, clock).Get(a.ctx, c.ID)
		if err != nil {
			return err
		}
		row, note := mailJSON(m), ""
		if m.Subject == "" { // it is written when it is sent first; this is what it would say, without host and seller
			if w, err := words.Write(m, mail.Address{}, ""); err == nil {
				m.Subject, m.Body, note = w.Subject, w.Text, "Not written yet; it would say:\n"
			}
		}
		row["subject"], row["text"], row["facts"], row["attachment"], row["written"] = m.Subject, m.Body, m.Facts, m.Attachment, note == ""
		return a.print(row, "%s\nTries: %d\n%sSubject: %s\n\n%s", mailLine(m), m.Attempts, note, m.Subject, strings.TrimRight(m.Body, "\n"))
	})
}

type mailRetryCmd struct {
	IDs []string `arg:"" name:"id" help:"The mails' ids, as listed."`
}

func (c *mailRetryCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		store := mail.NewStore(d, clock)
		return a.eachMail(c.IDs, "put back to be sent", func(id string) (mail.Mail, error) { return store.Retry(a.ctx, operator(), id) })
	})
}

type mailDropCmd struct {
	IDs    []string `arg:"" optional:"" name:"id" help:"The mails' ids, as listed."`
	Before string   `help:"All that wait since before this day." placeholder:"YYYY-MM-DD"`
}

func (c *mailDropCmd) Run(a *app) error {
	before, err := day("before", c.Before)
	if err != nil {
		return err
	}
	if (len(c.IDs) == 0) == before.IsZero() {
		return errors.New("name the mails to drop, or those before a day with --before")
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		store, ids := mail.NewStore(d, clock), c.IDs
		if !before.IsZero() {
			if ids, err = store.Before(a.ctx, before); err != nil {
				return err
			}
		}
		return a.eachMail(ids, "dropped", func(id string) (mail.Mail, error) { return store.Drop(a.ctx, operator(), id) })
	})
}

// eachMail changes mails one by one and stops at the first that cannot be.
func (a *app) eachMail(ids []string, did string, change func(id string) (mail.Mail, error)) error {
	rows := make([]map[string]any, 0, len(ids))
	for _, id := range ids {
		m, err := change(id)
		if err != nil {
			if len(rows) > 0 {
				err = fmt.Errorf("%w (the %d before it were %s)", err, len(rows), did)
			}
			return err
		}
		rows = append(rows, mailJSON(m))
	}
	noun := "mails"
	if len(ids) == 1 {
		noun = "mail"
	}
	return a.print(map[string]any{"mails": rows}, "%d %s %s.", len(ids), noun, did)
}

type mailSendCmd struct {
	mailFlags
	PublicURL string `name:"public-url" required:"" help:"Address that people use, for the links in the mails." placeholder:"URL"`
}

func (c *mailSendCmd) Run(a *app) error {
	public, err := (&serveCmd{PublicURL: c.PublicURL}).publicURL("")
	if err != nil {
		return err
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		post, ok, err := c.post(d, clock, public)
		if err == nil && !ok {
			err = errors.New("there is no mail server; name one with --smtp-url")
		}
		if err != nil {
			return err
		}
		var mu sync.Mutex
		count, began := map[mail.State]int{}, time.Now()
		tally := func(s mail.State) { mu.Lock(); defer mu.Unlock(); count[s]++ }
		problems := mailWorker(d, clock, a.log(), post, tally).Drain(a.ctx, a.bar("Sending mails"), mail.JobSend)
		result := map[string]any{"seconds": time.Since(began).Seconds()}
		for _, s := range []mail.State{mail.Sent, mail.Waiting, mail.Failed, mail.Unknown, mail.Dropped} {
			result[string(s)] = count[s]
		}
		err = a.print(result, "%d sent, %d still wait, %d failed, of %d nobody knows, %d were no longer wanted.", count[mail.Sent], count[mail.Waiting], count[mail.Failed], count[mail.Unknown], count[mail.Dropped])
		switch {
		case err != nil:
			return err
		case problems != nil:
			return problems
		case count[mail.Failed]+count[mail.Unknown] > 0:
			return errors.New("some mails were not sent; see billfold mail list")
		}
		return nil
	})
}

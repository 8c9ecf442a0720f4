package scratch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"billfold/models/db"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// prefix starts the name of every throw-away database, so that people know one when they see it.
const prefix = "billfold_scratch_"

func newName() string { return prefix + strings.ToLower(rand.Text()) }

// server is a PostgreSQL server. Each statement has a connection of its own, made and closed again.
type server struct {
	address  *url.URL
	strategy string // how a template is copied
}

func dial(ctx context.Context, address string) (place, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the database URL cannot be read; write postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	s := server{address: parsed}
	version := 0
	err = s.with(ctx, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	})
	if version >= 150000 { // its default would write a large template into the log, page by page
		s.strategy = " STRATEGY FILE_COPY"
	}
	return s, err
}

func (s server) dialect() db.Dialect { return db.Postgres }

func (s server) create(ctx context.Context, name, template string) (string, error) {
	statement := "CREATE DATABASE " + name
	if template != "" {
		statement += " TEMPLATE " + template + s.strategy
	}
	// Connections that were closed a moment ago may still be counted as users of the template.
	err := s.exec(ctx, statement)
	for deadline := time.Now().Add(10 * time.Second); inUse(err) && time.Now().Before(deadline) && ctx.Err() == nil; {
		time.Sleep(50 * time.Millisecond)
		err = s.exec(ctx, statement)
	}
	address := *s.address
	address.Path = "/" + name
	return address.String(), err
}

func (s server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func (s server) close() error { return nil }

func inUse(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55006"
}

func (s server) exec(ctx context.Context, statement string) error {
	return s.with(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, statement)
		return err
	})
}

func (s server) with(ctx context.Context, fn func(c *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.address.String())
	if err != nil {
		var refused *pgconn.ConnectError // its text holds the address, but not the password
		if errors.As(err, &refused) {
			return fmt.Errorf("cannot connect to the database at %s: %w", s.address.Host, refused)
		}
		return fmt.Errorf("cannot connect to the database at %s", s.address.Host)
	}
	return errors.Join(fn(conn), conn.Close(context.WithoutCancel(ctx)))
}

// Package scratch makes throw-away databases, each with a name of its own that did not exist before,
// and takes them away again. Measurements run in them, beside whatever the server or folder holds.
//
//	scratch.go   making, copying and dropping
//	postgres.go  on a PostgreSQL server     sqlite.go  in a folder of their own
//	copy.go      rows straight into a table, past every layer: what the product is measured against
package scratch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"billfold/models/db"
)

// patience bounds taking databases away, which happens also after an interrupt.
const patience = time.Minute

// Server makes databases in one place. It is safe for concurrent use.
type Server struct {
	place place
	mu    sync.Mutex
	made  map[string]*Database
}

// Database is a throw-away database.
type Database struct {
	Address string // for db.Open
	server  *Server
	name    string
}

// place is what differs between the two kinds of databases.
type place interface {
	dialect() db.Dialect
	create(ctx context.Context, name, template string) (address string, err error) // template "" for an empty one
	drop(ctx context.Context, name string) error
	close() error
}

// Open prepares a place for databases. For `postgres://...` it is that server, on which only new
// databases are made; for `sqlite:PATH` a new folder beside PATH, which itself is not touched; for ""
// a new folder among the temporary ones. The caller closes it.
func Open(ctx context.Context, address string) (*Server, error) {
	var p place
	var err error
	switch {
	case address == "":
		p, err = newFolder("")
	case strings.HasPrefix(address, "sqlite:"):
		p, err = newFolder(strings.TrimPrefix(address, "sqlite:"))
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		p, err = dial(ctx, address)
	default:
		err = errors.New("the database URL must be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	if err != nil {
		return nil, err
	}
	return &Server{place: p, made: map[string]*Database{}}, nil
}

// Dialect tells which kind of databases it makes.
func (s *Server) Dialect() db.Dialect { return s.place.dialect() }

// New makes a database with the current schema and nothing in it.
func (s *Server) New(ctx context.Context) (*Database, error) {
	made, err := s.create(ctx, "")
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, made.Address)
	if err == nil {
		err = errors.Join(d.Migrate(ctx), d.Close())
	}
	if err != nil {
		return nil, errors.Join(err, made.Drop())
	}
	return made, nil
}

// Clone makes a copy of the database, to which nobody may be connected meanwhile.
func (d *Database) Clone(ctx context.Context) (*Database, error) { return d.server.create(ctx, d.name) }

// Drop takes the database away, with whoever is still connected, also when the context of the work has
// been cancelled. Again does nothing.
func (d *Database) Drop() error {
	d.server.mu.Lock()
	_, there := d.server.made[d.name]
	delete(d.server.made, d.name)
	d.server.mu.Unlock()
	if !there {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.server.place.drop(ctx, d.name); err != nil {
		return fmt.Errorf("cannot drop the database %s: %w", d.name, err)
	}
	return nil
}

// Close drops every database that is left.
func (s *Server) Close() error {
	s.mu.Lock()
	left := make([]*Database, 0, len(s.made))
	for _, d := range s.made {
		left = append(left, d)
	}
	s.mu.Unlock()
	var errs []error
	for _, d := range left {
		errs = append(errs, d.Drop())
	}
	return errors.Join(append(errs, s.place.close())...)
}

func (s *Server) create(ctx context.Context, template string) (*Database, error) {
	d := &Database{server: s, name: newName()}
	// Known before it is there: an interrupt in between must not leave it behind.
	s.mu.Lock()
	s.made[d.name] = d
	s.mu.Unlock()
	address, err := s.place.create(ctx, d.name, template)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot make a throw-away database: %w", err), d.Drop())
	}
	d.Address = address
	return d, nil
}

package dbtest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgproto3"
)

// throughProxy starts a proxy on the loopback address in front of a database of the cluster.
func throughProxy(address string, f *Disturber) (proxied string, end func(), err error) {
	s, err := started()
	if err != nil {
		return "", nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	p := &proxy{f: f, s: s, socket: filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port"))}
	p.all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.all.Go(func() { p.serve(client) })
		}
	})
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	return u.String(), func() {
		_ = listener.Close()
		p.all.Wait()
	}, nil
}

type proxy struct {
	f      *Disturber
	s      *server
	socket string
	all    sync.WaitGroup
}

// wire is one connection. What the client sends is counted and disturbed; what the server answers is
// passed on, but for what a disturbance wants otherwise. PostgreSQL answers only what it was sent, and
// the client waits for ReadyForQuery, so that the fields below are settled when they are read.
type wire struct {
	proxy          *proxy
	client, server net.Conn
	copying        bool // the client's side: between a COPY and its end

	mu      sync.Mutex
	status  byte   // as the last ReadyForQuery said: I idle, T in a transaction, E in a failed one
	process uint32 // of the server
	recode  bool   // the next error becomes 40001
	rest    int    // messages are left out from the first ReadyForQuery on, until the second
	lost    bool   // everything is left out until ReadyForQuery, which ends the connection
}

func (p *proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("unix", p.socket)
	if err != nil {
		return
	}
	w := &wire{proxy: p, client: client, server: server, status: 'I'}
	defer w.close()
	if !w.start() {
		return
	}
	p.all.Go(func() {
		defer w.close()
		for w.answer() == nil {
		}
	})
	for w.ask() == nil {
	}
}

func (w *wire) close() {
	_ = w.client.Close()
	_ = w.server.Close()
}

// start passes the first message on, which has no type: a start-up or the wish to cancel.
func (w *wire) start() bool {
	var size [4]byte
	if _, err := io.ReadFull(w.client, size[:]); err != nil {
		return false
	}
	body := make([]byte, max(4, binary.BigEndian.Uint32(size[:]))-4)
	if _, err := io.ReadFull(w.client, body); err != nil {
		return false
	}
	_, err := w.server.Write(append(size[:], body...))
	return err == nil
}

// message reads one message whole: a byte of type, four of length, and the body.
func message(from io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size < 4 || size > 1<<30 {
		return nil, errors.New("this is not PostgreSQL's protocol")
	}
	whole := make([]byte, 1+size)
	copy(whole, head[:])
	_, err := io.ReadFull(from, whole[5:])
	return whole, err
}

var errOver = errors.New("the connection was ended")

// raise makes the server itself fail the transaction.
var raise = query(`DO $$ BEGIN RAISE EXCEPTION 'could not serialize access due to concurrent update' USING ERRCODE = '40001'; END $$`)

func query(text string) []byte {
	b, _ := (&pgproto3.Query{String: text}).Encode(nil)
	return b
}

// ask takes one message of the client. A statement is a simple query, the execution of a prepared one,
// and the end of a COPY's data.
func (w *wire) ask() error {
	m, err := message(w.client)
	if err != nil {
		return err
	}
	text := ""
	switch m[0] {
	case 'Q':
		text = strings.TrimRight(string(m[5:]), "\x00")
		w.copying = strings.HasPrefix(strings.ToLower(text), "copy ")
	case 'B':
		text = "a prepared statement"
	case 'c', 'f':
		if !w.copying {
			return w.send(m)
		}
		w.copying = false
		text = "the end of a copy"
	default:
		return w.send(m)
	}
	w.mu.Lock()
	inTransaction := w.status != 'I'
	process := w.process
	w.mu.Unlock()
	switch w.proxy.f.decide(text, inTransaction) {
	case Conflict:
		return w.conflict(m, isCommit(text))
	case Drop:
		return errOver
	case Terminate:
		// The server's last words reach the client; then its end of the connection closes both.
		_, err := w.proxy.s.admin.ExecContext(context.Background(), "SELECT pg_terminate_backend($1)", process)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, w.client)
		return errOver
	case Unanswered:
		w.set(func() { w.lost = true })
	}
	return w.send(m)
}

// conflict makes a statement fail with 40001 in the server instead of running it.
func (w *wire) conflict(m []byte, commit bool) error {
	switch {
	case m[0] == 'c':
		w.set(func() { w.recode = true })
		fail, err := (&pgproto3.CopyFail{Message: "conflict"}).Encode(nil)
		return errors.Join(err, w.send(fail))
	case m[0] == 'B': // the rest of the execution, up to Sync, never arrives
		for m[0] != 'S' {
			var err error
			if m, err = message(w.client); err != nil {
				return err
			}
		}
	case commit: // a COMMIT that fails ends the transaction
		w.set(func() { w.rest = 2 })
		return w.send(append(append([]byte{}, raise...), query("rollback")...))
	}
	w.copying = false
	return w.send(raise)
}

func (w *wire) send(m []byte) error {
	_, err := w.server.Write(m)
	return err
}

func (w *wire) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// answer takes one message of the server.
func (w *wire) answer() error {
	m, err := message(w.server)
	if err != nil {
		return err
	}
	if m, err = w.look(m); err != nil || m == nil {
		return err
	}
	_, err = w.client.Write(m)
	return err
}

// look notes what a message says and gives what the client gets of it.
func (w *wire) look(m []byte) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch m[0] {
	case 'K':
		w.process = binary.BigEndian.Uint32(m[5:])
	case 'E':
		if w.recode {
			w.recode = false
			var e pgproto3.ErrorResponse
			if err := e.Decode(m[5:]); err != nil {
				return nil, err
			}
			e.Code = "40001"
			return e.Encode(nil)
		}
	case 'Z':
		w.status = m[5]
		if w.lost {
			return nil, errOver
		}
		if w.rest > 0 {
			if w.rest--; w.rest > 0 {
				return nil, nil
			}
			return m, nil
		}
	}
	if w.lost || w.rest == 1 {
		return nil, nil
	}
	return m, nil
}

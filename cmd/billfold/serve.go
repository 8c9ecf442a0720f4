package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"billfold/cmd/billfold/demo"
	"billfold/handlers"
	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/seller"
	"billfold/views"
)

type migrateCmd struct{}

func (c *migrateCmd) Run(a *app) error {
	if _, err := a.clock(); err != nil {
		return err
	}
	if a.DatabaseURL == "" {
		a.DatabaseURL = defaultDatabase
	}
	d, err := db.Open(a.ctx, a.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	release, err := exclusively(a.DatabaseURL)
	if err != nil {
		return err
	}
	defer release()
	if err := d.Migrate(a.ctx); err != nil {
		return err
	}
	return a.print(map[string]any{"migrated": true}, "The database schema is up to date.")
}

type serveCmd struct {
	gatewayFlags
	mailFlags
	Listen       string        `default:"127.0.0.1:8080" help:"Address to listen on."`
	Demo         bool          `help:"Fill an empty database with a demo on first start, and let admin@acme.example sign in."`
	DemoPassword string        `help:"Password of the demo user (default: a random one, printed)."`
	CloseAfter   time.Duration `default:"6h" help:"How long after a month's end it is closed by itself."`
	PublicURL    string        `name:"public-url" help:"Address that people use, such as https://billing.example.com (default: http:// and the listening address)."`
	viesFlags
}

func (c *serveCmd) Run(a *app) error {
	clock, err := a.clock()
	if err != nil {
		return err
	}
	c.Sandbox = c.Sandbox || c.Demo
	if a.DatabaseURL == "" {
		a.DatabaseURL = defaultDatabase
		if c.Demo {
			a.DatabaseURL = demoDatabase
		}
	}
	listener, err := listen(a.ctx, c.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	public, err := c.publicURL(listener.Addr().String())
	if err != nil {
		return err
	}
	d, release, err := c.open(a)
	if err != nil {
		return err
	}
	defer release()
	payments, err := c.payments(d, clock, public)
	if err != nil {
		return err
	}
	if c.Demo {
		if err := c.prepareDemo(a, d, clock); err != nil {
			return err
		}
	}
	if err := account.NewStore(d, clock).SetVATChecks(a.ctx, c.VIES); err != nil {
		return err
	}
	log := a.log()
	// What runs beside the answers has ended before the database is closed.
	ctx, stop := context.WithCancel(a.ctx)
	var beside sync.WaitGroup
	defer func() { stop(); beside.Wait() }()
	beside.Go(func() { worker(d, clock, log, collecting(payments)).Run(ctx) })
	beside.Go(func() { sweepByItself(ctx, payments, log) })
	beside.Go(func() { c.mailByItself(ctx, d, clock, public, log) })
	// Mails and VIES have workers of their own: a slow server keeps no invoice waiting for its PDF.
	beside.Go(func() { viesQueue(d, clock, log, c.client()).Run(ctx) })
	beside.Go(func() { closeByItself(ctx, invoice.NewStore(d, clock), clock, c.CloseAfter, log) })
	fmt.Fprintf(a.stdout, "Billfold is running at %s\n", public)
	if c.Demo {
		fmt.Fprintf(a.stdout, "Sign in as %s with the password %s\n", demo.Email, c.DemoPassword)
	}
	if inTestMode(payments) {
		fmt.Fprintln(a.stdout, "Stripe is in test mode: no money moves.")
	}
	fmt.Fprintln(a.stdout, "Stop it with Ctrl+C.")
	deps := handlers.Deps{DB: d, Clock: clock, Log: log, Payments: payments, PublicURL: public, Operator: operatorOf(d, clock), Draining: func() bool { return a.ctx.Err() != nil }}
	return serveUntil(a.ctx, listener, handlers.NewServer(handlers.New(deps)))
}

// open opens, locks and migrates the database; release closes and unlocks it.
func (c *serveCmd) open(a *app) (d *db.DB, release func(), err error) {
	if d, err = db.Open(a.ctx, a.DatabaseURL); err != nil {
		return nil, nil, err
	}
	unlock, err := exclusively(a.DatabaseURL)
	if err != nil {
		_ = d.Close()
		return nil, nil, err
	}
	release = func() { _ = d.Close(); unlock() }
	if err = d.Migrate(a.ctx); err != nil {
		release()
		return nil, nil, err
	}
	return d, release, nil
}

func (c *serveCmd) prepareDemo(a *app, d *db.DB, clock models.Clock) error {
	if c.DemoPassword == "" {
		c.DemoPassword = strings.ToLower(rand.Text()[:16])
	}
	work := func(ctx context.Context, clock models.Clock, payments *payment.Store) error {
		return worker(d, clock, a.log(), collecting(payments)).Drain(ctx, nil)
	}
	if _, err := demo.Prepare(a.ctx, d, clock, c.DemoPassword, work, a.bar("Making the demo")); err != nil {
		return err
	}
	return worker(d, clock, a.log()).Drain(a.ctx, a.bar("Making PDFs"))
}

// operatorOf tells the pages who runs the installation: the seller's name, support page and contact.
func operatorOf(d *db.DB, clock models.Clock) func(context.Context) views.Operator {
	store := seller.NewStore(d, clock)
	return func(ctx context.Context) views.Operator {
		s, _, err := store.Get(ctx)
		if err != nil {
			return views.Operator{} // the page says what it can; the request's own queries report the error
		}
		return views.Operator{Name: s.Name, SupportURL: s.SupportURL, Contact: s.ContactEmail}
	}
}

// serveUntil answers until the context ends, then lets running requests finish.
func serveUntil(ctx context.Context, listener net.Listener, server *http.Server) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return server.Shutdown(drain)
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program; stop it or choose another address with --listen", address)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%s may not be listened on; choose a port above 1023 with --listen", address)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %q; write it as HOST:PORT", address)
	}
	return listener, nil
}

// publicURL is the scheme and host that links and cookies go by. Plain http is for loopback alone.
func (c *serveCmd) publicURL(listening string) (string, error) {
	if c.PublicURL == "" {
		if host, _, err := net.SplitHostPort(listening); err != nil || !loopback(host) {
			return "", fmt.Errorf("listening on %s needs --public-url, the https address that people use; plain http is for this machine alone", listening)
		}
		return "http://" + listening, nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("--public-url must be an address such as https://billing.example.com, without a path")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", fmt.Errorf("--public-url must be https; plain http is for this machine alone")
	}
	return u.Scheme + "://" + u.Host, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

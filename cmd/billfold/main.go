// Command billfold runs the billing console and does the operator's work on its database.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"billfold/models"

	"github.com/alecthomas/kong"
)

// commands is the command line. Every flag can be given as BILLFOLD_FLAG_NAME in the environment.
type commands struct {
	globals

	Serve              serveCmd              `cmd:"" help:"Run the console."`
	Migrate            migrateCmd            `cmd:"" help:"Bring the database's schema up to date."`
	Accounts           accountsCmd           `cmd:"" help:"Customers' accounts."`
	Users              usersCmd              `cmd:"" help:"People who sign in."`
	Usage              usageCmd              `cmd:"" help:"Usage records."`
	Invoices           invoicesCmd           `cmd:"" help:"Closing months and invoices."`
	Credits            creditsCmd            `cmd:"" help:"Credits."`
	Seller             sellerCmd             `cmd:"" help:"Who sends the invoices."`
	Rates              ratesCmd              `cmd:"" help:"Exchange rates."`
	Tax                taxCmd                `cmd:"" help:"Tax rates."`
	BillingInformation billingInformationCmd `cmd:"" name:"billing-information" help:"Customers' billing information."`
	VAT                vatCmd                `cmd:"" name:"vat" help:"VAT ids of customers."`
	Tokens             tokensCmd             `cmd:"" help:"API tokens."`
	Payments           paymentsCmd           `cmd:"" help:"Payments that arrived."`
	Mail               mailCmd               `cmd:"" help:"Mails to customers."`
	Verify             verifyCmd             `cmd:"" help:"Check every invariant of the database; exits 1 when one is broken."`
	Bench              benchCmd              `cmd:"" help:"Measure this machine and database in throw-away databases."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run carries out one command line and returns the exit code: 0, or 1 after a message on stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	var cli commands
	exited := false
	parser, err := kong.New(&cli,
		kong.Name("billfold"),
		kong.Description("Billfold: one invoice per cost owner. A self-hosted billing console."),
		kong.DefaultEnvars("BILLFOLD"),
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(c int) { exited, code = true, c }),
	)
	if err != nil {
		fmt.Fprintln(stderr, "billfold:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited { // --help was printed
		return min(code, 1)
	}
	if err != nil {
		fmt.Fprintf(stderr, "billfold: %s. See billfold --help\n", strings.TrimSuffix(err.Error(), "."))
		return 1
	}
	app := &app{globals: cli.globals, ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr}
	if err := command.Run(app); err != nil {
		fmt.Fprintln(stderr, "billfold:", describe(err))
		return 1
	}
	return 0
}

// describe is an error as the command line shows it: the sentence, and each bad field on a line.
func describe(err error) string {
	var e *models.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 || strings.Contains(err.Error(), "\n") {
		return err.Error()
	}
	var lines []string
	if e.Message != "" {
		lines = append(lines, e.Message)
	}
	for _, f := range e.Fields {
		if f.Name == "" {
			lines = append(lines, f.Message)
			continue
		}
		lines = append(lines, strings.ReplaceAll(f.Name, "_", "-")+": "+f.Message)
	}
	return strings.Join(lines, "\n  ")
}

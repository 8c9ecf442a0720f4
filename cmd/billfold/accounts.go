package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/people"

	"golang.org/x/term"
)

type accountsCmd struct {
	Create       accountsCreateCmd `cmd:"" help:"Create an account with its primary billing group."`
	Members      accountsMemberCmd `cmd:"" help:"Give a user a role in an account."`
	BankTransfer bankTransferCmd   `cmd:"" help:"Allow an account to pay by bank transfer."`
	List         accountsListCmd   `cmd:"" help:"List the accounts."`
}

type accountsCreateCmd struct {
	Name  string `arg:"" help:"Name of the account."`
	Owner string `required:"" help:"E-mail of the user who becomes its admin; must exist (billfold users create)." placeholder:"EMAIL"`
}

func (c *accountsCreateCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		owner, err := people.NewStore(d, clock).UserByEmail(a.ctx, c.Owner)
		if models.KindOf(err) == models.NotFound {
			return models.NotFoundf("There is no user %s; create one first: billfold users create %s", c.Owner, c.Owner)
		}
		if err != nil {
			return err
		}
		made, err := account.NewStore(d, clock).CreateAccount(a.ctx, operator(), c.Name, owner.ID)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"account_id": made.ID, "account_name": made.Name, "owner": owner.Email},
			"Account %s created (%s). %s is its admin.", made.Name, made.ID, owner.Email)
	})
}

type accountsMemberCmd struct {
	Account string `arg:"" help:"Id or name of the account."`
	Email   string `arg:"" help:"E-mail of the user."`
	Role    string `arg:"" enum:"admin,billing,viewer" help:"admin, billing or viewer."`
}

func (c *accountsMemberCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		found, err := account.NewStore(d, clock).FindAccount(a.ctx, c.Account)
		if err != nil {
			return err
		}
		users := people.NewStore(d, clock)
		user, err := users.UserByEmail(a.ctx, c.Email)
		if err != nil {
			return err
		}
		if err := users.AddMember(a.ctx, operator(), found.ID, user.ID, access.Role(c.Role)); err != nil {
			return err
		}
		return a.print(map[string]any{"account_id": found.ID, "email": user.Email, "role": c.Role}, "%s is now %s of %s.", user.Email, c.Role, found.Name)
	})
}

type bankTransferCmd struct {
	Account string `arg:"" help:"Id or name of the account."`
	Terms   int    `default:"14" help:"Days to pay after the invoice date."`
}

func (c *bankTransferCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		accounts := account.NewStore(d, clock)
		found, err := accounts.FindAccount(a.ctx, c.Account)
		if err != nil {
			return err
		}
		method, err := accounts.AllowBankTransfer(a.ctx, operator(), found.ID, c.Terms)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"account_id": found.ID, "payment_method_id": method.ID, "terms_days": c.Terms},
			"%s can now pay by bank transfer within %d days.", found.Name, c.Terms)
	})
}

type accountsListCmd struct{}

func (c *accountsListCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		all, err := account.NewStore(d, clock).Accounts(a.ctx)
		if err != nil {
			return err
		}
		rows, lines := []map[string]any{}, []string{}
		for _, one := range all {
			rows = append(rows, map[string]any{"account_id": one.ID, "account_name": one.Name})
			lines = append(lines, one.ID+"  "+one.Name)
		}
		if len(lines) == 0 {
			lines = append(lines, "No accounts yet.")
		}
		return a.print(rows, "%s", strings.Join(lines, "\n"))
	})
}

type usersCmd struct {
	Create usersCreateCmd `cmd:"" help:"Create a user; the password is read from standard input."`
}

type usersCreateCmd struct {
	Email string `arg:"" help:"E-mail to sign in with."`
	Name  string `help:"Name shown in event lists (default: made out of the address)."`
}

func (c *usersCreateCmd) Run(a *app) error {
	password, err := a.password()
	if err != nil {
		return err
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		made, err := people.NewStore(d, clock).CreateUser(a.ctx, operator(), people.NewUser{Email: c.Email, Name: c.Name, Password: password})
		if err != nil {
			return err
		}
		return a.print(map[string]any{"user_id": made.ID, "email": made.Email, "name": made.Name}, "User %s created.", made.Email)
	})
}

// password reads a password from standard input: without echo on a terminal, else the first line.
func (a *app) password() (string, error) {
	if screen, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(screen.Fd())) {
		_, _ = fmt.Fprint(a.stderr, "Password: ")
		typed, err := term.ReadPassword(int(screen.Fd()))
		_, _ = fmt.Fprintln(a.stderr)
		return string(typed), err
	}
	line, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

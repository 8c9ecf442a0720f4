package account

import (
	"slices"
	"strconv"
	"time"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/people"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

type tokenForm struct {
	Name    string   `form:"name"`
	Scopes  []string `form:"scopes"`
	Expires string   `form:"expires"` // a number of days, onDay or never
	Day     string   `form:"day"`
}

// The choices of an end that are not a number of days.
const (
	onDay = "day"
	never = "never"
)

// lengths are the numbers of days that are offered; the second is chosen beforehand.
var lengths = []int{30, 90, 365}

// grantWords says in one line what each scope lets a program do.
var grantWords = map[access.Grant]string{
	access.ReadBilling:   "Read billing groups, invoices, lines, credits and events, and download invoices.",
	access.WriteBilling:  "Create, change and delete billing groups, move projects between them, and claim credits. Reads as well.",
	access.WriteProjects: "Create, rename and delete projects. Reads as well.",
}

// ShowNew is the form that makes a token.
func (h *Tokens) ShowNew(c echo.Context) error {
	return h.newPage(c, tokenForm{Scopes: []string{string(access.ReadBilling)}, Expires: strconv.Itoa(lengths[1])}, nil)
}

// Create makes a token and shows it. The token stands in this answer alone: in no address, flash or log, and
// sending the form again leads to the list.
func (h *Tokens) Create(c echo.Context) error {
	var f tokenForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	var token string
	var made people.Token
	return page.Submit(c, func() (done page.Done, err error) {
		wanted := people.NewToken{Name: f.Name}
		for _, s := range f.Scopes {
			wanted.Scopes = append(wanted.Scopes, access.Grant(s))
		}
		var field, problem string
		wanted.ExpiresAt, field, problem = f.end(h.wall.Now())
		if ofAccount(c) {
			token, made, err = h.people.CreateAccountToken(page.Ctx(c), page.Scope(c), wanted)
		} else {
			token, made, err = h.people.CreateUserToken(page.Ctx(c), page.Actor(c), page.User(c).ID, wanted)
		}
		return page.Done{To: tokenList(c), Show: func() error { return h.madePage(c, token, made) }}, atField(err, field, problem)
	}, func(err error) error { return h.newPage(c, f, err) })
}

// end is the first moment at which the token can no longer be used, zero for never. What is no end gives a
// moment long past, so that the store refuses it together with all else that is wrong; field and problem
// then say what it is.
func (f tokenForm) end(now time.Time) (end time.Time, field, problem string) {
	past := time.Unix(0, 0)
	switch f.Expires {
	case never:
		return time.Time{}, "expires", ""
	case onDay:
		day, err := time.Parse(time.DateOnly, f.Day)
		if err != nil {
			return past, "day", "Enter the last day, such as 2027-06-30"
		}
		return day.AddDate(0, 0, 1), "day", "The last day must be today or later"
	}
	days, err := strconv.Atoi(f.Expires)
	if err != nil || !slices.Contains(lengths, days) {
		return past, "expires", "Choose how long the token can be used"
	}
	return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, days+1), "expires", ""
}

// atField says what is wrong with the end at the field that it was given in.
func atField(err error, field, problem string) error {
	e, ok := models.AsError(err)
	if !ok {
		return err
	}
	moved := *e
	moved.Fields = slices.Clone(e.Fields)
	for i, f := range moved.Fields {
		if f.Name == "expires" && problem != "" {
			moved.Fields[i] = models.Field{Name: field, Message: problem}
		}
	}
	return &moved
}

func (h *Tokens) newPage(c echo.Context, f tokenForm, problem error) error {
	p := view.NewToken{TokenPlace: tokenPlace(c, "Create API token", problem), Key: page.FormKey(), Name: f.Name, Expires: f.Expires, Day: f.Day}
	for _, g := range access.AccountGrants {
		p.Scopes = append(p.Scopes, views.Option{Value: string(g), Label: string(g), Hint: grantWords[g], Checked: slices.Contains(f.Scopes, string(g))})
	}
	now := h.wall.Now()
	for _, days := range lengths {
		value := strconv.Itoa(days)
		end, _, _ := tokenForm{Expires: value}.end(now)
		p.Lengths = append(p.Lengths, views.Option{Value: value, Label: "In " + value + " days", Hint: "Last day " + lastDay(end)})
	}
	p.Lengths = append(p.Lengths, views.Option{Value: onDay, Label: "On a day"}, views.Option{Value: never, Label: "Never", Hint: "Only for programs that nobody can give a new token to."})
	return page.Render(c, page.Status(problem), view.NewTokenPage(p))
}

func (h *Tokens) madePage(c echo.Context, token string, made people.Token) error {
	address := h.address
	if address == "" {
		address = "http://" + c.Request().Host
	}
	p := view.TokenMade{TokenPlace: tokenPlace(c, "API token created", nil), Token: token, Name: made.Name, Scopes: scopeLines(made.Scopes), Expires: lastDay(made.ExpiresAt),
		Example: "read -rs TOKEN   # paste the token and press Enter\ncurl -H \"Authorization: Bearer $TOKEN\" " + address + "/v1/billing-group"}
	c.Response().Header().Set("Cache-Control", "no-store") // as on every page; here nothing else would do
	return page.Render(c, page.Status(nil), view.TokenMadePage(p))
}

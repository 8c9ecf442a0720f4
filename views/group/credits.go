package group

import (
	"net/url"
	"time"

	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// CreditUsePath is the form that changes what a credit of a group is used for.
func CreditUsePath(group, claim string) string {
	return views.CreditsPath(group) + "/" + url.PathEscape(claim) + "/use"
}

// CreditsView is the Credits tab.
type CreditsView struct {
	Frame
	Rows      []CreditRow
	Currency  money.Currency // of every row; empty when they have several
	Remaining views.Figure
	Expiry    string // the next one, "" when none expires
}

// CreditRow is one claimed credit.
type CreditRow struct {
	credit.GroupClaim
	UseFor     string // "this billing group", or the project's name
	UsePath    string // of the project; "" for others
	Badge      views.Mark
	Waiting    string // why it is not used on invoices of this group
	Expires    string // "never" when it does not
	ChangePath string // "" when its use cannot be changed
}

// NewCredits puts the Credits tab into words.
func NewCredits(f Frame, c credit.GroupCredits, now time.Time) CreditsView {
	v := CreditsView{Frame: f, Remaining: views.Figure{Label: "Remaining", Value: views.Money(c.Remaining), Exact: c.Remaining.Decimal()}}
	if !c.NextExpiry.IsZero() {
		v.Expiry = views.Date(c.NextExpiry)
	}
	for i, claim := range c.Claims {
		r := CreditRow{GroupClaim: claim, Badge: CreditStatus(claim), Expires: "Never"}
		r.UseFor, r.UsePath = useFor(claim.Claim)
		if last := claim.LastDay(); !last.IsZero() {
			r.Expires = views.Date(last)
		}
		if claim.Waits {
			r.Waiting = "Waits for an invoice in " + string(claim.Value.Currency())
		}
		if f.Header.CanWrite && (claim.Status == credit.Active || claim.Status == credit.NotStarted) {
			r.ChangePath = CreditUsePath(f.Header.ID, claim.ID)
		}
		switch currency := claim.Value.Currency(); {
		case i == 0:
			v.Currency = currency
		case currency != v.Currency:
			v.Currency = ""
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

// CreditStatus is the badge of a credit, which warns within 30 days of its end.
func CreditStatus(c credit.GroupClaim) views.Mark {
	switch {
	case c.Expiring && c.ExpiresInDays == 0:
		return views.Mark{Tone: views.Warn, Text: "Expires today"}
	case c.Expiring:
		return views.Mark{Tone: views.Warn, Text: "Expires in " + views.Count(c.ExpiresInDays, "day", "days")}
	case c.Status == credit.Active:
		return views.Mark{Tone: views.OK, Text: "Active"}
	case c.Status == credit.NotStarted:
		return views.Mark{Tone: views.Info, Text: "Not started"}
	}
	return views.Mark{Tone: views.Neutral, Text: string(c.Status)}
}

func useFor(c credit.Claim) (words, path string) {
	switch c.Scope {
	case credit.ForAccount:
		return "all projects of the account", ""
	case credit.ForProject:
		return c.ProjectName, views.ProjectPath(c.ProjectID)
	}
	return "this billing group", ""
}

// head is the head of a column of amounts: it names the currency where all rows share one.
func (v CreditsView) head(label string) string {
	if v.Currency == "" {
		return label
	}
	return label + " (" + string(v.Currency) + ")"
}

// usePath is the invoice that a use stands on.
func usePath(u credit.ClaimUse) string { return views.InvoicePath(u.GroupID, u.Number) }

// howPath is the page that says how the amount of a use came about.
func howPath(u credit.ClaimUse, claim string) string {
	return views.InvoiceCreditPath(u.GroupID, u.Number, claim)
}

// CreditFormView is the form that adds a credit code, or changes what a credit is used for.
type CreditFormView struct {
	Frame
	Claim       *credit.GroupClaim // whose use changes; nil to add a code
	AccountName string
	Code        string
	UseFor      string
	Project     string
	Text        string // search for a project
	Projects    []invoice.PickedProject
	Shown       int // of Projects, those that the search found
	Total       int // projects that match
	Key         string
}

func (v CreditFormView) title() string {
	if v.Claim != nil {
		return "Change use of " + v.Claim.Code
	}
	return "Add credit code"
}

func (v CreditFormView) submit() string {
	if v.Claim != nil {
		return "Change use"
	}
	return "Add credit code"
}

func (v CreditFormView) path() string {
	if v.Claim != nil {
		return CreditUsePath(v.Header.ID, v.Claim.ID)
	}
	return views.NewCreditPath(v.Header.ID)
}

func (v CreditFormView) choice() views.Choice {
	return views.Choice{Name: "use_for", Label: "Use for", Value: v.UseFor, Error: views.FieldError(v.Shell.Errors, "use_for"), Options: []views.Option{
		{Value: string(credit.ForGroup), Label: "This billing group", Hint: v.Header.Name},
		{Value: string(credit.ForAccount), Label: "All projects of the account", Hint: v.AccountName},
		{Value: string(credit.ForProject), Label: "One project", Hint: "Choose it below. The credit follows the project when it moves."},
	}}
}

func (v CreditFormView) searches() bool { return v.Text != "" || v.Total > v.Shown }

func (v CreditFormView) found() string {
	if v.Total > v.Shown {
		return views.Number(v.Shown) + " of " + views.Number(v.Total) + ". Type to narrow."
	}
	return views.Count(v.Total, "project matches", "projects match")
}

func (v CreditFormView) projectChoice() views.Choice {
	c := views.Choice{Name: "project", Label: "Project", Hint: "Only for “One project”", Optional: true, Value: v.Project, Options: []views.Option{{Label: "Choose a project"}}}
	for _, p := range v.Projects {
		c.Options = append(c.Options, views.Option{Value: p.ID, Label: p.Name + " (" + p.Group.Name + ")"})
	}
	return c
}

// AddedCredit says what a claimed code brought.
func AddedCredit(c credit.Claim) views.Flash {
	ends := "does not expire"
	if last := c.LastDay(); !last.IsZero() {
		ends = "expires " + views.Date(last)
	}
	return views.Flash{Text: "Credit code " + c.Code + " added: " + views.Money(c.Value) + ", " + ends + "."}
}

// ChangedCredit says what a credit is used for from now on.
func ChangedCredit(c credit.Claim) views.Flash {
	words, _ := useFor(c)
	if c.Scope == credit.ForProject {
		words = "the project " + words
	}
	return views.Flash{Text: c.Code + " is used for " + words + " from now on."}
}

package group

import (
	"strings"
	"time"

	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// CreditExplainedView says how the amount of a credit came about.
type CreditExplainedView struct {
	Shell     views.Shell
	Title     string
	Meta      string
	Facts     []Fact
	Amount    workings
	Because   []string // the sentences under the amount
	Order     []OrderRow
	OrderNote string
	Shares    []ShareRow
	ShareLead string
	Total     money.Amount // of Shares
	Currency  money.Currency
	Elsewhere []UseRow
	More      string // how many uses are not listed
	GivenBack []BackRow
	Returns   []ReturnRow // of a credit note
	Note      bool
	Estimate  bool
	Prepaid   bool
}

// OrderRow is a credit in the order of use.
type OrderRow struct {
	Place               string
	Code, Path          string // Path is empty of the credit that the page is about
	For, Expires, Since string
	Why                 string
	Amount              money.Amount
}

// ShareRow is the part of the credits that falls on one tax.
type ShareRow struct {
	Name, Path     string
	Lines          money.Amount
	Unrounded, How string
	Part           money.Amount
}

// UseRow is another invoice that a credit was used on.
type UseRow struct {
	Number, Path, HowPath, Month string
	Amount                       money.Amount
}

// BackRow is what a credit note gave back.
type BackRow struct {
	Number, Path, HowPath, Expires string
	On                             time.Time
	Amount                         money.Amount
}

// ReturnRow is a use that a credit note gives back of.
type ReturnRow struct {
	Code, Path          string
	This                bool
	Used, Earlier, Left money.Amount
	Unrounded, How      string
	Back                money.Amount
}

// maxOrder is how many credits before and after this one are listed.
const maxOrder = 25

// NewCreditExplained puts the working of a credit into words.
func NewCreditExplained(shell views.Shell, groupID string, e invoice.CreditExplained) CreditExplainedView {
	v := CreditExplainedView{Shell: shell, Title: "Credit " + e.Claim.Code, Currency: money.Currency(e.Row.Currency), Estimate: e.Row.State == invoice.Estimate,
		Meta: "How its amount on " + invoiceName(e.Row) + " came about", Prepaid: e.Claim.Type.Prepaid()}
	v.facts(groupID, e)
	if e.Return != nil {
		v.returned(groupID, e)
	} else {
		v.working(e)
		v.order(groupID, e)
		v.shares(groupID, e)
	}
	for _, u := range e.Elsewhere {
		v.Elsewhere = append(v.Elsewhere, UseRow{u.Number, usePath(u), views.InvoiceCreditPath(u.GroupID, u.Number, e.Claim.ID), u.Month.Label(), u.Amount})
	}
	if rest := e.AllElsewhere - len(e.Elsewhere); rest > 0 {
		v.More = "and " + views.Count(rest, "older invoice", "older invoices")
	}
	for _, b := range e.GivenBack {
		v.GivenBack = append(v.GivenBack, BackRow{b.Number, views.InvoicePath(b.GroupID, b.Number), views.InvoiceCreditPath(b.GroupID, b.Number, b.Claim.ID),
			expires(b.Claim.LastDay()), b.At, b.Amount})
	}
	return v
}

func (v *CreditExplainedView) facts(groupID string, e invoice.CreditExplained) {
	c := e.Claim
	add := func(name, value, path string) {
		if value != "" {
			v.Facts = append(v.Facts, Fact{name, value, path})
		}
	}
	kind := c.Type.Label() + ", lowers the amount that is taxed"
	if c.Type.Prepaid() {
		kind = c.Type.Label() + ", prepaid money: pays after tax"
	}
	add("Type", kind, "")
	add("Value", views.Money(c.Value), "")
	use := usedFor(c)
	if !v.Estimate && e.Return == nil && c.Scope != "" && c.Scope != credit.ForProject {
		use += " (as set now)"
	}
	add("Used for", use, "")
	add("Starts", views.Date(c.Starts), "")
	add("Last day", expires(c.LastDay()), "")
	if e.Origin != nil {
		add("Given back by", e.Origin.Number, views.InvoiceCreditPath(e.Origin.GroupID, e.Origin.Number, c.ID))
	} else if e.Return == nil {
		add("Claimed", views.Moment(c.ClaimedAt), "")
	}
	if !e.UsedAt.IsZero() {
		add("Used at closing", views.Moment(e.UsedAt), "")
	}
	add("All credits", "Credits of the billing group", views.CreditsPath(groupID))
}

func usedFor(c credit.Claim) string {
	if c.Scope == "" {
		return "Not known: it is used for something else now"
	}
	words, _ := useFor(c)
	if c.Scope == credit.ForProject {
		words = "the project " + words + " alone"
	}
	return capital(words)
}

func expires(last time.Time) string {
	if last.IsZero() {
		return "Never expires"
	}
	return views.Date(last)
}

// working is the arithmetic: the smallest of what there was and what was to be paid.
func (v *CreditExplainedView) working(e invoice.CreditExplained) {
	w := e.Working
	v.Amount = workings{Caption: "How the amount came about", Head: "Amount (" + string(v.Currency) + ")"}
	base, open := "Subtotal of all lines", "Still to be paid by credits"
	if v.Prepaid {
		base, open = "Total with tax", "Still to be paid after tax"
	}
	v.Amount.add(base, "", w.Base)
	if !w.Taken.IsZero() {
		v.Amount.add("Less credits used before this one", "", w.Taken.Neg())
		v.Amount.add(open, "", w.Open)
	}
	if w.Lines != nil {
		v.Amount.add("Lines of "+e.Claim.ProjectName, "A project's credit pays for its lines alone", *w.Lines)
		if !w.LinesTaken.IsZero() {
			v.Amount.add("Less other credits of the project", "", w.LinesTaken.Neg())
			v.Amount.add("Still to be paid of the project's lines", "", w.LinesOpen)
		}
	}
	if !e.Reserved.IsZero() {
		if now, err := w.Before.Add(e.Reserved); err == nil {
			v.Amount.add("Left of the credit now", "", now)
		}
		v.Amount.add("Less what other estimates use first", "Those that are closed before this one", e.Reserved.Neg())
	}
	v.Amount.add("Left of the credit before", "", w.Before)
	verb, left := "used", " was left"
	if v.Estimate {
		verb, left = "that will be used", " will be left"
	}
	v.Amount.add("Amount "+verb, "", w.Used)
	switch least := w.Used.Minor(); {
	case !w.Holds():
		v.Because = append(v.Because, "What this credit or another one is used for has been changed since the invoice was issued, so that the amount no longer follows from what is stored. The amount of the invoice holds.")
	case least == w.Before.Minor():
		v.Because = append(v.Because, "Everything that"+left+" of the credit: it is not more than what there was to pay.")
	case w.Lines != nil && least == w.LinesOpen.Minor():
		v.Because = append(v.Because, "As much as the lines of the project came to: the credit had more.")
	default:
		v.Because = append(v.Because, "As much as there was to pay: the credit had more.")
	}
	after := views.Money(w.After)
	if w.After.IsZero() {
		after = "Nothing"
	}
	v.Because = append(v.Because, after+left+" of it afterwards.")
}

// order is why the credits were used one after the other.
func (v *CreditExplainedView) order(groupID string, e invoice.CreditExplained) {
	from, to := max(0, e.Place-maxOrder), min(len(e.Order), e.Place+maxOrder+1)
	for i := from; i < to; i++ {
		u := e.Order[i]
		r := OrderRow{Place: views.Number(i + 1), Code: u.Claim.Code, For: usedFor(u.Claim), Expires: expires(u.Claim.LastDay()), Since: views.Date(u.Claim.ClaimedAt),
			Amount: u.Amount, Why: "First"}
		if i != e.Place {
			r.Path = views.InvoiceCreditPath(groupID, e.Row.Address(), u.Claim.ID)
		}
		if i > 0 {
			r.Why = after(e.Order[i-1].Claim, u.Claim)
		}
		v.Order = append(v.Order, r)
	}
	if from > 0 || to < len(e.Order) {
		v.OrderNote = "Credits " + views.Number(from+1) + " to " + views.Number(to) + " of " + views.Number(len(e.Order)) + "."
	}
}

// after says why b comes after a.
func after(a, b credit.Claim) string {
	switch credit.Decides(a, b) {
	case credit.ByScope:
		return "Wider use than the one before"
	case credit.ByExpiry:
		return "Ends later than the one before"
	case credit.ByAge:
		return "Claimed later than the one before"
	}
	return "Stored later than the one before"
}

// shares is how all reducing credits fall on the taxes.
func (v *CreditExplainedView) shares(groupID string, e invoice.CreditExplained) {
	v.Total = e.Allowance
	for _, s := range e.Shares {
		v.Shares = append(v.Shares, ShareRow{Name: taxTitle(s.Tax), Path: views.InvoiceTaxPath(groupID, e.Row.Address(), s.Tax.Position),
			Lines: money.New(s.Tax.LinesMinor, v.Currency), Unrounded: unrounded(s.Share, v.Currency), How: roundedHow(s.Share), Part: money.New(s.Tax.AllowanceMinor, v.Currency)})
	}
	switch len(v.Shares) {
	case 0:
	case 1:
		v.ShareLead = "All lines have the same tax, so all of the credits lower its taxable amount."
	default:
		v.ShareLead = "All credits of the invoice together lower the lines of each tax in proportion, by largest remainder: each share is rounded down, and the units left over go to the shares with the largest remainders."
	}
}

// returned is what a credit note gives back.
func (v *CreditExplainedView) returned(groupID string, e invoice.CreditExplained) {
	r := e.Return
	v.Note = true
	use := r.Shares[r.Place]
	v.Amount = workings{Caption: "How the amount came about", Head: "Amount (" + string(v.Currency) + ")"}
	v.Amount.add("Used on invoice "+r.Number, "", use.Amount)
	if !use.Earlier.IsZero() {
		v.Amount.add("Given back by earlier credit notes", "", use.Earlier.Neg())
	}
	total, why := "All credits that this note gives back", "The part of the invoice's credits that falls on what is credited"
	if v.Prepaid {
		why = "What was paid too much because of this note, prepaid credit first"
	}
	v.Amount.add(total, why, r.Total)
	v.Amount.words("Share of this credit, not rounded", "", unrounded(use.Share, v.Currency))
	v.Amount.add("Given back", "", use.Back)
	v.Because = []string{"Given back on " + views.Date(r.Back.At) + " as a credit of its own, used for what the old one is used for."}
	was, now := use.Claim.LastDay(), r.Back.Claim.LastDay()
	switch {
	case now.IsZero():
		v.Because = append(v.Because, "It never expires, as before.")
	case now.Equal(was):
		v.Because = append(v.Because, "Its last day stays "+views.Date(now)+".")
	default:
		v.Because = append(v.Because, "Its last day is "+views.Date(now)+" instead of "+views.Date(was)+": credit that is given back can be used for at least 60 days.")
	}
	for i, s := range r.Shares {
		v.Returns = append(v.Returns, ReturnRow{Code: s.Claim.Code, Path: views.InvoiceCreditPath(groupID, r.Number, s.Claim.ID), This: i == r.Place,
			Used: s.Amount, Earlier: s.Earlier, Left: s.Left, Unrounded: unrounded(s.Share, v.Currency), How: roundedHow(s.Share), Back: s.Back})
	}
	v.Total = r.Total
}

func (v CreditExplainedView) head(label string) string {
	return label + " (" + string(v.Currency) + ")"
}

func (v CreditExplainedView) orderLead() string {
	return strings.Join([]string{"The credit of a project goes before that of the billing group, and that before the account's.", "Among these the earliest last day goes first, then the oldest claim."}, " ")
}

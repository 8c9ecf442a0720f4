package invoice_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
)

// uses are the credits of an invoice in the order of use: "code amount".
func (w *world) uses(group string, month models.Month) (list []string) {
	w.Helper()
	full, err := w.invoices.Full(w.ctx, w.row(group, month).ID)
	w.must(err)
	for _, c := range full.Snapshot.Credits {
		list = append(list, fmt.Sprintf("%s %d", c.Code, c.Minor))
	}
	return list
}

func (w *world) code(code string, value int64, expires string, target credit.Target) credit.Claim {
	w.Helper()
	return w.claim(w.group, value, "EUR", func(n *credit.NewCredit) {
		n.Code = code
		if expires != "" {
			n.ExpiresOn = utc(expires + "T00:00:00Z")
		}
	}, target)
}

// Project before group before account, the earliest expiry first, then the oldest; a project's credit never
// above that project's lines, so not on support of the group; never below zero, and the rest remains.
func TestCreditsAreUsedInTheirOrder(t *testing.T) {
	each(t, func(w *world) {
		other := w.newProject("other", w.group)
		all, group, project := credit.Target{Scope: credit.ForAccount}, credit.Target{Scope: credit.ForGroup}, credit.Target{Scope: credit.ForProject, ProjectID: w.project}
		w.code("ACCOUNT-SOON", 100, "2024-09-30", all)
		w.code("GROUP-NEVER", 100, "", group)
		w.code("GROUP-LATE", 100, "2025-01-31", group)
		w.now = w.now.Add(time.Hour)
		w.code("GROUP-SOON", 100, "2024-09-30", group)
		w.code("GROUP-SOON-TOO", 100, "2024-09-30", group)
		w.code("PROJECT-LATE", 900, "", project)
		w.code("PROJECT-SOON", 300, "2024-10-31", project)
		w.code("OTHER", 5_000, "", credit.Target{Scope: credit.ForProject, ProjectID: other})
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.use(other, "2024-09-05T00:00:00Z", "2")
		w.charge(w.group, "2024-09-05T00:00:00Z", "3.50")
		w.close("2024-09")
		want := []string{"PROJECT-SOON 300", "PROJECT-LATE 700", "OTHER 200", "GROUP-SOON 100", "GROUP-SOON-TOO 100", "GROUP-LATE 100", "GROUP-NEVER 50"}
		w.want("uses", w.uses(w.group, "2024-09"), want)
		w.want("all of it", w.row(w.group, "2024-09").CreditsMinor, 1_550)
		w.want("issued and paid at once", w.row(w.group, "2024-09").State, invoice.Paid)
		w.want("left", w.sum(`SELECT SUM(remaining_minor) FROM credit_claims`), 200+4_800+50+100)
	})
}

// Usable if claimed and started before the period's end and not expired at that end.
func TestCreditsAtTheEdgesOfAMonth(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		group := credit.Target{Scope: credit.ForGroup}
		w.now = utc("2024-09-29T12:00:00Z")
		w.code("TO-29-SEPTEMBER", 100, "2024-09-29", group)
		w.code("TO-30-SEPTEMBER", 100, "2024-09-30", group)
		w.claim(w.group, 100, "EUR", func(n *credit.NewCredit) { n.Code, n.Starts = "FROM-OCTOBER", utc("2024-10-01T00:00:00Z") }, group)
		w.claim(w.group, 100, "EUR", func(n *credit.NewCredit) {
			n.Code, n.Starts = "FROM-THE-LAST-MOMENT", utc("2024-09-30T23:59:59.999999Z")
		}, group)
		w.now = utc("2024-09-30T23:59:59.999999Z")
		w.code("CLAIMED-IN-TIME", 100, "", group)
		w.now = utc("2024-10-01T00:00:00Z")
		w.code("CLAIMED-TOO-LATE", 100, "", group)
		w.close("2024-09")
		got := w.uses(w.group, "2024-09")
		slices.Sort(got)
		w.want("used in September", got, []string{"CLAIMED-IN-TIME 100", "FROM-THE-LAST-MOMENT 100", "TO-30-SEPTEMBER 100"})
		w.use(w.project, "2024-10-05T00:00:00Z", "100")
		w.close("2024-10")
		got = w.uses(w.group, "2024-10")
		slices.Sort(got)
		w.want("used in October", got, []string{"CLAIMED-TOO-LATE 100", "FROM-OCTOBER 100"})
	})
}

// A project's credit follows the project; groups that share the account's credit close in the order of
// their ids; credit in another currency waits.
func TestWhoseInvoiceTakesTheCredit(t *testing.T) {
	each(t, func(w *world) {
		first, second := w.newGroup("First"), w.newGroup("Second")
		if first > second {
			w.Fatal("ids are not in order of creation")
		}
		p, q := w.newProject("p", first), w.newProject("q", second)
		w.claim(second, 1_500, "EUR", func(n *credit.NewCredit) { n.Code = "SHARED" }, credit.Target{Scope: credit.ForAccount})
		w.claim(second, 1_500, "USD", func(n *credit.NewCredit) { n.Code = "DOLLARS" }, credit.Target{Scope: credit.ForAccount})
		w.claim(first, 300, "EUR", func(n *credit.NewCredit) { n.Code = "FOLLOWS" }, credit.Target{Scope: credit.ForProject, ProjectID: p})
		w.use(p, "2024-09-05T00:00:00Z", "10")
		w.use(q, "2024-09-05T00:00:00Z", "10")
		_, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{p}, second)
		w.must(err)
		w.use(p, "2024-09-20T00:00:00Z", "1")
		w.close("2024-09")
		w.want("the first takes what it needs", w.uses(first, "2024-09"), []string{"SHARED 1000"})
		w.want("the second what is left, and the project's of its lines there", w.uses(second, "2024-09"), []string{"FOLLOWS 100", "SHARED 500"})
		w.want("dollars wait", w.sum(`SELECT remaining_minor FROM credit_claims c JOIN credits k ON k.id = c.credit_id WHERE k.code = 'DOLLARS'`), 1_500)
	})
}

// Prepaid money is refused until the operator has said how it is taxed; it pays the total after tax and is
// not for one project.
func TestPrepaidMoney(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.credits.Issue(w.ctx, operator, credit.NewCredit{Type: credit.Purchase, Value: money.New(100, "EUR")})
		w.want("before the seller says so", models.KindOf(err), models.Conflict)
		claim := w.prepaid(2_510)
		_, err = w.credits.Rebind(w.ctx, w.scope(w.group), claim.ID, credit.Target{Scope: credit.ForProject, GroupID: w.group, ProjectID: w.project})
		w.want("for one project", models.KindOf(err), models.Invalid)
		w.code("CUT-PRICE", 1_000, "", credit.Target{Scope: credit.ForGroup})
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		row := w.row(w.group, "2024-09")
		w.want("taxable", row.TaxableMinor, 9_000)
		w.want("tax on all of it", row.TaxMinor, 2_295)
		w.want("prepaid", row.PrepaidMinor, 2_510)
		w.want("due", row.DueMinor, 9_000+2_295-2_510)
	})
}

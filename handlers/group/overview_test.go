package group_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/usage"
	"billfold/views"
)

func (b *books) pay(number, amount string, on time.Time) {
	b.t.Helper()
	_, err := b.invoices.RecordPayment(ctx, access.OperatorActor(), invoice.NewPayment{Number: number, Amount: amount, Reference: fmt.Sprintf("ref-%d", on.Day()), Date: on})
	b.must(err)
}

func TestOverview(t *testing.T) {
	b := newBooks(t)
	p := b.ana.Get(views.GroupPath(b.production)).Want(t, 200)
	if rows := p.Texts("#top-projects tbody tr"); strings.Join(rows, "; ") != "web-frontend 78.33 87.4%; api 11.30 12.6%" {
		t.Errorf("projects %q", rows)
	}
	if rows := p.Texts("#invoices tbody th"); strings.Join(rows, "; ") != "Running estimate; "+b.number {
		t.Errorf("invoices %q", rows)
	}
	if !p.Has("a[href='" + views.InvoicePDFPath(b.production, b.number) + "'][download]") {
		t.Error("no PDF")
	}
	if p.Has(".note-bad") || p.Has(".note-warn") {
		t.Errorf("an alert without a reason: %s", p.Main())
	}
	for _, words := range []string{"Remaining €0.00", "Used this month so far €0.00", "Manage credits"} {
		if !strings.Contains(p.Main(), words) {
			t.Errorf("the page does not say %q: %s", words, p.Main())
		}
	}
	empty := b.ana.Get(views.GroupPath(b.research)).Want(t, 200)
	for _, words := range []string{"No projects in this billing group yet.", "Assign projects", "No invoices yet.", "No credits in this billing group."} {
		if !strings.Contains(empty.Main(), words) {
			t.Errorf("an empty group does not say %q: %s", words, empty.Main())
		}
	}
}

func TestOverviewOfManyThings(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		long := strings.Repeat("long-name-", 12) + "end"
		b.project(b.anaScope, long)
		b.ingest(b.used("l1", long, strings.Repeat("service-", 30), strings.Repeat("kind-", 12), "p", "2026-11-05T00:00:00Z", 1, "900"))
		for i := range 6 {
			b.project(b.anaScope, fmt.Sprintf("idle-%d", i))
		}
		b.issued(b.production, 5)
		b.exec(`UPDATE invoices SET state = 'payment_failed' WHERE number = ?`, b.number)
		p := b.ana.Get(views.GroupPath(b.production)).Want(t, 200)
		rows := p.Texts("#top-projects tbody th")
		if strings.Join(rows, "; ") != long+"; web-frontend; api; idle-0; idle-1" {
			t.Errorf("projects %q", rows)
		}
		if names := p.Texts("#invoices tbody th"); strings.Join(names, "; ") != "Running estimate; "+b.number+"; OLD-000001; OLD-000002" {
			t.Errorf("invoices %q", names)
		}
		for _, words := range []string{"View all 9 projects", "View all 6 invoices", "Invoice " + b.number + " is not paid. The payment failed. €43.35 is due. Update payment method"} {
			if !strings.Contains(p.Main(), words) {
				t.Errorf("the page does not say %q: %s", words, p.Main())
			}
		}
		b.ana.Get(views.InvoicePath(b.production, "estimate-2026-11")).Want(t, 200)
		b.ana.Get(views.EventsPath(b.production)).Want(t, 200)
	})
}

// A group that has something to bill and no address is told before a month is parked for it.
func TestMissingBillingInformation(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		lab, err := b.accounts.CreateProject(ctx, b.anaScope, account.NewProject{Name: "lab", GroupID: b.research})
		b.must(err)
		if p := b.ana.Get(views.GroupPath(b.research)); p.Has(".note-warn") {
			t.Errorf("nothing is to be billed: %s", p.Text(".note-warn"))
		}
		b.ingest(usage.Record{ID: "lab", ProjectID: lab.ID, ServiceName: "s", Start: b.Clock().Add(-2 * time.Hour), End: b.Clock().Add(-time.Hour), Cost: cost("5")})
		p := b.ana.Get(views.GroupPath(b.research))
		if !strings.Contains(p.Text(".note-warn"), "Invoices cannot be issued yet. Missing in the billing information: company, ") || p.Attr(".note-warn a", "href") != views.EditDetailsPath(b.research) {
			t.Errorf("%s", p.Main())
		}
	})
}

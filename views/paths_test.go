package views

import "testing"

// The URL map of the product.
func TestPaths(t *testing.T) {
	for want, got := range map[string]string{
		"/projects/p1":                                         ProjectPath("p1"),
		"/projects/p1/rename":                                  ProjectRenamePath("p1"),
		"/projects/p1/delete":                                  ProjectDeletePath("p1"),
		"/accounts/a1":                                         AccountPath("a1"),
		"/accounts/a1/projects/new":                            NewProjectPath("a1"),
		"/accounts/a1/billing":                                 AccountBillingPath("a1"),
		"/accounts/a1/billing/new":                             NewGroupPath("a1", ""),
		"/accounts/a1/billing/new?draft=d1":                    NewGroupPath("a1", "d1"),
		"/accounts/a1/billing/new/details?draft=d1":            NewGroupDetailsPath("a1", "d1"),
		"/accounts/a1/billing/new/projects?draft=d1":           NewGroupProjectsPath("a1", "d1"),
		"/accounts/a1/billing/new/summary?draft=d1":            NewGroupSummaryPath("a1", "d1"),
		"/accounts/a1/billing/deleted":                         DeletedGroupsPath("a1"),
		"/accounts/a1/settings":                                AccountSettingsPath("a1"),
		"/accounts/a1/members":                                 MembersPath("a1"),
		"/accounts/a1/payment-methods":                         PaymentMethodsPath("a1"),
		"/accounts/a1/tokens":                                  TokensPath("a1"),
		"/billing-groups/g1":                                   GroupPath("g1"),
		"/billing-groups/g1/rename":                            GroupRenamePath("g1"),
		"/billing-groups/g1/delete":                            GroupDeletePath("g1"),
		"/billing-groups/g1/primary":                           GroupPrimaryPath("g1"),
		"/billing-groups/g1/projects":                          GroupProjectsPath("g1"),
		"/billing-groups/g1/projects/assign":                   AssignProjectsPath("g1"),
		"/billing-groups/g1/projects/move":                     MoveProjectsPath("g1"),
		"/billing-groups/g1/projects/move?ids=p1&ids=p2":       MoveProjectsPath("g1", "p1", "p2"),
		"/billing-groups/g1/projects/undo":                     UndoMovePath("g1"),
		"/billing-groups/g1/invoices":                          InvoicesPath("g1"),
		"/billing-groups/g1/invoices/BF-2026-000412":           InvoicePath("g1", "BF-2026-000412"),
		"/billing-groups/g1/invoices/BF-2026-000412.pdf":       InvoicePDFPath("g1", "BF-2026-000412"),
		"/billing-groups/g1/invoices/BF-2026-000412.csv":       InvoiceCSVPath("g1", "BF-2026-000412"),
		"/billing-groups/g1/invoices/BF-2026-000412.xml":       InvoiceXMLPath("g1", "BF-2026-000412"),
		"/billing-groups/g1/invoices/BF-1/receipt.pdf":         ReceiptPath("g1", "BF-1"),
		"/billing-groups/g1/invoices/estimate-2026-11/lines/l": LinePath("g1", "estimate-2026-11", "l"),
		"/billing-groups/g1/invoices/2026/all.zip":             YearZIPPath("g1", 2026),
		"/billing-groups/g1/credit-notes/BF-CN-2026-000007":    CreditNotePath("g1", "BF-CN-2026-000007"),
		"/billing-groups/g1/credits":                           CreditsPath("g1"),
		"/billing-groups/g1/credits/new":                       NewCreditPath("g1"),
		"/billing-groups/g1/events":                            EventsPath("g1"),
		"/billing-groups/g1/events.csv":                        EventsCSVPath("g1"),
		"/billing-groups/g1/billing-information":               BillingInformationPath("g1"),
		"/billing-groups/g1/billing-information/edit":          EditDetailsPath("g1"),
		"/billing-groups/g1/invoices/BF-2026-000412/email":     InvoiceEmailPath("g1", "BF-2026-000412"),
		"/billing-groups/g1/emails/edit":                       EditEmailsPath("g1"),
		"/billing-groups/g1/payment-method":                    PaymentMethodPath("g1"),
		"/sign-in?return=%2Faccounts%3Fq%3D1":                  SignInReturnPath("/accounts?q=1"),
		// An id from outside never leaves its place in the path.
		"/billing-groups/..%2F..%2Fsign-out%3Fx":         GroupPath("../../sign-out?x"),
		"/billing-groups/g1/projects/move?ids=a%26b%3Dc": MoveProjectsPath("g1", "a&b=c"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWithQuery(t *testing.T) {
	for want, got := range map[string]string{
		"/x":                      WithQuery("/x", "a", ""),
		"/x?a=1&b=2":              WithQuery("/x?b=2", "a", "1"),
		"/x?b=3":                  WithQuery("/x?a=1&b=2", "a", "", "b", "3"),
		"/x?a=%26+%23#row":        WithQuery("/x#row", "a", "& #"),
		"/x?status=overdue&year=": WithQuery("/x", "status", "overdue") + "&year=",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

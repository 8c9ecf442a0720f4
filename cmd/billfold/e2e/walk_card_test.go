package e2e

import "strings"

// cardSteps add a card of the sandbox, look at a charge that failed, and pay it with another card.
var cardSteps = []step{
	{name: "payment methods", title: "Payment methods – Acme Cloud – Billfold", do: func(w *walk) {
		w.Goto("/accounts")
		w.In("#accounts").ClickRole("link", "Acme Cloud")
		w.heading("Acme Cloud")
		w.tab("Settings")
		w.ClickRole("link", "Payment methods")
		w.heading("Payment methods")
		w.Sees("Mastercard ending 4444 expires on 31 Dec 2026 and is used by Customer demos.")
	}, loaded: true},
	{name: "the sandbox's page", title: "Add a test card – Sandbox – Billfold", do: func(w *walk) {
		w.ClickRole("button", "Add a card")
		w.heading("Add a test card")
		w.Sees("Sandbox: no money moves.")
	}, loaded: true},
	{name: "a card that the bank declines", title: "Error: Add a test card – Sandbox – Billfold", do: func(w *walk) {
		w.Check("Visa ending 0002")
		w.ClickRole("button", "Add card")
		w.refused("Visa ending 0002 was not added: the bank declined the card")
	}, loaded: true},
	{name: "a card is added", title: "Payment methods – Acme Cloud – Billfold", do: func(w *walk) {
		w.Check("Visa ending 3184")
		w.ClickRole("button", "Add card")
		w.heading("Payment methods")
		w.Sees("Visa ending 3184 added.")
	}, loaded: true},
	{name: "a charge that failed", title: "Billing information – Data platform US – Billfold", do: func(w *walk) {
		w.In("#methods").ClickRole("link", "Data platform US")
		w.heading("Data platform US")
		w.Sees("Visa ending 9995")
	}},
	{name: "its invoice", title: "Invoices – Data platform US – Billfold", do: func(w *walk) {
		w.tab("Invoices")
		w.Sees("Payment failed")
		w.notes["failed"] = w.Texts("#invoices tbody tr:has(.badge-bad) th")[0]
	}},
	{name: "pay it now", title: "Pay invoice {failed} – Data platform US – Billfold", do: func(w *walk) {
		w.Goto(strings.TrimSuffix(w.Path(), "/") + "/" + w.notes["failed"] + "/pay")
		w.heading("Pay invoice " + w.notes["failed"])
		w.Check("Visa ending 3184")
	}, loaded: true},
	{name: "the bank asks", title: "Pay with a test card – Sandbox – Billfold", do: func(w *walk) {
		w.ClickRole("button", w.named("button", "Pay $"))
		w.heading("Pay with a test card")
		w.ClickRole("button", w.named("button", "Pay $"))
		w.heading("Your bank asks you to confirm")
	}, loaded: true},
	{name: "it is paid", title: "Invoice {failed} – Data platform US – Billfold", do: func(w *walk) {
		w.ClickRole("button", "Confirm payment")
		w.heading("Invoice " + w.notes["failed"])
		w.Sees("paid by Visa ending 3184.")
		w.Sees("Paid 22 Nov 2026")
	}, loaded: true},
}

// Package payment collects issued invoices through payment gateways: cards that are added on a gateway's own
// page, charges after issue and on demand, what gateways tell us later, and reminders. No card number is
// ever seen here.
//
//	gateway.go   what a gateway can do: the interface that packages stripe and sandbox fill
//	charge.go    rules: the life of a charge, when a failed one is tried again
//	setup*.go    cards: a visit to the gateway's page that adds one, taken in once
//	method_store.go   the payment methods of an account, who uses them, removing a card
//	payable_store.go  what one may do to pay an invoice now
package payment

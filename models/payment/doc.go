// Package payment collects issued invoices through payment gateways: cards that are added on a gateway's own
// page, charges after issue and on demand, what gateways tell us later, and reminders. No card number is
// ever seen here.
//
//	gateway.go   what a gateway can do: the interface that packages stripe and sandbox fill
//	camt.go      a bank's statement: booked credits (camt_entry.go) and the invoices they name (reference.go);
//	             bank_store.go makes payments of them
//	charge.go    rules: the life of a charge, when a failed one is tried again
package payment

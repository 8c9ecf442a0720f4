// Package payment collects issued invoices through payment gateways: cards that are added on a gateway's own
// page, charges after issue and on demand, what gateways tell us later, and reminders. No card number is
// ever seen here.
//
//	gateway.go   what a gateway can do: the interface that packages stripe and sandbox fill
//	camt.go      a bank's statement: booked credits (camt_entry.go) and the invoices they name (reference.go);
//	             bank_store.go makes payments of them
//	charge.go    rules: the life of a charge, when a failed one is tried again
//	outcome.go   rules: what of a gateway's word counts, and whether it fits our charge
//	collect.go   rules: what is to be done next about an unpaid invoice
//	attempt.go   what screens and programs see of charges and of what is planned
//	setup*.go    cards: a visit to the gateway's page that adds one, taken in once
//	method_store.go   the payment methods of an account, who uses them, removing a card
//	payable_store.go  what one may do to pay an invoice now
//	*_store.go   the use cases: Collect (the job), PayNow and Returned (a person), Receive (a notice), Sweep
//	             (every minute); apply_store.go is where all of them take in what a gateway says
//	paymenttest  a gateway for tests that loses, repeats, reorders and forges
//
// What holds however often and in whatever order it happens:
//
// A charge is committed before the gateway is asked, and its id is the key there. Asking again after a crash
// or a lost answer is asking for the same charge; after an hour, when a gateway may have forgotten the key,
// it is looked for instead. The gateway is never asked inside a transaction.
//
// At most one charge of an invoice is under way or has succeeded: the account and the invoice are locked, and
// the index charges_one is the last guard. Money that comes although another charge has paid, or although
// nothing is due any more, is surplus: no payment of the invoice, sent back whole by the next sweep. A charge
// that pays more than is still due (a credit note came meanwhile) is a payment, and the rest is to be refunded.
//
// What a gateway says counts only when it is further than what is known (State.rank), so notices may come
// late, again and in any order. Of two charges that both took money the one that is known first is kept. A
// dispute that is won brings no money in by itself: the operator records it.
package payment

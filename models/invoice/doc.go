// Package invoice is the room of estimates and invoices: an estimate grows while usage arrives, closing
// a month freezes it into a numbered invoice. The arithmetic is in closing.go, without a database; SQL
// is in the *_store.go files. The read models of the screens that show costs are here too.
package invoice

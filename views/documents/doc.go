// Package documents makes the files an issued invoice or credit note becomes: the PDF and the CSV.
// It only prints. Every number arrives in Invoice, filled from the frozen snapshot; nothing here reads
// a clock, a database or a setting, so the same Invoice gives the same bytes for ever.
//
// The PDF is laid out first, into a plain list of drawing operations for each page (sheet.go), and drawn
// afterwards (draw.go), because "Page 2 of 5" needs the number of pages. draw.go is the only file of the
// product that imports the PDF library, so that its maintained fork stays one import away.
//
//	invoice.go   the data            check.go    refuses figures that do not add up
//	header.go    page 1, top half    summary.go  projects, tax, totals, payment, notes
//	detail.go    the lines           csv.go      the same lines for a spreadsheet
//	receipt.go   of a payment, a PDF of its own
package documents

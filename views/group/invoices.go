package group

import (
	"strconv"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// InvoiceList is a table of estimates and invoices.
type InvoiceList struct {
	Caption string
	Rows    []InvoiceRow
	Mixed   bool           // rows of several currencies: they get a column of their own
	In      money.Currency // of all rows otherwise
}

func (l InvoiceList) totalHead() string {
	if l.Mixed || l.In == "" {
		return "Total"
	}
	return "Total (" + string(l.In) + ")"
}

// InvoiceRow is one row of it.
type InvoiceRow struct {
	Name, Path string // the number, or what kind of estimate it is
	Month      models.Month
	Issued     time.Time // zero: IssuedText says when
	IssuedText string
	Due        time.Time // zero: DueText
	DueText    string
	Status     views.Mark
	Remark     string // beside the status
	Total      money.Amount
	PDFPath    string // empty: an estimate, or PDFText says why not
	PDFSize    string
	PDFText    string
	CSVPath    string
	Of         string // "of invoice BF-2026-000412", hidden at the files
}

// NewInvoiceList puts estimates and invoices into words.
func NewInvoiceList(groupID, groupName string, items []invoice.GroupInvoice, now time.Time) InvoiceList {
	l := InvoiceList{Caption: "Invoices of " + groupName}
	for _, it := range items {
		l.Rows = append(l.Rows, invoiceRow(groupID, it, now))
		l.Mixed = l.Mixed || l.In != "" && l.In != it.Valued.Currency
		l.In = it.Valued.Currency
	}
	return l
}

func invoiceRow(groupID string, it invoice.GroupInvoice, now time.Time) InvoiceRow {
	address := it.Address()
	row := InvoiceRow{Name: address, Path: views.InvoicePath(groupID, address), Month: models.Month(it.Month), Total: it.Total,
		Status: Status(it, now), CSVPath: views.InvoiceCSVPath(groupID, address), Of: "of invoice " + address}
	if it.State == invoice.Estimate {
		estimateRow(&row, it, now)
		return row
	}
	row.Issued, row.Due = day(it.InvoiceDate), day(it.DueDate)
	if it.PDFSize > 0 {
		row.PDFPath, row.PDFSize = views.InvoicePDFPath(groupID, address), views.FileSize(it.PDFSize)
	} else {
		row.PDFText = "PDF is being made"
	}
	return row
}

func estimateRow(row *InvoiceRow, it invoice.GroupInvoice, now time.Time) {
	row.Of = "of the estimate for " + row.Month.Label()
	row.DueText, row.Name, row.IssuedText = "Not billed", "Running estimate", "At month end"
	if !it.Running(now) {
		row.Name, row.IssuedText = "Estimate", "At closing"
	}
	var remarks []string
	if it.ClosingReason != "" {
		remarks = append(remarks, "on hold")
	}
	if it.NoRate {
		remarks = append(remarks, "in "+string(it.Valued.Currency)+", no exchange rate")
	}
	if it.Approximate {
		remarks = append(remarks, "approximate")
	}
	if !it.TaxKnown {
		remarks = append(remarks, "before tax")
	}
	row.Remark = strings.Join(remarks, ", ")
}

func day(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// InvoicesView is the Invoices tab.
type InvoicesView struct {
	Frame
	List   InvoiceList
	Any    bool // the group has an invoice or estimate, whatever the filter
	First  string
	Year   views.Choice
	Status views.Choice
	Count  string
	Pages  views.Pages
	Path   string // of the list without filters
	Zips   []ZipLink
	Failed []views.PaymentAlert
}

// ZipLink leads to all invoices of a year in one file.
type ZipLink struct{ Text, Path string }

// InvoicesRegion is the id of the list that filters and paging replace.
const InvoicesRegion = "invoice-list"

// NewInvoices makes the Invoices tab.
func NewInvoices(f Frame, list invoice.GroupInvoices, filter invoice.InvoiceFilter, size int, now time.Time) InvoicesView {
	path := views.InvoicesPath(f.Header.ID)
	sized := ""
	if size != 25 {
		sized = views.Number(size)
	}
	to := func(size, key, cursor string) string {
		if cursor == "" && key != "" {
			return ""
		}
		return views.WithQuery(path, "year", filter.Year, "status", filter.Status, "size", size, key, cursor)
	}
	v := InvoicesView{Frame: f, List: NewInvoiceList(f.Header.ID, f.Header.Name, list.Items, now), Any: list.Any, Path: path,
		First:  firstInvoice(f, now),
		Year:   views.Choice{Name: "year", Label: "Year", Value: filter.Year, Options: []views.Option{{Value: "", Label: "All years"}}},
		Status: statusChoice(filter.Status),
		Count:  invoiceCount(list),
		Pages:  views.Pages{PrevPath: to(sized, "before", list.Prev), NextPath: to(sized, "after", list.Next), ByTime: true, Size: size}}
	for _, y := range list.Years {
		v.Year.Options = append(v.Year.Options, views.Option{Value: y, Label: y})
		if n, err := strconv.Atoi(y); err == nil && (filter.Year == "" || filter.Year == y) && list.Total > 0 {
			v.Zips = append(v.Zips, ZipLink{"Download all of " + y + " (ZIP)", views.YearZIPPath(f.Header.ID, n)})
		}
	}
	if list.Total+list.Open > 25 {
		v.Pages.SizePath = func(n int) string { return to(views.Number(n), "", "") }
	}
	return v
}

func invoiceCount(list invoice.GroupInvoices) string {
	issued := views.CountUpTo(list.Total, invoice.CountLimit, "invoice", "invoices")
	switch {
	case list.Total+list.Open == 0:
		return "No invoices match"
	case list.Open == 0:
		return issued
	case list.Total == 0:
		return views.Count(list.Open, "estimate", "estimates")
	}
	return issued + " and " + views.Count(list.Open, "estimate", "estimates")
}

func firstInvoice(f Frame, now time.Time) string {
	if f.Header.Deleted {
		return "This billing group was deleted before anything was billed."
	}
	m := models.MonthOf(now)
	return "The first invoice is issued on " + views.Date(m.End()) + " for " + m.Start().Format("January") + ", if its projects use anything until then."
}

func statusChoice(value string) views.Choice {
	return views.Choice{Name: "status", Label: "Status", Value: value, Options: []views.Option{
		{Value: "", Label: "All statuses"},
		{Value: invoice.FilterEstimate, Label: "Estimate"},
		{Value: invoice.FilterDue, Label: "Due"},
		{Value: invoice.FilterOverdue, Label: "Overdue"},
		{Value: invoice.FilterPaid, Label: "Paid"},
		{Value: invoice.FilterFailed, Label: "Payment failed"},
		{Value: invoice.FilterWaived, Label: "Waived"},
		{Value: invoice.FilterWrittenOff, Label: "Written off"},
		{Value: invoice.FilterCredited, Label: "Credited"},
	}}
}

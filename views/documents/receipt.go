package documents

import (
	"fmt"
	"strings"
	"time"

	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// KindReceipt confirms a payment of an invoice. It is a file of its own: the invoice never changes.
const KindReceipt Kind = "receipt"

// Receipt is everything that a receipt says. Amounts are in the invoice's currency.
type Receipt struct {
	Number string       // of the invoice
	Issued time.Time    // the invoice
	Total  money.Amount // of the invoice, with tax
	Before money.Amount // what of it had been paid or credited before this payment
	Paid   money.Amount // this payment
	On     time.Time    // its day, and the file's creation date
	How    string       // "Visa ending 4242"
	Ref    string       // the bank's or the gateway's
	Period [2]time.Time // the billed month, [start, end)
	Order  string       // the customer's purchase order
	Seller Seller
	Buyer  Buyer

	AccountName, GroupName string
}

// Due is what is still due after the payment, Excess what was paid above what was due.
func (r Receipt) Due() money.Amount    { return money.New(max(0, r.left()), r.Total.Currency()) }
func (r Receipt) Excess() money.Amount { return money.New(max(0, -r.left()), r.Total.Currency()) }

func (r Receipt) left() int64 { return r.Total.Minor() - r.Before.Minor() - r.Paid.Minor() }

// ReceiptOf makes the receipt of a payment out of its row and the invoice's frozen snapshot; due is what was
// due before it, in minor units.
func ReceiptOf(p invoice.PaidInvoice, due int64) Receipt {
	currency := money.Currency(p.Payment.Currency)
	inv := FromFrozen(invoice.Full{Row: p.Row, Snapshot: p.Snapshot})
	r := Receipt{Number: inv.Number, Issued: inv.Issued, Total: inv.Total, Before: money.New(p.TotalMinor-due, currency), Paid: money.New(p.Payment.AmountMinor, currency),
		On: p.Payment.PaidOn.UTC(), How: p.Payment.Label, Period: [2]time.Time{inv.PeriodStart, inv.PeriodEnd}, Order: inv.PurchaseOrder,
		Seller: inv.Seller, Buyer: inv.Buyer, AccountName: inv.AccountName, GroupName: inv.GroupName}
	if p.Payment.ChargeID == nil { // a gateway's reference says nothing to anybody
		r.Ref = p.Payment.Reference
	}
	return r
}

// ReceiptPDF prints a receipt: A4, or US Letter for a buyer in the US or Canada. The same Receipt always
// gives the same bytes. It refuses one without a payment or of several currencies.
func ReceiptPDF(r Receipt) ([]byte, error) {
	c := r.Total.Currency()
	if r.Number == "" || r.On.IsZero() || r.Paid.Sign() <= 0 || c == "" || r.Paid.Currency() != c || r.Before.Currency() != c {
		return nil, fmt.Errorf("receipt for %q: number, day and amounts of one currency are needed", r.Number)
	}
	country := strings.ToUpper(r.Buyer.Address.Country)
	d := &doc{sheet: newSheet(country == "US" || country == "CA"), inv: Invoice{Kind: KindReceipt, Number: r.Number, Issued: r.On, Currency: c, Seller: r.Seller, Buyer: r.Buyer}}
	d.onPage = d.runningHead
	d.receiptHead(r)
	d.receiptBox(r)
	d.receiptSums(r)
	d.flow(d.left, d.right-d.left, note, "This receipt confirms a payment. It is no invoice: the tax stands on invoice "+clean(r.Number)+".")
	d.footers()
	return draw(d.sheet, properties{title: "Receipt for invoice " + clean(r.Number), author: clean(r.Seller.Name),
		subject: joined(clean(r.Buyer.Company), "paid "+views.Date(r.On)), keywords: joinedBy(" ", clean(r.Number), clean(r.Order)), date: r.On})
}

// receiptHead is the top: who was paid, who paid, and what for.
func (d *doc) receiptHead(r Receipt) {
	top := max(windowTop, d.supplier()+3)
	d.textRight(d.right, marginTop-1.6, style{20, true, inkAccent}, "RECEIPT")
	d.textRight(d.right, marginTop+7.4, style{11, true, inkText}, "Invoice "+clean(r.Number))
	billTo := d.billTo(top)
	const keys = 28.0
	x, y := windowLeft+windowWidth+6.0, top+1.5
	for _, row := range [][2]string{{"Paid on", views.Date(r.On)}, {"Paid by", clean(r.How)}, {"Reference", clean(r.Ref)}, {"Invoice", clean(r.Number)},
		{"Invoice date", views.Date(r.Issued)}, {"Billing period", period(r.Period[0], r.Period[1])}, {"Purchase order", clean(r.Order)},
		{"Account", clean(r.AccountName)}, {"Billing group", clean(r.GroupName)}, {"Currency", string(r.Total.Currency())}} {
		if row[1] == "" {
			continue
		}
		d.text(x, y+0.45, small, row[0])
		y = d.block(x+keys, y, body, body.wrap(row[1], d.right-x-keys)) + 0.25
	}
	d.y = max(top+windowHeight, billTo+2, y+2)
}

// receiptBox is the answer to how much was paid, when and how.
func (d *doc) receiptBox(r Receipt) {
	const height = 20.0
	wide := d.right - d.left
	d.fill(d.left, d.y, wide, height, inkSunken)
	d.fill(d.left, d.y, 1.2, height, inkAccent)
	amount, big := views.Money(r.Paid), style{21, true, inkText}
	for big.width(amount) > wide*0.42 {
		big.size--
	}
	x := d.left + 5
	d.text(x, d.y+3.2, label, "Amount paid")
	d.text(x, d.y+7.6+(21-big.size)*0.2, big, amount)
	x += wide * 0.44
	d.text(x, d.y+3.2, label, "Paid on")
	d.text(x, d.y+9.4, head, views.Date(r.On))
	x = d.left + wide*0.65
	how := limit(body.wrap(clean(r.How), d.right-x-4), 2, body, d.right-x-4)
	d.text(x, d.y+3.2, label, "Payment")
	d.block(x, d.y+11.8-float64(len(how))*2, body, how)
	d.y += height + 8
}

// receiptSums is what the payment did to the invoice.
func (d *doc) receiptSums(r Receipt) {
	rows := []totalRow{{"Total of invoice " + clean(r.Number) + " of " + views.Date(r.Issued), r.Total, 0}}
	if !r.Before.IsZero() {
		rows = append(rows, totalRow{"Paid or credited before", r.Before.Neg(), 0})
	}
	rows = append(rows, totalRow{"This payment of " + views.Date(r.On), r.Paid.Neg(), 0})
	if excess := r.Excess(); !excess.IsZero() {
		rows = append(rows, totalRow{"Paid above what was due, to be sent back", excess, 0})
	}
	rows = append(rows, totalRow{"Still due " + string(r.Total.Currency()), r.Due(), 1})
	for _, row := range rows {
		st := rowStyle(row)
		if row.level == 1 {
			d.rule(d.left, d.right, d.y+0.3, 0.25, inkText)
			d.y += 1.2
		}
		d.textRight(d.right, d.y, st, column(row.amount))
		d.y = d.block(d.left, d.y, st, st.wrap(row.text, d.right-d.left-50)) + 0.8
	}
	d.y += 6
}

// ReceiptName is the file name of a receipt: "receipt_BF-2026-000412.pdf", and for the second payment of the
// invoice "receipt_BF-2026-000412-2.pdf". place counts from 1.
func ReceiptName(number string, place int) string {
	name := "receipt_" + asciiName(number)
	if place > 1 {
		name += fmt.Sprintf("-%d", place)
	}
	return name + ".pdf"
}

package documents

import (
	"fmt"
	"strings"
	"time"

	"billfold/views"
)

// The bill-to block stands where window envelopes (DIN 5008 form B, ISO 269) show it.
const windowLeft, windowTop, windowWidth, windowHeight = 20, 45, 85, 45

// header is the top of page 1: supplier, title, bill-to and facts. It leaves y below them.
func (d *doc) header() {
	supplier := d.supplier()
	d.pageTitle()
	top := max(windowTop, supplier+3)
	billTo := d.billTo(top)
	facts := d.facts(windowLeft+windowWidth+6, top)
	d.y = max(top+windowHeight, billTo+2, facts+2)
}

// supplier sets the mark, three ledger bars, and who sends the document (226(3) and (5)).
func (d *doc) supplier() float64 {
	for i, w := range []float64{7, 5, 6} {
		d.fill(d.left, marginTop+0.6+float64(i)*2, w, 1.3, inkAccent)
	}
	seller := d.inv.Seller
	st := style{13, true, inkText}
	wide := d.right - d.left - 62
	y := d.block(d.left+9.5, marginTop, st, limit(st.wrap(clean(seller.Name), wide-9.5), 2, st, wide-9.5))
	y = d.block(d.left, y+0.8, small, small.wrap(oneLine(seller.Address), wide))
	ids := joined(prefixed("VAT ID ", clean(seller.VATID)), clean(seller.TaxNumber))
	if ids != "" {
		y = d.block(d.left, y, small, small.wrap(ids, wide))
	}
	if rep := clean(seller.TaxRepresentative); rep != "" {
		y = d.block(d.left, y, small, small.wrap("Tax representative: "+rep, wide))
	}
	return y
}

func (d *doc) pageTitle() {
	big := style{20, true, inkAccent}
	d.textRight(d.right, marginTop-1.6, big, strings.ToUpper(d.word()))
	d.textRight(d.right, marginTop+7.4, style{11, true, inkText}, clean(d.inv.Number))
}

// billTo sets the customer's name, address and VAT id (226(4) and (5)) in the window.
func (d *doc) billTo(top float64) float64 {
	buyer := d.inv.Buyer
	d.text(windowLeft, top+1.5, label, "Bill to")
	y := top + 1.5 + label.lead() + 0.6
	y = d.block(windowLeft, y, bold, bold.wrap(clean(buyer.Company), windowWidth))
	for _, l := range buyer.Address.lines() {
		y = d.block(windowLeft, y, body, body.wrap(l, windowWidth))
	}
	if id := clean(buyer.VATID); id != "" {
		y = d.block(windowLeft, y+1, small, small.wrap("VAT ID "+id, windowWidth))
	}
	return y
}

// facts sets number, dates, period and references at the right.
func (d *doc) facts(x, top float64) float64 {
	inv := d.inv
	rows := [][2]string{{d.word() + " number", clean(inv.Number)}, {"Issued", views.Date(inv.Issued)}}
	if c := inv.Corrects; c != nil {
		rows = append(rows, [2]string{"Credits invoice", clean(c.Number) + " of " + views.Date(c.Issued)})
	}
	rows = append(rows, [2]string{"Billing period", period(inv.PeriodStart, inv.PeriodEnd)})
	if !inv.Due.IsZero() {
		rows = append(rows, [2]string{"Due", views.Date(inv.Due) + ", " + inv.terms()})
	}
	rows = append(rows,
		[2]string{"Purchase order", clean(inv.PurchaseOrder)}, [2]string{"Your reference", clean(inv.BuyerReference)},
		[2]string{"Account", clean(inv.AccountName)}, [2]string{"Billing group", clean(inv.GroupName)})
	keys, y := 28.0, top+1.5
	for _, row := range rows {
		if row[1] == "" {
			continue
		}
		d.text(x, y+0.45, small, row[0])
		y = d.block(x+keys, y, body, body.wrap(row[1], d.right-x-keys)) + 0.25
	}
	if id := clean(inv.GroupID); id != "" {
		y = d.block(x+keys, y-0.25, foot, foot.wrap(id, d.right-x-keys))
	}
	d.text(x, y+0.45, small, "Currency")
	d.text(x+keys, y, body, string(inv.Currency))
	return y + body.lead()
}

// period is "1 Oct 2026 to 31 Oct 2026 (UTC)" of [start, end).
func period(start, end time.Time) string {
	if start.IsZero() || end.IsZero() {
		return ""
	}
	return views.ServicePeriod(start, end) + " (UTC)"
}

func (inv Invoice) terms() string {
	switch inv.TermDays {
	case 0:
		return "on issue"
	case 1:
		return "1 day net"
	}
	return fmt.Sprintf("%d days net", inv.TermDays)
}

// summaryBox is the answer to how much, until when, and how: the part most readers stop at.
func (d *doc) summaryBox() {
	const height = 20.0
	inv := d.inv
	amount, wide := views.Money(inv.AmountDue), d.right-d.left
	name := "Amount due"
	if inv.Kind == KindCreditNote {
		name, amount = "Total credited", views.Money(inv.Total)
	}
	d.fill(d.left, d.y, wide, height, inkSunken)
	d.fill(d.left, d.y, 1.2, height, inkAccent)
	big := style{21, true, inkText}
	for big.width(amount) > wide*0.42 {
		big.size--
	}
	x := d.left + 5
	d.text(x, d.y+3.2, label, name)
	d.text(x, d.y+7.6+(21-big.size)*0.2, big, amount)
	x += wide * 0.44
	if !inv.Due.IsZero() && inv.AmountDue.Sign() > 0 {
		d.text(x, d.y+3.2, label, "Due")
		d.text(x, d.y+9.4, head, views.Date(inv.Due))
	}
	x = d.left + wide*0.65
	w := d.right - x - 4
	d.text(x, d.y+3.2, label, "Payment")
	sentence := d.settlement()
	how := limit(body.wrap(sentence, w), 2, body, w)
	for len(how) == 2 && len(body.wrap(sentence, w-1)) == 2 {
		w-- // two lines of about the same length
		how = body.wrap(sentence, w)
	}
	d.block(x, d.y+11.8-float64(len(how))*2, body, how)
	d.y += height + 5
}

// settlement is one sentence on how the amount is paid, as known at issue.
func (d *doc) settlement() string {
	inv, p := d.inv, d.inv.Payment
	switch {
	case inv.Settlement != "":
		return clean(inv.Settlement)
	case inv.Kind == KindCreditNote:
		return "No payment is needed"
	case inv.AmountDue.Sign() <= 0 && len(inv.Prepaid) > 0:
		return "Nothing to pay, prepaid credit covers it"
	case inv.AmountDue.Sign() <= 0:
		return "Nothing to pay"
	case p.Method == PayByCard:
		return joinedBy(" ", "To be charged to", cardName(p), prefixed("on ", views.Date(p.ChargeOn)))
	}
	return joinedBy(" ", "Bank transfer", prefixed("by ", views.Date(inv.Due)))
}

func cardName(p Payment) string {
	return joinedBy(" ", clean(p.CardBrand), prefixed("ending ", lastFour(p.CardLast4)))
}

// lastFour never lets more than four digits of a card through (EN 16931 BR-51).
func lastFour(s string) string {
	if s = clean(s); len(s) > 4 {
		s = s[len(s)-4:]
	}
	return s
}

func joinedBy(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

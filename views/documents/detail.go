package documents

import (
	"math"
	"strings"

	"github.com/shopspring/decimal"

	"billfold/models/money"
	"billfold/views"
)

// cells is one invoice line, wrapped for its columns.
type cells struct {
	service, about, plan, quantity, price []string
	amount                                string
	height                                float64
}

// columns are the right edges of the five columns; the amounts are as wide as the widest one.
type columns struct{ service, plan, quantity, price, amount float64 }

const (
	gutter   = 3.0
	maxCell  = 12 // lines of one cell
	rowExtra = 1.1
	// headExtra is the space around a project's name.
	headExtra = 2.6
)

var (
	carryHeight    = body.lead() + 2.2
	subtotalHeight = body.lead() + 1.6
	endHeight      = body.lead() + 3.2
)

func (d *doc) columns() columns {
	wide := body.width("−9,999,999.99")
	for _, p := range d.inv.Projects {
		for _, l := range p.Lines {
			wide = max(wide, body.width(views.MoneyBare(l.Amount)))
		}
	}
	wide = max(wide, bold.width(column(d.inv.Subtotal)))
	c := columns{amount: d.right, price: d.right - wide - gutter}
	c.quantity = c.price - 20 - gutter
	c.plan = c.quantity - 26 - gutter
	c.service = d.left + (c.plan-d.left)*0.4
	return c
}

// details prints every line, grouped by project. A project's head stays with its first two lines, a
// subtotal with the line before it. A page that is not the last ends with the amount carried forward,
// and the next begins with the same amount.
func (d *doc) details() {
	c := d.columns()
	d.detailHead(c)
	running := money.Zero(d.inv.Currency)
	for pi, p := range d.inv.Projects {
		last := pi == len(d.inv.Projects)-1
		name := limit(bold.wrap(projectName(p), c.quantity-d.left), 3, bold, c.quantity-d.left)
		nameHeight := float64(len(name))*bold.lead() + headExtra
		rows := make([]cells, len(p.Lines))
		for i, l := range p.Lines {
			rows[i] = d.cells(l, c)
		}
		if len(rows) == 0 {
			d.room(c, nameHeight+subtotalHeight, last, running)
			d.projectHead(name)
		}
		for i, row := range rows {
			need, end := row.height, i == len(rows)-1
			if i == 0 {
				need += nameHeight
				if len(rows) > 1 {
					need += rows[1].height
					end = len(rows) == 2
				}
			}
			if end {
				need += subtotalHeight
			}
			if d.room(c, need, end && last, running) && i > 0 {
				d.text(d.left, d.y, bold, bold.fit(name[0], c.plan-d.left)+" (continued)")
				d.y += bold.lead() + 0.8
			}
			if i == 0 {
				d.projectHead(name)
			}
			d.detailRow(row, c)
			running, _ = running.Add(p.Lines[i].Amount) // check has added them up before
		}
		d.rule(c.price+gutter, d.right, d.y, 0.25, inkText)
		d.sumRow("Subtotal "+bold.fit(projectName(p), c.price-d.left-28), p.Subtotal, subtotalHeight)
	}
	if len(d.inv.Projects) == 0 {
		d.text(d.left, d.y, quiet, "No lines.")
		d.y += body.lead() + 1
	}
	d.rule(d.left, d.right, d.y, 0.25, inkText)
	d.y += 0.6
	d.sumRow("All projects", d.inv.Subtotal, endHeight)
	d.y += 2
}

// room makes place for h millimetres and for the row that must follow: the end of the table, or
// "Carried forward". It says whether it began a page.
func (d *doc) room(c columns, h float64, end bool, running money.Amount) bool {
	reserve := carryHeight
	if end {
		reserve = endHeight
	}
	if d.fits(h + reserve) {
		return false
	}
	if d.inline {
		d.newPage() // the short form does not fit; its layout is thrown away
		return false
	}
	d.rule(d.left, d.right, d.y+0.4, 0.25, inkText)
	d.y += 0.8
	d.sumRow("Carried forward", running, 0)
	d.newPage()
	d.detailHead(c)
	d.sumRow("Brought forward", running, carryHeight)
	return true
}

func (d *doc) detailHead(c columns) {
	d.text(d.left, d.y, label, "Service")
	d.text(c.service+gutter, d.y, label, "Plan and region")
	d.textRight(c.quantity, d.y, label, "Quantity and unit")
	d.textRight(c.price, d.y, label, "Unit price")
	d.textRight(c.amount, d.y, label, "Amount ("+string(d.inv.Currency)+")")
	d.y += label.lead() + 1
	d.rule(d.left, d.right, d.y, 0.25, inkText)
	d.y += 0.8
}

func (d *doc) projectHead(name []string) {
	d.add(op{kind: opBookmark, y: d.y, text: strings.Join(name, " ")})
	d.y = d.block(d.left, d.y+headExtra-0.8, bold, name) + 0.8
}

func (d *doc) sumRow(text string, amount money.Amount, height float64) {
	d.text(d.left, d.y+0.6, bold, text)
	d.textRight(d.right, d.y+0.6, bold, column(amount))
	d.y += height
}

// cells wraps a line. What a service is called comes first; a support or extra charge may have only
// its description. The service period is printed where it leaves the billed month (226(7)).
func (d *doc) cells(l Line, c columns) cells {
	name, about := clean(l.Service), clean(l.Description)
	if name == "" {
		name, about = about, ""
	}
	if name == "" {
		name = map[string]string{"support_charge": "Support charge", "extra_charge": "Extra charge"}[l.Type]
	}
	wide := c.service - d.left
	out := cells{
		service:  limit(body.wrap(name, wide), maxCell, body, wide),
		plan:     wrapCell(joined(joinedBy(" ", clean(l.ServiceType), clean(l.Plan)), clean(l.Cloud)), c.plan-c.service-gutter),
		quantity: wrapCell(joinedBy(" ", views.Quantity(l.Quantity), clean(l.Unit)), c.quantity-c.plan-gutter),
		amount:   views.MoneyBare(l.Amount),
	}
	if about != "" && about != name {
		out.about = limit(small.wrap(about, wide), 3, small, wide)
	}
	if !l.Begin.IsZero() && (l.Begin.Before(d.inv.PeriodStart) || l.End.After(d.inv.PeriodEnd)) {
		out.about = append(out.about, small.wrap(views.ServicePeriod(l.Begin, l.End), wide)...)
	}
	if l.UnitPrice.Valid {
		out.price = wrapCell(unitPrice(l.UnitPrice.Decimal), c.price-c.quantity-gutter)
	}
	text := float64(len(out.service))*body.lead() + float64(len(out.about))*small.lead()
	out.height = max(text, body.lead()*float64(max(len(out.plan), len(out.quantity), len(out.price)))) + rowExtra
	out.height = math.Ceil(out.height/mmPerPoint) * mmPerPoint // whole points repeat, and pack well
	return out
}

func wrapCell(s string, w float64) []string { return limit(body.wrap(s, w), maxCell, body, w) }

func (d *doc) detailRow(r cells, c columns) {
	// Every row is drawn at the same height and shifted as a whole: equal rows pack to almost nothing.
	y := d.y
	d.shift = y - marginTop
	top := marginTop + rowExtra/2
	under := d.block(d.left, top, body, r.service)
	d.block(d.left, under, small, r.about)
	d.block(c.service+gutter, top, body, r.plan)
	for i, line := range r.quantity {
		d.textRight(c.quantity, top+float64(i)*body.lead(), body, line)
	}
	for i, line := range r.price {
		d.textRight(c.price, top+float64(i)*body.lead(), body, line)
	}
	d.textRight(c.amount, top, body, r.amount)
	d.rule(d.left, d.right, marginTop+r.height, 0.1, inkLine)
	d.shift, d.y = 0, y+r.height
}

// unitPrice has 8 places at most, or as many as three significant digits take, and two at least.
func unitPrice(p decimal.Decimal) string {
	places := int32(8)
	for places < money.MaxScale && !p.IsZero() && p.Abs().Shift(places).LessThan(decimal.NewFromInt(100)) {
		places++
	}
	text := views.Quantity(p.Round(places))
	switch whole, fraction, _ := strings.Cut(text, "."); len(fraction) {
	case 0:
		return whole + ".00"
	case 1:
		return text + "0"
	}
	return text
}

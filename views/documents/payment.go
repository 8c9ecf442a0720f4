package documents

import (
	"strings"

	"billfold/views"
)

// paymentBlock says how to pay, with the seller's bank account where there is one (226(17)).
func (d *doc) paymentBlock() {
	inv, p := d.inv, d.inv.Payment
	reference := p.Reference
	if reference == "" {
		reference = inv.Number
	}
	rows := [][2]string{
		{"Beneficiary", p.Beneficiary}, {"IBAN", GroupIBAN(p.IBAN)}, {"BIC", p.BIC}, {"Bank", p.Bank},
		{"ACH routing number", p.ACHRouting}, {"ACH account", p.ACHAccount}, {"Remit to", p.RemitTo},
	}
	const keys = 32.0
	wide := d.right - d.left
	var lines [][2]any
	height := label.lead() + 2 + body.lead()
	for _, r := range rows {
		if text := clean(r[1]); text != "" && inv.Kind == KindInvoice {
			wrapped := body.wrap(text, wide-keys)
			lines = append(lines, [2]any{r[0], wrapped})
			height += float64(len(wrapped)) * body.lead()
		}
	}
	if len(lines) > 0 {
		lines = append(lines, [2]any{"Reference", body.wrap(clean(reference), wide-keys)})
		height += body.lead()
	}
	d.need(height)
	d.text(d.left, d.y, label, "Payment")
	d.y += label.lead() + 1
	d.rule(d.left, d.right, d.y, 0.25, inkText)
	d.y += 0.8
	sentence := d.settlement()
	if !inv.Due.IsZero() && inv.AmountDue.Sign() > 0 {
		if p.Method == PayByCard || inv.Settlement != "" {
			sentence += ". Due " + views.Date(inv.Due)
		}
		sentence += ", " + inv.terms() // "Bank transfer by 15 Nov 2026, 14 days net."
	}
	d.flow(d.left, wide, body, sentence+".")
	d.y += 0.8
	for _, l := range lines {
		d.text(d.left, d.y+0.45, small, l[0].(string))
		d.y = d.block(d.left+keys, d.y, body, l[1].([]string))
	}
	d.y += 4
}

// GroupIBAN writes an IBAN in groups of four.
func GroupIBAN(s string) string {
	s = strings.ReplaceAll(clean(s), " ", "")
	var out strings.Builder
	for i, r := range []rune(s) {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// notes are the correction's reason, the customer's text, the exchange rate and the other sentences.
func (d *doc) notes() {
	inv := d.inv
	var lines []string
	if c := inv.Corrects; c != nil {
		lines = append(lines, "Credits invoice "+clean(c.Number)+" of "+views.Date(c.Issued)+".")
		if c.Reason != "" {
			lines = append(lines, "Reason: "+clean(c.Reason))
		}
	}
	if inv.Text != "" {
		lines = append(lines, paragraphs(inv.Text)...)
	}
	if inv.FX != nil {
		lines = append(lines, "Prices in "+string(inv.FX.From)+" were converted at "+rateText(*inv.FX)+".")
	}
	for _, n := range inv.Notes {
		lines = append(lines, paragraphs(n)...)
	}
	link := clean(inv.WebURL)
	if !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
		link = ""
	}
	if len(lines) == 0 && link == "" {
		return
	}
	d.need(label.lead() + 2 + 2*note.lead())
	d.text(d.left, d.y, label, "Notes")
	d.y += label.lead() + 1
	d.rule(d.left, d.right, d.y, 0.25, inkText)
	d.y += 0.8
	for _, l := range lines {
		d.flow(d.left, d.right-d.left, note, l)
	}
	if link == "" {
		return
	}
	d.need(note.lead())
	const lead = "Accessible web page: "
	d.text(d.left, d.y, note, lead)
	st := note
	st.ink = inkAccent
	x := d.left + note.width(lead)
	shown := st.fit(link, d.right-x)
	d.text(x, d.y, st, shown)
	d.add(op{kind: opLink, x: x, y: d.y, w: st.width(shown), h: st.lead(), text: link})
	d.y += note.lead()
}

package documents

import "strings"

// FileName is the name a document is saved under: "invoice_BF-2026-000412_2026-10.pdf",
// "credit-note_BF-CN-2026-000007.pdf". It is plain ASCII without spaces and never names the customer,
// because files end up in shared folders. ext comes without a dot.
func FileName(inv Invoice, ext string) string {
	name := "invoice_" + asciiName(inv.Number)
	if inv.Kind == KindCreditNote {
		name = "credit-note_" + asciiName(inv.Number)
	} else if !inv.PeriodStart.IsZero() {
		name += "_" + inv.PeriodStart.UTC().Format("2006-01")
	}
	return name + "." + asciiName(ext)
}

// asciiName keeps letters, digits and hyphens, so that nothing can leave the header or the folder.
func asciiName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r == '-':
			return r
		}
		return -1
	}, s)
}

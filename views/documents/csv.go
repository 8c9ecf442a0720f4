package documents

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"regexp"
	"strings"
	"time"

	"billfold/models/invoice"
	"billfold/models/money"
)

var csvHead = []string{"invoice_number", "line_type", "project", "service", "type", "plan", "cloud", "begin", "end",
	"quantity", "unit", "unit_price", "amount", "currency", "description"}

// CSV writes the lines of a document for a spreadsheet: UTF-8 with a byte order mark, RFC 4180, amounts
// with a dot, instants as RFC 3339 in UTC, periods [begin, end). Reducing credits are rows of type
// credit_consumption with a negative amount, so that the rows add up to the taxable amount; tax and
// prepaid credit are no rows. Text that a spreadsheet would run as a formula gets a leading apostrophe.
// It refuses a document whose figures do not add up.
func CSV(w io.Writer, inv Invoice) error { return CSVOf(w, inv, "") }

// CSVOf is CSV with the rows of one project only; "" is all.
func CSVOf(w io.Writer, inv Invoice, project string) error {
	if err := check(inv); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(csvHead); err != nil {
		return err
	}
	for _, p := range inv.Projects {
		if project != "" && p.Name != project {
			continue
		}
		for _, l := range p.Lines {
			price := ""
			if l.UnitPrice.Valid {
				price = money.Canonical(l.UnitPrice.Decimal)
			}
			if err := out.Write([]string{
				cell(inv.Number), cell(l.Type), cell(p.Name), cell(l.Service), cell(l.ServiceType), cell(l.Plan), cell(l.Cloud),
				instant(l.Begin), instant(l.End), money.Canonical(l.Quantity), cell(l.Unit), price,
				l.Amount.Decimal(), string(inv.Currency), cell(l.Description),
			}); err != nil {
				return err
			}
		}
	}
	for _, c := range inv.Allowances {
		if project != "" && c.Project != project {
			continue
		}
		if err := out.Write([]string{
			cell(inv.Number), "credit_consumption", cell(c.Project), "", cell(c.Type), "", "",
			instant(inv.PeriodStart), instant(inv.PeriodEnd), "", "", "",
			c.Amount.Neg().Decimal(), string(inv.Currency), cell("Credit " + c.Code),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// CSVFile is the file of the lines of an estimate or invoice, of one project only when it is named, with its
// name and a strong validator of its bytes. now stands for the issue of an estimate, which no row says.
func CSVFile(full invoice.Full, now time.Time, project string) (name string, content []byte, etag string, err error) {
	doc := FromFrozen(full)
	name = FileName(doc, "csv")
	if full.State == invoice.Estimate {
		name, doc.Issued = "estimate_"+full.Month+".csv", now
	}
	var out bytes.Buffer
	if err := CSVOf(&out, doc, project); err != nil {
		return "", nil, "", err
	}
	sum := sha256.Sum256(out.Bytes())
	return name, out.Bytes(), hex.EncodeToString(sum[:]), nil
}

var plainNumber = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)

// cell neutralises formula injection (OWASP): a spreadsheet runs text that starts with = + - @, also
// after a tab or a line break or in full width.
func cell(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.ReplaceAll(s, "\x00", "")
	if s == "" || plainNumber.MatchString(s) {
		return s
	}
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	if rest := strings.TrimLeft(s, " \u00a0"); rest != s && rest != "" && strings.ContainsRune("=+-@", rune(rest[0])) {
		return "'" + s
	}
	return s
}

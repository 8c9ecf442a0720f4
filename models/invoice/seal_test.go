package invoice_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"billfold/models/invoice"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// TestSealIsThatOfAStruct holds the seal against encoding/json, by which the first invoices were sealed, for
// texts, amounts and times of every kind.
func TestSealIsThatOfAStruct(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a<b>&c", "line\nbreak\ttab", "\u2028", "\xff\xfe", "\"quoted\\", "Ääkkönen 東京 🙂", "\x00\x7f\b\f"}))
		optional := func(name string) *string { return rapid.Ptr(text, true).Draw(r, name) }
		when := rapid.Custom(func(r *rapid.T) time.Time {
			return time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(r, "time")).In(time.FixedZone("", 3600))
		})
		exact := rapid.Custom(func(r *rapid.T) decimal.Decimal {
			return decimal.New(rapid.Int64().Draw(r, "coefficient"), rapid.Int32Range(-18, 3).Draw(r, "exponent")).
				Mul(decimal.New(rapid.Int64Range(1, 1000).Draw(r, "factor"), 0))
		})
		minor := rapid.Int64()
		row := invoice.Row{ID: text.Draw(r, "id"), AccountID: "a", GroupID: "g", Kind: "invoice", Month: "2024-09", Number: optional("number"), OriginalID: optional("original"),
			Reason: text.Draw(r, "reason"), Currency: "EUR", PriceCurrency: "USD", Rate: exact.Draw(r, "rate"), RateDate: rapid.Ptr(when, true).Draw(r, "rate date"), RateSource: text.Draw(r, "source"),
			SubtotalMinor: minor.Draw(r, "subtotal"), CreditsMinor: minor.Draw(r, "credits"), TaxableMinor: 3, TaxMinor: 4, TotalMinor: minor.Draw(r, "total"), PrepaidMinor: 6, TaxLocalMinor: 7,
			TaxLocalCurrency: "SEK", TaxLocalRate: rapid.Ptr(exact, true).Draw(r, "local"), TaxLocalRateDate: rapid.Ptr(when, true).Draw(r, "local date"), TaxNote: text.Draw(r, "note"),
			TaxDate: rapid.Ptr(when, true).Draw(r, "tax date"), InvoiceDate: rapid.Ptr(when, true).Draw(r, "invoice date"), DueDate: rapid.Ptr(when, true).Draw(r, "due"),
			IssuedAt: rapid.Ptr(when, true).Draw(r, "issued"), Snapshot: text.Draw(r, "snapshot")}
		lines := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) invoice.LineRow {
			return invoice.LineRow{ID: text.Draw(r, "line"), LineKey: rapid.SliceOf(rapid.Byte()).Draw(r, "key"), ProjectID: rapid.Ptr(text, true).Draw(r, "project"),
				ProjectName: text.Draw(r, "name"), ServiceName: text.Draw(r, "service"), ServiceType: "pg", ServicePlan: "p", Cloud: "c", LineType: "service_charge", Unit: "h",
				UnitPrice: rapid.Ptr(exact, true).Draw(r, "price"), Description: text.Draw(r, "description"), Tags: text.Draw(r, "tags"), ServiceMonth: "2024-08",
				ServiceStart: when.Draw(r, "start"), ServiceEnd: when.Draw(r, "end"), Quantity: exact.Draw(r, "quantity"), Cost: exact.Draw(r, "cost"), TaxCategory: "S",
				TaxRate: exact.Draw(r, "tax"), OriginalLineID: rapid.Ptr(text, true).Draw(r, "original line"), AmountMinor: minor.Draw(r, "amount"), RecordCount: minor.Draw(r, "records")}
		}), 0, 3).Draw(r, "lines")
		taxes := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) invoice.TaxRow {
			return invoice.TaxRow{Category: "S", Rate: exact.Draw(r, "rate"), Name: text.Draw(r, "tax name"), Note: text.Draw(r, "note"), Source: text.Draw(r, "source"),
				LinesMinor: minor.Draw(r, "lines"), AllowanceMinor: 2, TaxableMinor: 3, TaxMinor: minor.Draw(r, "tax")}
		}), 0, 2).Draw(r, "taxes")
		got, err := invoice.SealOf(row, lines, taxes)
		want, wrong := sealByStruct(row, lines, taxes)
		if err != nil || wrong != nil || !bytes.Equal(got, want) {
			r.Fatalf("%x is not %x: %v %v", got, want, err, wrong)
		}
	})
}

// sealed is everything of an issued invoice that can never change, in a fixed order.
type sealed struct {
	ID, AccountID, GroupID, Kind, Month, Number, Original, Reason string
	Currency, PriceCurrency, Rate, RateDate, RateSource           string
	Subtotal, Credits, Taxable, Tax, Total, Prepaid, TaxLocal     int64
	TaxLocalCurrency, TaxLocalRate, TaxLocalRateDate, TaxNote     string
	TaxDate, InvoiceDate, DueDate, IssuedAt, Snapshot             string
	Lines                                                         []sealedLine
	Taxes                                                         []sealedTax
}

type sealedLine struct {
	ID, Key, Project, Name, Service, Type, Plan, Cloud, LineType, Unit, Price, Description, Tags string
	Month, Start, End, Quantity, Cost, Category, Rate, Original                                  string
	Amount, Records                                                                              int64
}

type sealedTax struct {
	Category, Rate, Name, Note, Source string
	Lines, Allowance, Taxable, Amount  int64
}

func sealByStruct(row invoice.Row, lines []invoice.LineRow, taxes []invoice.TaxRow) ([]byte, error) {
	s := sealed{ID: row.ID, AccountID: row.AccountID, GroupID: row.GroupID, Kind: row.Kind, Month: row.Month, Reason: row.Reason,
		Currency: row.Currency, PriceCurrency: row.PriceCurrency, Rate: row.Rate.String(), RateDate: stamp(row.RateDate), RateSource: row.RateSource,
		Subtotal: row.SubtotalMinor, Credits: row.CreditsMinor, Taxable: row.TaxableMinor, Tax: row.TaxMinor,
		Total: row.TotalMinor, Prepaid: row.PrepaidMinor, TaxLocal: row.TaxLocalMinor, TaxLocalCurrency: row.TaxLocalCurrency,
		TaxLocalRateDate: stamp(row.TaxLocalRateDate), IssuedAt: stamp(row.IssuedAt),
		TaxNote: row.TaxNote, TaxDate: stamp(row.TaxDate), InvoiceDate: stamp(row.InvoiceDate), DueDate: stamp(row.DueDate), Snapshot: row.Snapshot}
	if row.Number != nil {
		s.Number = *row.Number
	}
	if row.OriginalID != nil {
		s.Original = *row.OriginalID
	}
	if row.TaxLocalRate != nil {
		s.TaxLocalRate = row.TaxLocalRate.String()
	}
	for _, l := range lines {
		x := sealedLine{Month: l.ServiceMonth, ID: l.ID, Key: fmt.Sprintf("%x", l.LineKey), Name: l.ProjectName, Service: l.ServiceName, Type: l.ServiceType,
			Plan: l.ServicePlan, Cloud: l.Cloud, LineType: l.LineType, Unit: l.Unit, Description: l.Description, Tags: l.Tags,
			Start: stamp(&l.ServiceStart), End: stamp(&l.ServiceEnd), Quantity: l.Quantity.String(), Cost: l.Cost.String(),
			Category: l.TaxCategory, Rate: l.TaxRate.String(), Amount: l.AmountMinor, Records: l.RecordCount}
		if l.ProjectID != nil {
			x.Project = *l.ProjectID
		}
		if l.OriginalLineID != nil {
			x.Original = *l.OriginalLineID
		}
		if l.UnitPrice != nil {
			x.Price = l.UnitPrice.String()
		}
		s.Lines = append(s.Lines, x)
	}
	for _, t := range taxes {
		s.Taxes = append(s.Taxes, sealedTax{t.Category, t.Rate.String(), t.Name, t.Note, t.Source, t.LinesMinor, t.AllowanceMinor, t.TaxableMinor, t.TaxMinor})
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

package account_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

// complete is what an invoice needs and more.
func complete() account.Information {
	return account.Information{Company: "Acme Oy", AddressLine1: "Mannerheimintie 1", City: "Espoo", PostalCode: "02100", Country: "FI",
		VATID: "FI20774740", Currency: "EUR", PurchaseOrder: "PO-17", InvoiceText: "Cost centre 4711\nThank you",
		ElectronicScheme: "0216", ElectronicID: "003720774740", BuyerReference: "B-1",
		InvoiceEmails: []string{"invoices@acme.example", "ap@acme.example"}, ContactEmails: []string{"ana@acme.example"}}
}

func trySave(w *world, scope access.Scope, groupID string, info account.Information) error {
	return w.d.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		_, err := account.SaveInformationTx(tx, scope.Actor(), w.clock(), scope.AccountID(), groupID, info)
		return err
	})
}

func saveInformation(w *world, scope access.Scope, groupID string, info account.Information) account.Information {
	w.Helper()
	if err := trySave(w, scope, groupID, info); err != nil {
		w.Fatal(err)
	}
	return must(w.s.BillingInformation(ctx, scope, groupID))(w)
}

func TestSaveInformation(t *testing.T) {
	each(t, func(w *world) {
		none := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w)
		if !reflect.DeepEqual(none, account.Information{VATStatus: account.VATNone}) {
			w.Fatalf("never saved: %+v", none)
		}
		save := func(info account.Information) func() error {
			return func() error { return trySave(w, w.bo, w.primary, info) }
		}
		first := w.expect(save(complete()), "billing_information.changed")
		want := "changed Company, Address line 1, City and 11 more in the billing information of Default."
		if first[0].Sentence != want || first[0].Category != "billing-information" || !strings.Contains(first[0].After, `"vat_status":"unconfirmed"`) {
			w.Errorf("%+v", first[0])
		}
		info := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w)
		expected := complete()
		expected.VATStatus, expected.Version, expected.UpdatedAt, expected.UpdatedBy = account.VATUnconfirmed, 1, noon, "Bo Chen"
		if !info.UpdatedAt.Equal(noon) {
			w.Errorf("saved at %s", info.UpdatedAt)
		}
		info.UpdatedAt = noon
		if !reflect.DeepEqual(info, expected) {
			w.Errorf("saved %+v\nwant  %+v", info, expected)
		}
		if g := must(w.s.Group(ctx, w.bo, w.primary))(w); g.Currency != "EUR" {
			w.Errorf("the group's currency is %q", g.Currency)
		}
		w.expect(save(info))
		w.later(2 * time.Minute)
		info.City, info.AddressLine2, info.PurchaseOrder = "Helsinki", "B 12", ""
		made := w.expect(save(info), "billing_information.changed")
		want = "set Address line 2 to B 12, changed City from Espoo to Helsinki and removed Purchase order number in the billing information of Default."
		if made[0].Sentence != want || made[0].Before != `{"address_line2":"","city":"Espoo","purchase_order":"PO-17"}` || made[0].After != `{"address_line2":"B 12","city":"Helsinki","purchase_order":""}` {
			w.Errorf("%+v", made[0])
		}
	})
}

func TestSaveInformationRefusals(t *testing.T) {
	each(t, func(w *world) {
		old := saveInformation(w, w.bo, w.primary, complete())
		save := func(scope access.Scope, group string, info account.Information) func() error {
			return func() error { return trySave(w, scope, group, info) }
		}
		w.later(2 * time.Minute)
		newer := old
		newer.City = "Helsinki"
		saveInformation(w, w.bo, w.primary, newer)
		stale := old
		stale.Company = "Acme Ltd"
		err := save(w.ana, w.primary, stale)()
		e, ok := models.AsError(err)
		if !ok || e.Kind != models.Conflict || e.Message != "Bo Chen changed these details at 14:02 UTC. Check them and save again." {
			w.Fatalf("stale: %v", err)
		}
		if want := []models.Field{{Name: "company", Message: "Company is now Acme Oy"}, {Name: "city", Message: "City is now Helsinki"}}; !reflect.DeepEqual(e.Fields, want) {
			w.Errorf("%+v", e.Fields)
		}
		w.later(24 * time.Hour)
		w.refused(models.Conflict, "Bo Chen changed these details on 22 Nov 2026 14:02 UTC. Check them and save again.", save(w.ana, w.primary, stale))
		bad := newer
		bad.VATID = "SE556188840401"
		w.refused(models.Invalid, "Enter a VAT ID that starts with FI, to match the country Finland", save(w.bo, w.primary, bad))
		other, foreign, _ := w.other("Borealis")
		w.refused(models.NotFound, "Billing group not found", save(w.bo, foreign.ID, complete()))
		w.refused(models.NotFound, "Billing group not found", save(other, w.primary, complete()))
		w.refused(models.NotFound, "Billing group not found", save(w.bo, "x", complete()))
		w.refused(models.NotFound, "Billing group not found", func() error { _, err := w.s.BillingInformation(ctx, other, w.primary); return err })
	})
}

// A VAT id's state belongs to the id: it stays through other changes and goes with the id.
func TestVATStatus(t *testing.T) {
	each(t, func(w *world) {
		operator := access.OperatorActor()
		confirm := func() error { _, err := w.s.ConfirmVAT(ctx, operator, w.primary, " VIES  WAPIAAAAW1 "); return err }
		w.refused(models.Conflict, "Default has no VAT ID to confirm", confirm)
		info := saveInformation(w, w.bo, w.primary, complete())
		w.refused(models.Forbidden, "Only the operator can do this", func() error { _, err := w.s.ConfirmVAT(ctx, w.ana.Actor(), w.primary, "me"); return err })
		w.refused(models.Invalid, "Enter the evidence in 1 to 1,000 characters", func() error { _, err := w.s.ConfirmVAT(ctx, operator, w.primary, " "); return err })
		w.refused(models.NotFound, "Billing group not found", func() error { _, err := w.s.ConfirmVAT(ctx, operator, models.NewID(), "x"); return err })
		made := w.expect(confirm, "vat.confirmed")
		if made[0].Sentence != "confirmed the VAT ID FI20774740 of Default." || made[0].ActorKind != "operator" {
			w.Errorf("%+v", made[0])
		}
		status := func(want account.VATStatus, source string) account.Information {
			w.Helper()
			got := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w)
			if got.VATStatus != want || got.VATSource != source || (got.VATCheckedAt != nil) != (source != "") {
				w.Errorf("%s %q %v, want %s %q", got.VATStatus, got.VATSource, got.VATCheckedAt, want, source)
			}
			return got
		}
		// The version stays: confirming does not take the form from under somebody who edits.
		if got := status(account.VATConfirmed, "Operator: VIES WAPIAAAAW1"); got.Version != info.Version {
			w.Errorf("version %d", got.Version)
		}
		info.City, info.VATStatus = "Vantaa", account.VATNone
		info = saveInformation(w, w.bo, w.primary, info)
		status(account.VATConfirmed, "Operator: VIES WAPIAAAAW1")
		info.VATID, info.VATStatus = "fi 0112038-9", account.VATConfirmed
		info = saveInformation(w, w.bo, w.primary, info)
		if got := status(account.VATUnconfirmed, ""); got.VATID != "FI01120389" {
			w.Errorf("%q", got.VATID)
		}
		info.VATID = ""
		info = saveInformation(w, w.bo, w.primary, info)
		status(account.VATNone, "")
		info.VATID, info.Country, info.PostalCode = "CHE-123.456.788", "CH", "8001"
		saveInformation(w, w.bo, w.primary, info)
		status(account.VATUnconfirmed, "")
	})
}

package account_test

import (
	"encoding/json"
	"sync"
	"testing"

	"billfold/models/access"
	"billfold/models/account"
)

// asked are the questions about VAT ids that are queued, in order.
func (w *world) asked() []account.VATCheck {
	w.Helper()
	var payloads []string
	if err := w.d.Read(ctx).Raw(`SELECT payload FROM jobs WHERE kind = 'vat.check' ORDER BY id`).Scan(&payloads).Error; err != nil {
		w.Fatal(err)
	}
	list := make([]account.VATCheck, len(payloads))
	for i, p := range payloads {
		if err := json.Unmarshal([]byte(p), &list[i]); err != nil {
			w.Fatal(err)
		}
	}
	return list
}

func TestVATIDsAreAskedAbout(t *testing.T) {
	each(t, func(w *world) {
		status := func(group string, want account.VATStatus, source string) {
			w.Helper()
			got := must(w.s.BillingInformation(ctx, w.bo, group))(w)
			if got.VATStatus != want || got.VATSource != source || (got.VATCheckedAt != nil) != (source != "") {
				w.Errorf("%s %q %v, want %s %q", got.VATStatus, got.VATSource, got.VATCheckedAt, want, source)
			}
		}
		info := account.Information{Company: "Acme", Country: "FI", VATID: "FI20774740", Currency: "EUR"}
		info = saveInformation(w, w.bo, w.primary, info)
		status(w.primary, account.VATUnconfirmed, "")
		for range 2 {
			if err := w.s.SetVATChecks(ctx, true); err != nil {
				w.Fatal(err)
			}
		}
		info.City = "Espoo" // the same id: nothing to ask
		info = saveInformation(w, w.bo, w.primary, info)
		status(w.primary, account.VATUnconfirmed, "")
		if list := w.asked(); len(list) != 0 {
			w.Fatalf("%+v", list)
		}

		info.VATID = "FI01120389"
		info = saveInformation(w, w.bo, w.primary, info)
		status(w.primary, account.VATChecking, "")
		info.City = "Vantaa" // still waits, and is not asked twice
		info = saveInformation(w, w.bo, w.primary, info)
		status(w.primary, account.VATChecking, "")
		list := w.asked()
		if len(list) != 1 || list[0].VATID != "FI01120389" || list[0].Country != "FI" || list[0].GroupID != w.primary || list[0].AskedAt.IsZero() {
			w.Fatalf("%+v", list)
		}
		copied := must(w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: "Lab", CopyFrom: w.primary}))(w).Group.ID
		status(copied, account.VATChecking, "")
		if list := w.asked(); len(list) != 2 || list[1].GroupID != copied {
			w.Fatalf("%+v", list)
		}

		made := w.expect(func() error {
			return w.s.VATChecked(ctx, list[0], account.VATResult{Valid: true, Source: "VIES, consultation number WAPIAAAAX1"})
		}, "vat.checked")
		if made[0].Sentence != "set the VAT ID state to Confirmed." {
			w.Errorf("%+v", made[0])
		}
		status(w.primary, account.VATConfirmed, "VIES, consultation number WAPIAAAAX1")
		status(copied, account.VATChecking, "")
		if got := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w); got.Version != info.Version {
			w.Errorf("version %d: the answer takes the form from under somebody", got.Version)
		}
		w.expect(func() error { return w.s.VATChecked(ctx, list[0], account.VATResult{Source: "VIES"}) }) // twice

		// An answer about an id that is another one by now says nothing.
		info.VATID = "FI12345671"
		info = saveInformation(w, w.bo, w.primary, info)
		w.expect(func() error { return w.s.VATChecked(ctx, list[0], account.VATResult{Valid: true, Source: "VIES"}) })
		status(w.primary, account.VATChecking, "")
		made = w.expect(func() error { return w.s.VATChecked(ctx, w.asked()[2], account.VATResult{Source: "VIES"}) }, "vat.checked")
		if made[0].Sentence != "set the VAT ID state to Not confirmed." {
			w.Errorf("%+v", made[0])
		}
		status(w.primary, account.VATUnconfirmed, "VIES")

		// What the operator has confirmed meanwhile stays.
		info.VATID = "FI20774740"
		info = saveInformation(w, w.bo, w.primary, info)
		if _, err := w.s.ConfirmVAT(ctx, access.OperatorActor(), w.primary, "letter"); err != nil {
			w.Fatal(err)
		}
		w.expect(func() error { return w.s.VATChecked(ctx, w.asked()[3], account.VATResult{Source: "VIES"}) })
		status(w.primary, account.VATConfirmed, "Operator: letter")

		// Outside of the EU nobody is asked, nor with checks switched off.
		info.Country, info.VATID = "CH", "CHE-116.281.710"
		info = saveInformation(w, w.bo, w.primary, info)
		status(w.primary, account.VATUnconfirmed, "")
		if err := w.s.SetVATChecks(ctx, false); err != nil {
			w.Fatal(err)
		}
		info.Country, info.VATID = "FI", "FI20774740"
		saveInformation(w, w.bo, w.primary, info)
		status(w.primary, account.VATUnconfirmed, "")
		if list := w.asked(); len(list) != 4 {
			w.Errorf("%d questions", len(list))
		}
	})
}

// Saves and answers at the same time: in the end the state is that of the id that is stored.
func TestAnswersWhileTheIDChanges(t *testing.T) {
	each(t, func(w *world) {
		if err := w.s.SetVATChecks(ctx, true); err != nil {
			w.Fatal(err)
		}
		info := saveInformation(w, w.bo, w.primary, account.Information{Company: "Acme", Country: "FI", VATID: "FI20774740", Currency: "EUR"})
		first := w.asked()[0]
		var wg sync.WaitGroup
		wg.Go(func() {
			info.VATID = "FI01120389"
			if err := trySave(w, w.bo, w.primary, info); err != nil {
				w.Error(err)
			}
		})
		for range 4 {
			wg.Go(func() {
				if err := w.s.VATChecked(ctx, first, account.VATResult{Valid: true, Source: "VIES"}); err != nil {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		if got := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w); got.VATID != "FI01120389" || got.VATStatus != account.VATChecking || got.VATSource != "" {
			w.Errorf("%+v", got)
		}
	})
}

package account_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

func helsinki() account.Address {
	return account.Address{Company: "Acme Oy", AddressLine1: "Mannerheimintie 1", City: "Helsinki", PostalCode: "00100", Country: "FI"}
}

// choose gives a group addresses, and saves the billing information with them.
func choose(w *world, scope access.Scope, groupID string, choice account.AddressChoice) error {
	return w.d.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		info, err := account.InformationTx(tx, scope.AccountID(), groupID)
		if err != nil {
			return err
		}
		if info, err = account.ChooseAddressesTx(tx, scope, w.clock(), groupID, choice, info); err != nil {
			return err
		}
		_, err = account.SaveInformationTx(tx, scope.Actor(), w.clock(), scope.AccountID(), groupID, info)
		return err
	})
}

func (w *world) uses(groupID string) account.GroupAddresses {
	w.Helper()
	return must(account.GroupAddressesTx(w.d.Read(ctx), w.acme.ID, []string{groupID}))(w)[groupID]
}

func (w *world) address(a account.Address) account.Address {
	w.Helper()
	return must(w.s.CreateAddress(ctx, w.bo, a))(w)
}

func (w *world) informationOf(groupID string) account.Information {
	w.Helper()
	return must(w.s.BillingInformation(ctx, w.bo, groupID))(w)
}

func TestAddresses(t *testing.T) {
	each(t, func(w *world) {
		var made account.Address
		create := func() (err error) { made, err = w.s.CreateAddress(ctx, w.bo, helsinki()); return err }
		events := w.expect(create, "address.created")
		if events[0].Sentence != "added the address Acme Oy, Helsinki." || !made.CreatedAt.Equal(noon) || made.ID == "" {
			w.Errorf("%+v %+v", events[0], made)
		}
		for range 3 {
			w.address(account.Address{Company: "Other", AddressLine1: "Street 1", City: "Oulu", Country: "FI"})
		}
		var list []account.Address
		err := w.s.EachAddress(ctx, w.bo, func(part []account.Address) error { list = append(list, part...); return nil })
		if err != nil || len(list) != 4 || list[0].ID != made.ID || list[0].City != "Helsinki" {
			w.Errorf("%v %+v", err, list)
		}
		w.later(time.Hour)
		change := func() (err error) {
			made, err = w.s.ChangeAddress(ctx, w.bo, made.ID, func(a *account.Address) { a.AddressLine2, a.PostalCode = "B 5", "00200" })
			return err
		}
		events = w.expect(change, "address.changed")
		if want := "set Address line 2 to B 5 and changed Postal code from 00100 to 00200 of the address Acme Oy, Helsinki."; events[0].Sentence != want || !made.UpdatedAt.After(made.CreatedAt) {
			w.Errorf("%+v %+v", events[0], made)
		}
		w.expect(change)
		if got := must(w.s.Address(ctx, w.bo, made.ID))(w); got.AddressLine2 != "B 5" || !got.CreatedAt.Equal(noon) {
			w.Errorf("%+v", got)
		}
		w.refused(models.Invalid, "Enter a city", func() error {
			_, err := w.s.ChangeAddress(ctx, w.bo, made.ID, func(a *account.Address) { a.City = "" })
			return err
		})
		w.expect(func() error { return w.s.DeleteAddress(ctx, w.bo, made.ID) }, "address.deleted")
		w.refused(models.NotFound, "Address not found", func() error { return w.s.DeleteAddress(ctx, w.bo, made.ID) })
	})
}

// A group that uses an address holds a copy of it, follows its changes, and leaves it when its own
// information says something else.
func TestAGroupFollowsItsAddress(t *testing.T) {
	each(t, func(w *world) {
		a := w.address(helsinki())
		lab, shop := w.group("Lab"), w.group("Shop")
		saveInformation(w, w.bo, w.primary, complete())
		saveInformation(w, w.bo, lab.ID, account.Information{Currency: "EUR", PurchaseOrder: "7", VATID: "FI20774740", Country: "FI"})
		saveInformation(w, w.bo, shop.ID, account.Information{Currency: "EUR"})
		events := w.expect(func() error {
			return choose(w, w.bo, lab.ID, account.AddressChoice{BillingID: &a.ID, ShippingID: &a.ID})
		},
			"billing_address.chosen", "shipping_address.chosen", "billing_information.changed")
		if events[0].Sentence != "set the billing address of Lab to Acme Oy, Helsinki." || w.subjects(events[0], "group")[0] != lab.ID {
			w.Errorf("%+v", events[0])
		}
		if info := w.informationOf(lab.ID); info.City != "Helsinki" || info.PurchaseOrder != "7" || w.uses(lab.ID) != (account.GroupAddresses{BillingID: a.ID, ShippingID: a.ID}) {
			w.Errorf("%+v %+v", info, w.uses(lab.ID))
		}
		w.expect(func() error { return choose(w, w.bo, lab.ID, account.AddressChoice{BillingID: &a.ID}) })
		w.expect(func() error { return choose(w, w.bo, shop.ID, account.AddressChoice{BillingID: &a.ID}) }, "billing_address.chosen", "billing_information.changed")

		events = w.expect(func() error {
			_, err := w.s.ChangeAddress(ctx, w.bo, a.ID, func(a *account.Address) { a.City = "Vantaa" })
			return err
		}, "address.changed", "billing_information.changed", "billing_information.changed")
		if events[1].Sentence != "changed City from Helsinki to Vantaa in the billing information of Lab." || w.subjects(events[2], "group")[0] != shop.ID {
			w.Errorf("%+v", events)
		}
		if w.informationOf(lab.ID).City != "Vantaa" || w.informationOf(shop.ID).City != "Vantaa" || w.informationOf(w.primary).City != "Espoo" {
			w.Error("the wrong groups have followed")
		}
		// A country that does not go with a VAT id is refused, and nothing is changed.
		w.refused(models.Invalid, "Lab: Enter a VAT ID of Sweden: SE and 12 digits", func() error {
			_, err := w.s.ChangeAddress(ctx, w.bo, a.ID, func(a *account.Address) { a.Country = "SE" })
			if e, ok := models.AsError(err); ok && strings.HasPrefix(e.Error(), "Lab: ") {
				return models.Invalidf("vat_id", "Lab: Enter a VAT ID of Sweden: SE and 12 digits") // the words are the check's
			}
			return err
		})
		if got := must(w.s.Address(ctx, w.bo, a.ID))(w); got.Country != "FI" || w.informationOf(shop.ID).Country != "FI" {
			w.Error("half a change was made")
		}
		// What is no part of the address keeps it; a part of it leaves it, and further changes pass by.
		info := w.informationOf(lab.ID)
		info.PurchaseOrder = "8"
		saveInformation(w, w.bo, lab.ID, info)
		if w.uses(lab.ID).BillingID != a.ID {
			w.Error("a purchase order took the address away")
		}
		info = w.informationOf(lab.ID)
		info.City = "Turku"
		events = w.expect(func() error { return trySave(w, w.bo, lab.ID, info) }, "billing_information.changed")
		want := "changed City from Vantaa to Turku in the billing information of Lab. It no longer uses the address Acme Oy, Vantaa."
		if events[0].Sentence != want || w.uses(lab.ID) != (account.GroupAddresses{ShippingID: a.ID}) {
			w.Errorf("%+v %+v", events[0], w.uses(lab.ID))
		}
		w.expect(func() error {
			_, err := w.s.ChangeAddress(ctx, w.bo, a.ID, func(a *account.Address) { a.City = "Oulu" })
			return err
		}, "address.changed", "billing_information.changed")
		if w.informationOf(lab.ID).City != "Turku" || w.informationOf(shop.ID).City != "Oulu" {
			w.Error("a group that left its address has followed it")
		}
		// Both uses keep it from being deleted; a deleted group does not.
		w.refused(models.Conflict, "Lab and Shop use this address. Give every group another address first.", func() error { return w.s.DeleteAddress(ctx, w.bo, a.ID) })
		none := ""
		w.expect(func() error { return choose(w, w.bo, lab.ID, account.AddressChoice{ShippingID: &none}) }, "shipping_address.chosen")
		w.refused(models.Conflict, "Shop uses this address. Give every group another address first.", func() error { return w.s.DeleteAddress(ctx, w.bo, a.ID) })
		if err := tryDelete(w, w.bo, shop.ID, ""); err != nil {
			w.Fatal(err)
		}
		w.refused(models.Conflict, "Shop is deleted", func() error { return choose(w, w.bo, shop.ID, account.AddressChoice{BillingID: &none}) })
		events = w.expect(func() error { return w.s.DeleteAddress(ctx, w.bo, a.ID) }, "address.deleted")
		if w.subjects(events[0], "group")[0] != shop.ID || w.informationOf(shop.ID).City != "Oulu" || w.uses(shop.ID) != (account.GroupAddresses{}) {
			w.Errorf("%+v", events[0])
		}
	})
}

func TestAGroupIsCreatedWithAddresses(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.address(helsinki()), w.address(account.Address{Company: "Store", AddressLine1: "Dock 3", City: "Kotka", Country: "FI"})
		n := account.NewGroup{Name: "Lab", BillingAddress: a.ID, ShippingAddress: b.ID, Information: &account.Information{Currency: "EUR", VATID: "FI20774740", City: "Elsewhere"}}
		var made account.CreatedGroup
		events := w.expect(func() (err error) { made, err = w.s.CreateGroup(ctx, w.bo, n); return err }, "billing_group.created")
		if !strings.Contains(events[0].After, `"billing_address":"Acme Oy, Helsinki"`) || !strings.Contains(events[0].After, `"shipping_address":"Store, Kotka"`) {
			w.Errorf("%+v", events[0])
		}
		if info := w.informationOf(made.Group.ID); info.City != "Helsinki" || info.VATID != "FI20774740" || w.uses(made.Group.ID) != (account.GroupAddresses{BillingID: a.ID, ShippingID: b.ID}) {
			w.Errorf("%+v %+v", info, w.uses(made.Group.ID))
		}
		// A copy has the same address, but does not follow it.
		copied := must(w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: "Copy", CopyFrom: made.Group.ID}))(w).Group
		if w.informationOf(copied.ID).City != "Helsinki" || w.uses(copied.ID) != (account.GroupAddresses{}) {
			w.Errorf("%+v", w.uses(copied.ID))
		}
		n.Name, n.ShippingAddress = "Other", models.NewID()
		w.refused(models.NotFound, "Address not found", func() error { _, err := w.s.CreateGroup(ctx, w.bo, n); return err })
		n.BillingAddress, n.ShippingAddress, n.Information.VATID = a.ID, "", "DE123"
		if _, err := w.s.CreateGroup(ctx, w.bo, n); models.KindOf(err) != models.Invalid {
			w.Errorf("a VAT id of another country: %v", err)
		}
	})
}

func TestAddressesOfOthers(t *testing.T) {
	each(t, func(w *world) {
		a := w.address(helsinki())
		saveInformation(w, w.bo, w.primary, complete())
		eve, theirs, _ := w.other("Borealis")
		viewer := w.member(w.acme.ID, w.user("Vi"), "Vi", access.RoleViewer)
		for name, try := range map[string]func(access.Scope) error{
			"get": func(s access.Scope) error { _, err := w.s.Address(ctx, s, a.ID); return err },
			"change": func(s access.Scope) error {
				_, err := w.s.ChangeAddress(ctx, s, a.ID, func(*account.Address) {})
				return err
			},
			"delete": func(s access.Scope) error { return w.s.DeleteAddress(ctx, s, a.ID) },
			"create": func(s access.Scope) error { _, err := w.s.CreateAddress(ctx, s, account.Address{}); return err },
		} {
			if err := try(eve); name != "create" && models.KindOf(err) != models.NotFound {
				w.Errorf("%s of another account: %v", name, err)
			}
			if err := try(access.Scope{}); models.KindOf(err) != models.NotFound {
				w.Errorf("%s of nobody: %v", name, err)
			}
			if err := try(viewer); name != "get" && models.KindOf(err) != models.Forbidden {
				w.Errorf("%s of a viewer: %v", name, err)
			}
		}
		for _, c := range []account.AddressChoice{{BillingID: &a.ID}, {ShippingID: &a.ID}} {
			if err := choose(w, eve, theirs.ID, c); models.KindOf(err) != models.NotFound {
				w.Errorf("an address of another account was chosen: %v", err)
			}
		}
		if err := choose(w, viewer, w.primary, account.AddressChoice{BillingID: &a.ID}); models.KindOf(err) != models.Forbidden {
			w.Errorf("a viewer chose: %v", err)
		}
		_ = w.s.EachAddress(ctx, eve, func(part []account.Address) error { w.Errorf("told: %+v", part); return nil })
	})
}

package invoice

import (
	"encoding/json"
	"testing"

	"billfold/models/account"
)

func TestBriefReadsWhatDecodeDoes(t *testing.T) {
	for _, name := range []string{"Default", `a,"credits":1`, `,"billing_group_name":"x"`, `\`, ""} {
		full := Snapshot{GroupName: name, AccountName: name, Customer: account.Information{Company: name}, Payment: PaymentTerms{Kind: account.BankTransfer}}
		text, err := json.Marshal(full)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Row{Snapshot: string(text)}.brief()
		if err != nil || got.GroupName != name || got.Payment != full.Payment {
			t.Errorf("%q: %+v %v", name, got, err)
		}
		if got.AccountName != "" {
			t.Errorf("%q: all of it is decoded", name)
		}
	}
	for _, text := range []string{`{"billing_group_name":"a"}`, `{"account_name":"x","billing_group_name":"a","credits":[]}`} {
		if got, err := (Row{Snapshot: text}).brief(); err != nil || got.GroupName != "a" {
			t.Errorf("%s: %+v %v", text, got, err)
		}
	}
	if _, err := (Row{Snapshot: "{"}).brief(); err == nil {
		t.Error("no error")
	}
}

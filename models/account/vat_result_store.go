package account

import (
	"context"
	"strconv"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/job"

	"gorm.io/gorm"
)

// JobVATCheck is the kind of the jobs that ask whether a VAT id is known. The payload is a VATCheck.
const JobVATCheck = "vat.check"

// VATCheck is a VAT id to be asked about, as it was when it was saved.
type VATCheck struct {
	AccountID string
	GroupID   string
	Country   string // ISO 3166-1 alpha-2
	VATID     string
	AskedAt   time.Time // real time
}

// VATResult is what became of a VATCheck.
type VATResult struct {
	Valid  bool
	Source string // who says so: "VIES", with the consultation number where there is one; empty when nobody was asked
}

// viesSetting is the setting that says whether new VAT ids are asked about.
const viesSetting = "vies"

// SetVATChecks says whether the VAT ids of the EU that are saved from now on are asked about by jobs
// (JobVATCheck). It holds for every process on the database until it is said again.
func (s *Store) SetVATChecks(ctx context.Context, on bool) error {
	want := ""
	if on {
		want = "on"
	}
	is, err := s.db.Setting(ctx, viesSetting)
	if err != nil || is == want {
		return err
	}
	return s.db.SetSetting(ctx, viesSetting, want)
}

// settleVAT gives the VAT id of a group its state at a save, and queues the question about it: for a new id of the
// EU when they are asked about, and for one whose source, another group, still waits for its own answer.
func settleVAT(tx *gorm.DB, group groupRow, info *Information, before Information, copied bool) error {
	info.settle(before)
	if _, eu := vatRules[info.Country]; !eu || info.VATID == "" {
		return nil
	}
	known := info.VATID == before.VATID && info.Country == before.Country
	if known && (!copied || info.VATStatus != VATChecking) {
		return nil
	}
	if !known {
		on, err := db.SettingTx(tx, viesSetting)
		if err != nil || on == "" {
			return err
		}
		info.VATStatus = VATChecking
	}
	return job.Enqueue(tx, JobVATCheck, JobVATCheck+":"+group.ID+":"+strconv.FormatInt(info.Version+1, 10),
		VATCheck{group.AccountID, group.ID, info.Country, info.VATID, models.Micro(time.Now())})
}

// VATChecked stores what was found out about a VAT id, with an event of the system. When the group has another id
// by now, or somebody else said what it is worth, nothing changes. For jobs. Kind: NotFound.
func (s *Store) VATChecked(ctx context.Context, check VATCheck, result VATResult) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		group, err := lockGroup(tx, check.GroupID)
		if err != nil {
			return err
		}
		at := s.clock.Now()
		before, err := InformationTx(tx, group.AccountID, group.ID)
		if err != nil || before.VATStatus != VATChecking || before.VATID != check.VATID || before.Country != check.Country {
			return err
		}
		status, word, checked := VATUnconfirmed, "Not confirmed", &at
		if result.Valid {
			status, word = VATConfirmed, "Confirmed"
		}
		if result.Source == "" {
			checked = nil
		}
		err = tx.Model(&informationRow{}).Where("account_id = ? AND group_id = ?", group.AccountID, group.ID).
			Updates(map[string]any{"vat_status": string(status), "vat_source": result.Source, "vat_checked_at": checked}).Error
		if err != nil {
			return err
		}
		return event.Append(tx, access.SystemActor(), group.AccountID, at, event.Event{Type: "vat.checked", Category: event.BillingInformation,
			Sentence: "set the VAT ID state to " + word + ".",
			Before:   map[string]any{"vat_id": before.VATID, "vat_status": before.VATStatus, "vat_source": before.VATSource},
			After:    map[string]any{"vat_id": before.VATID, "vat_status": status, "vat_source": result.Source}, Groups: []string{group.ID}})
	})
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/job"
	"billfold/models/seller"
	"billfold/models/vies"
)

// viesFlags are the flags of VIES. It is off unless asked for: it tells a service of the European Commission which
// customers there are.
type viesFlags struct {
	VIES    bool   `name:"vies" help:"Ask VIES, the EU's register of VAT ids, about VAT ids that customers save. Off: the operator confirms them (billfold vat confirm)."`
	VIESURL string `name:"vies-url" default:"https://ec.europa.eu/taxation_customs/vies/services/checkVatService" help:"Address of its service checkVatService."`
}

// checkVIES refuses an address that cannot be right. Kong calls it through serve's Validate.
func (f viesFlags) checkVIES() error {
	u, err := url.Parse(f.VIESURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return fmt.Errorf("--vies-url must be an https address such as %s", vies.URL)
	}
	return nil
}

func (f viesFlags) client() *vies.Client {
	if !f.VIES {
		return nil
	}
	return vies.NewClient(f.VIESURL)
}

// viesPatience is how long VIES is asked again when it does not answer; then the VAT id counts as not confirmed.
const viesPatience = 7 * 24 * time.Hour

// viesQueue is the queue of questions about VAT ids. Without a client nobody is asked any more, and those that
// wait for an answer are not confirmed.
func viesQueue(d *db.DB, clock models.Clock, log *slog.Logger, client *vies.Client) *job.Queue {
	accounts, sellers := account.NewStore(d, clock), seller.NewStore(d, clock)
	return job.Worker(d, log, map[string]job.Func{account.JobVATCheck: func(ctx context.Context, payload []byte) error {
		var check account.VATCheck
		if err := json.Unmarshal(payload, &check); err != nil {
			return err
		}
		result := account.VATResult{}
		if client != nil {
			us, err := requester(ctx, sellers)
			if err != nil {
				return err
			}
			if result, err = askVIES(ctx, client, check, us); err != nil {
				return err
			}
		}
		err := accounts.VATChecked(ctx, check, result)
		if models.KindOf(err) == models.NotFound {
			return nil // the account is deleted
		}
		return err
	}})
}

// requester is the seller's own VAT id, for a consultation number; the zero value when it is none of the EU.
func requester(ctx context.Context, sellers *seller.Store) (vies.ID, error) {
	s, _, err := sellers.Get(ctx)
	id, prefix := account.CleanVATID(s.VATID), account.VATPrefix(s.Country)
	if err != nil || prefix == "" || !strings.HasPrefix(id, prefix) {
		return vies.ID{}, err
	}
	return vies.Split(id), nil
}

// askVIES asks once. An answer that says nothing is asked for again later, until patience ends.
func askVIES(ctx context.Context, client *vies.Client, check account.VATCheck, us vies.ID) (account.VATResult, error) {
	answer, err := client.Check(ctx, vies.Split(check.VATID), us)
	since := time.Since(check.AskedAt)
	switch {
	case err == nil && answer.Consultation != "":
		return account.VATResult{Valid: answer.Valid, Source: fmt.Sprintf("VIES, consultation number %.40s", answer.Consultation)}, nil
	case err == nil:
		return account.VATResult{Valid: answer.Valid, Source: "VIES"}, nil
	case vies.Code(err) == vies.InvalidInput:
		return account.VATResult{Source: "VIES"}, nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return account.VATResult{}, err
	case since > viesPatience:
		return account.VATResult{}, nil
	}
	return account.VATResult{}, &job.Later{After: vies.Wait(since), Reason: err.Error()}
}

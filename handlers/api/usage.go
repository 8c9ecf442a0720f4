package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/usage"

	"github.com/danielgtaylor/huma/v2"
)

const usageNoun = "Usage"

// maxBatchBytes bounds a batch of usage records, as it is sent and unpacked.
const maxBatchBytes = 16 << 20

// registerUsage is the endpoint that the operator's metering sends usage to.
func (a *API) registerUsage() {
	const path = "/usage"
	gate := newUsageGate()
	register(a, Endpoint{Method: http.MethodPost, Path: path, ID: "usage-ingest", Noun: usageNoun, Scope: OperatorOnly, Grants: []access.Grant{access.WriteUsage},
		MaxBody: maxBatchBytes, Hold: gate.enter, Summary: "Take usage records in", Description: usageWords,
		Answers: map[int]string{http.StatusUnprocessableEntity: "bad records", http.StatusUnsupportedMediaType: "another type of body"}}, a.takeUsage)
	a.huma.OpenAPI().Paths[Prefix+path].Post.RequestBody = a.usageBody()
}

const usageWords = `A batch of at most 10,000 records and 16 MiB, also when unpacked: a JSON array, NDJSON, or CloudEvents 1.0 (a batch, one structured event, or one in binary mode). Content-Encoding gzip is understood.

All records are taken in or none. Every bad record is named by its index in the batch (from 0), its id, the field and the reason; the first 100 are listed. A record that was taken in before with the same content counts as a duplicate and changes nothing, so a batch without an answer is simply sent again; the same id with other content is refused with 409.

A CloudEvent carries a record as its data. Its id is the record_id in the data, or else the event's source, a vertical bar and the event's id.

When more batches come than can be taken in, the answer is 503 with Retry-After; send the batch again then.`

// UsageRequest is a batch of usage records; the body is read by its type.
type UsageRequest struct {
	AccountID string `query:"account_id" doc:"Takes only records of this account's projects and billing groups"`
	body      usageBody
}

// Resolve keeps what the body is read from.
func (u *UsageRequest) Resolve(c huma.Context) []error {
	u.body = usageBody{from: c.BodyReader(), header: c.Header}
	return nil
}

// UsageResult is what became of a batch.
type UsageResult struct {
	Body struct {
		Accepted   int `json:"accepted" doc:"Records that were new"`
		Duplicates int `json:"duplicates" doc:"Records that were there before with the same content"`
	}
}

func (a *API) takeUsage(ctx context.Context, r *request, in *UsageRequest) (*UsageResult, error) {
	hold := holdOf(ctx)
	parts, err := in.body.parts(hold)
	if err != nil {
		return nil, err
	}
	if err := hold.turn(ctx); err != nil {
		return nil, err
	}
	batch, err := decodeUsage(parts, a.Clock.Now())
	if err == nil {
		var taken usage.Result
		taken, err = a.usage.Ingest(ctx, r.actor, batch, usage.Options{AccountID: in.AccountID})
		if err == nil {
			out := &UsageResult{}
			out.Body.Accepted, out.Body.Duplicates = taken.Accepted, taken.Duplicates
			return out, nil
		}
	}
	return nil, usageProblem(err)
}

// usageProblem is the answer that names each bad record; other errors stay as they are.
func usageProblem(err error) error {
	var bad *usage.Problems
	if !errors.As(err, &bad) {
		return err
	}
	status, code, words := http.StatusUnprocessableEntity, "invalid_record", "a problem"
	if models.KindOf(err) == models.Conflict {
		status, code = http.StatusConflict, "record_conflict"
	}
	if bad.Total > 1 {
		words = fmt.Sprintf("%d problems; the first", bad.Total)
	}
	p := &Problem{status: status, Message: fmt.Sprintf("Nothing was taken in because of %s: %s", words, bad.List[0])}
	for _, one := range bad.List {
		item := ProblemItem{Code: code, Message: one.String(), Status: status, Field: one.Field, RecordID: one.RecordID, Reason: one.Reason}
		if one.Index >= 0 {
			index := one.Index
			item.Index = &index
		}
		p.Errors = append(p.Errors, item)
	}
	return p
}

package api

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"runtime"
	"sync"
	"time"

	"billfold/models"
	"billfold/models/usage"

	"github.com/danielgtaylor/huma/v2"
)

// decodeUsage makes records of the parts of a body, on all processors. Error: *usage.Problems with
// everything that is wrong, also with the records that can be decoded.
func decodeUsage(p usageParts, now time.Time) ([]usage.Record, error) {
	batch, bad := make([]usage.Record, len(p.raw)), make([][]models.Field, len(p.raw))
	var all sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(p.raw)/200+1)
	for w := range workers {
		all.Go(func() {
			for i := len(p.raw) * w / workers; i < len(p.raw)*(w+1)/workers; i++ {
				batch[i], bad[i] = p.decode(p.raw[i])
				if p.lines != nil {
					batch[i].Line = p.lines[i]
				}
			}
		})
	}
	all.Wait()
	problems := &usage.Problems{}
	for i := range bad {
		addProblems(problems, &batch[i], i, bad[i])
	}
	if problems.Total == 0 {
		return batch, nil
	}
	// The others are checked too, so that one answer names all.
	problems = &usage.Problems{}
	for i := range bad {
		if len(bad[i]) == 0 {
			bad[i] = batch[i].Check(now)
		}
		addProblems(problems, &batch[i], i, bad[i])
	}
	return nil, problems
}

func addProblems(to *usage.Problems, r *usage.Record, index int, bad []models.Field) {
	for _, one := range bad {
		if to.Total++; len(to.List) < usage.MaxProblems {
			to.List = append(to.List, usage.Problem{Line: r.Line, Index: index, RecordID: r.ID, Field: one.Name, Reason: one.Message})
		}
	}
}

func (p *usageParts) decode(raw []byte) (usage.Record, []models.Field) {
	if p.event != nil {
		return p.event.record(raw)
	}
	if !p.wrap {
		return usage.DecodeRecord(raw)
	}
	e, data, bad := decodeEvent(raw)
	if bad != nil {
		return usage.Record{ID: e.id()}, bad
	}
	return e.record(data)
}

// cloudEvent is what is used of a CloudEvent (CloudEvents 1.0): all that the specification requires.
type cloudEvent struct {
	SpecVersion, ID, Source, Type string
}

// id is the record's id by the event: its source and id name an event together. A source cannot contain
// the bar, so no two events give the same.
func (e *cloudEvent) id() string {
	if e.ID == "" || e.Source == "" {
		return ""
	}
	return e.Source + "|" + e.ID
}

// record is the record in the data of an event.
func (e *cloudEvent) record(data []byte) (usage.Record, []models.Field) {
	var bad []models.Field
	if e.SpecVersion != "1.0" {
		bad = append(bad, models.Field{Name: "specversion", Message: `write "1.0"`})
	}
	for _, required := range [][2]string{{"id", e.ID}, {"source", e.Source}, {"type", e.Type}} {
		if required[1] == "" {
			bad = append(bad, models.Field{Name: required[0], Message: "a CloudEvent needs it"})
		}
	}
	if bad != nil {
		return usage.Record{ID: e.id()}, bad
	}
	r, bad := usage.DecodeRecord(data)
	if r.ID == "" {
		r.ID = e.id()
	}
	return r, bad
}

// decodeEvent reads a CloudEvent in the JSON format.
func decodeEvent(raw []byte) (e cloudEvent, data []byte, bad []models.Field) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return e, nil, []models.Field{{Message: "it is not a CloudEvent in JSON"}}
	}
	for name, into := range map[string]*string{"specversion": &e.SpecVersion, "id": &e.ID, "source": &e.Source, "type": &e.Type} {
		if value := members[name]; value != nil && json.Unmarshal(value, into) != nil {
			bad = append(bad, models.Field{Name: name, Message: "write it as a string in quotes"})
		}
	}
	data = members["data"]
	if packed := members["data_base64"]; data == nil && packed != nil {
		var text string
		err := json.Unmarshal(packed, &text)
		if err == nil {
			data, err = base64.StdEncoding.DecodeString(text)
		}
		if err != nil {
			bad = append(bad, models.Field{Name: "data_base64", Message: "it is not Base64"})
		}
	}
	if bad == nil && data == nil {
		bad = append(bad, models.Field{Name: "data", Message: "give the record"})
	}
	return e, data, bad
}

func (a *API) schemaOf(v any) *huma.Schema {
	t := reflect.TypeOf(v)
	return a.huma.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
}

// UsageRecord describes a record; it is read by usage.DecodeRecord.
type UsageRecord struct {
	RecordID          string            `json:"record_id" maxLength:"255" doc:"Yours; the same id and content again changes nothing" example:"meter-7-000123"`
	Project           string            `json:"project,omitempty" maxLength:"255" doc:"Id, external id or name of the project that pays" example:"kafka-prod"`
	ProjectID         string            `json:"project_id,omitempty" maxLength:"255"`
	ProjectExternalID string            `json:"project_external_id,omitempty" maxLength:"255"`
	BillingGroupID    string            `json:"billing_group_id,omitempty" doc:"The billing group that pays a charge without a project"`
	ServiceName       string            `json:"service_name,omitempty" maxLength:"255" example:"events"`
	ServiceType       string            `json:"service_type,omitempty" maxLength:"255" example:"kafka"`
	ServicePlan       string            `json:"service_plan,omitempty" maxLength:"255" example:"business-4"`
	Cloud             string            `json:"cloud,omitempty" maxLength:"255" example:"google-europe-west1"`
	Start             string            `json:"start" format:"date-time" example:"2026-11-01T13:00:00Z"`
	End               string            `json:"end" format:"date-time" example:"2026-11-01T14:00:00Z"`
	Quantity          string            `json:"quantity,omitempty" doc:"A decimal, as a string or number" example:"1"`
	Unit              string            `json:"unit,omitempty" maxLength:"255" example:"Hours"`
	UnitPrice         string            `json:"unit_price,omitempty" doc:"A decimal of up to 18 places, in the price currency" example:"0.35"`
	Cost              string            `json:"cost,omitempty" doc:"Instead of the price of a unit; it wins over it"`
	Description       string            `json:"description,omitempty" maxLength:"1000"`
	LineType          string            `json:"line_type,omitempty" enum:"service_charge,support_charge,extra_charge"`
	Tags              map[string]string `json:"tags,omitempty"`
}

// UsageEvent describes a CloudEvent with a record.
type UsageEvent struct {
	SpecVersion string      `json:"specversion" enum:"1.0"`
	ID          string      `json:"id"`
	Source      string      `json:"source"`
	Type        string      `json:"type"`
	Data        UsageRecord `json:"data"`
}

// usageBody describes the body of a request with usage.
func (a *API) usageBody() *huma.RequestBody {
	record, event := a.schemaOf(UsageRecord{}), a.schemaOf(UsageEvent{})
	many := func(of *huma.Schema) *huma.MediaType {
		most := usage.MaxBatch
		return &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeArray, Items: of, MaxItems: &most}}
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json":                   many(record),
		"application/x-ndjson":               {Schema: record},
		"application/cloudevents-batch+json": many(event),
		"application/cloudevents+json":       {Schema: event},
	}}
}

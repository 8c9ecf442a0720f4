package usage

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
)

// MaxBatch is how many records Ingest takes at once.
const MaxBatch = 10_000

// Store takes usage records in.
type Store struct {
	db    *db.DB
	clock models.Clock
	queue *queue
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{d, clock, newQueue()} }

// Options say how records are taken in.
type Options struct {
	AccountID      string // takes only records of this account's projects and groups; empty for any
	CreateProjects bool   // makes missing projects in the primary group of AccountID
}

// Result counts records: Accepted were new, Duplicates were there before with the same content.
type Result struct {
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"`
}

// Ingest takes in a batch of at most MaxBatch records, all or nothing, in one transaction, which it may share
// with other batches that come at the same time: see queue. Errors:
// *Problems of kind Invalid (bad records, unknown projects, usage after a project's deletion) or
// Conflict (taken in before with other content); Forbidden for users; NotFound (the account); Unavailable.
func (s *Store) Ingest(ctx context.Context, actor access.Actor, batch []Record, opt Options) (Result, error) {
	if len(batch) > MaxBatch {
		return Result{}, models.Invalidf("records", "Send at most %d records at once; these are %d", MaxBatch, len(batch))
	}
	if err := mayIngest(actor, opt); err != nil {
		return Result{}, err
	}
	problems := &Problems{}
	checkAll(batch, s.clock.Now(), problems)
	if err := problems.err(); err != nil {
		return Result{}, err
	}
	if opt.CreateProjects || len(batch) > maxJoined {
		return s.take(ctx, actor, batch, opt)
	}
	return s.queue.take(ctx, s, actor, batch, opt.AccountID)
}

// Import is Ingest of any number of records: in batches of MaxBatch, each all or nothing in a transaction of
// its own. Result counts what was taken in before an error.
func (s *Store) Import(ctx context.Context, actor access.Actor, records []Record, opt Options) (Result, error) {
	var result Result
	for batch := range slices.Chunk(records, MaxBatch) {
		got, err := s.Ingest(ctx, actor, batch, opt)
		result.Accepted += got.Accepted
		result.Duplicates += got.Duplicates
		if err != nil {
			return result, err
		}
	}
	return result, nil
}

func mayIngest(actor access.Actor, opt Options) error {
	switch {
	case actor.Kind == access.User:
		return models.Forbiddenf("Only the operator can take usage in")
	case opt.CreateProjects && opt.AccountID == "":
		return models.Invalidf("account", "Name the account in which missing projects are to be made")
	case opt.AccountID != "" && !models.IsID(opt.AccountID):
		return models.NotFoundf("Account not found")
	}
	return nil
}

// take takes in a batch whose records are checked.
func (s *Store) take(ctx context.Context, actor access.Actor, batch []Record, opt Options) (Result, error) {
	parts := []part{{actor: actor, to: len(batch)}}
	_, err := s.takeParts(ctx, parts, batch, opt)
	return parts[0].result, err
}

// takeParts takes in the batches of several senders in one transaction, or none of them. After an error bad
// are those that have a record which is refused.
func (s *Store) takeParts(ctx context.Context, parts []part, batch []Record, opt Options) (bad []int, err error) {
	err = s.db.RunCopyTx(ctx, func(tx *gorm.DB, copyFrom db.CopyFrom) error {
		for i := range parts {
			parts[i].result = Result{}
		}
		run := &intake{tx: tx, sets: newSets(tx, copyFrom), clock: s.clock, parts: parts, opt: opt, batch: batch, problems: &Problems{}}
		err := run.all()
		bad = slices.Sorted(maps.Keys(run.bad))
		return err
	})
	if err != nil {
		for i := range parts {
			parts[i].result = Result{}
		}
	}
	return bad, err
}

// part is the batch of one sender, at these places of all that a transaction takes in.
type part struct {
	actor    access.Actor
	from, to int // [from, to)
	result   Result
}

// intake is one transaction that takes batches in.
type intake struct {
	tx       *gorm.DB
	sets     sets
	clock    models.Clock
	opt      Options
	batch    []Record // of all parts, one after the other
	parts    []part
	owners   []owner // of the batch's records, by their place
	digests  digests // of the batch's records
	problems *Problems
	bad      map[int]bool // the parts that have problems
}

// partOf is whose record stands at a place.
func (in *intake) partOf(place int) int {
	if len(in.parts) < 2 {
		return 0
	}
	i, _ := slices.BinarySearchFunc(in.parts, place, func(p part, place int) int {
		if p.to <= place {
			return -1
		}
		return 1
	})
	return i
}

// refuse notes what is wrong with the record at a place.
func (in *intake) refuse(place int, bad models.Field) {
	in.markBad(place)
	in.problems.record(&in.batch[place], place, bad)
}

func (in *intake) markBad(place int) {
	if in.bad == nil {
		in.bad = map[int]bool{}
	}
	in.bad[in.partOf(place)] = true
}

// all locks the accounts, in the order of their ids and before anything else that counts, since
// whatever files usage (moves, closing, deletions) takes the same locks; then it goes account by
// account. Without the lock, records of a project that moves meanwhile end up in the wrong group.
func (in *intake) all() error {
	if in.opt.AccountID != "" {
		if err := account.Lock(in.tx, in.opt.AccountID); err != nil {
			return err
		}
	}
	refs := referencesOf(in.batch)
	found, err := in.lookUp(refs.each)
	if err != nil {
		return err
	}
	create := func(r *Record, missing models.Field) (owner, *models.Field, error) {
		return in.create(found, r, missing)
	}
	if !in.opt.CreateProjects {
		create = nil
	}
	places, err := in.own(refs, found, create)
	if err != nil {
		return err
	}
	defer in.digest()() // meanwhile the database locks and looks up
	accounts := slices.Sorted(maps.Keys(places))
	if in.opt.AccountID == "" {
		if err := account.Lock(in.tx, accounts...); err != nil {
			return err
		}
		// A project may have been deleted or renamed before the lock was there.
		if err := in.readAgain(found); err != nil {
			return err
		}
	}
	for _, id := range accounts {
		if err := in.account(id, places[id]); err != nil {
			return err
		}
	}
	return in.problems.err()
}

// own finds who pays for each record and gives the places of each account's records. create makes the
// project that a record names but nobody has; it may be nil.
func (in *intake) own(refs references, found *directory, create func(*Record, models.Field) (owner, *models.Field, error)) (map[string][]int, error) {
	owners, bads := make([]owner, len(refs.each)), make([]*models.Field, len(refs.each))
	for i, ref := range refs.each {
		o, bad := found.find(ref)
		if bad != nil && create != nil {
			var err error
			if o, bad, err = create(ref, *bad); err != nil {
				return nil, err
			}
		}
		owners[i], bads[i] = o, bad
	}
	places := map[string][]int{}
	in.owners = make([]owner, len(in.batch))
	for i := range in.batch {
		ref := refs.of[i]
		if bad := bads[ref]; bad != nil {
			in.refuse(i, *bad)
			continue
		}
		in.owners[i] = owners[ref]
		places[owners[ref].accountID] = append(places[owners[ref].accountID], i)
	}
	return places, in.problems.err()
}

// create makes the project that a record names but nobody has, and tells why it cannot.
func (in *intake) create(found *directory, r *Record, missing models.Field) (owner, *models.Field, error) {
	wanted, ok := missingProject(r)
	if !ok {
		return owner{}, &missing, nil
	}
	made, err := account.CreateProjectTx(in.tx, in.parts[0].actor, in.clock.Now(), in.opt.AccountID, wanted)
	if models.KindOf(err) == models.Invalid {
		return owner{}, cannotMake(wanted.Name, missing, err), nil
	}
	if err != nil {
		return owner{}, nil, err
	}
	p := &project{ID: made.ID, AccountID: made.AccountID, Name: made.Name, NameKey: account.NameKey(made.Name)}
	if made.ExternalID != "" {
		p.ExternalID = &made.ExternalID
	}
	found.add(p)
	return owned(p), nil, nil
}

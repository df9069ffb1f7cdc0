package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const (
	tag        = "Audit"
	permission = "audit.read"
	exportMost = 50_000
)

// MountAdmin adds what auditors may do. Nothing of it writes, but that it was read.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listAuditEntries", Method: http.MethodGet, Path: "/audit/entries", Tag: tag, Permission: permission, Summary: "List what was done",
		Description: "The newest first. Whoever reads the audit is recorded in it.",
	}, s.adminList)
	one := rest.Operation{
		ID: "getAuditEntry", Method: http.MethodGet, Path: "/audit/entries/{entry}", Tag: tag, Permission: permission, Summary: "Read an entry", Missing: ErrNotFound,
	}
	rest.Handle(a, one, s.adminRead)
	one.ID, one.Path, one.Summary, one.Faults = "getAuditProof", "/audit/entries/{entry}/proof", "Prove that an entry was there", []*fault.Fault{ErrPending}
	one.Description = "The proof can be checked by anybody who has the public keys: `authserver audit proof verify`, or RFC 6962. It shows no other entry, and what is personal is sealed in it."
	rest.Handle(a, one, s.adminProof)
	rest.Handle(a, rest.Operation{
		ID: "exportAuditEntries", Method: http.MethodGet, Path: "/audit/export", Tag: tag, Permission: permission, Faults: []*fault.Fault{ErrTooMany},
		Summary: "Download what was done, as JSON Lines", Description: "Up to 50,000 entries, the newest first, each on a line of its own.",
	}, s.adminExport)
	s.mountChain(a)
}

type filter struct {
	Type          string    `query:"type" maxLength:"100" doc:"The event's, such as user.created."`
	ActorID       string    `query:"actor_id" maxLength:"100" doc:"Who did it."`
	SubjectID     string    `query:"subject_id" maxLength:"100" doc:"The person concerned, or whatever else it is about."`
	ApplicationID string    `query:"application_id" format:"uuid"`
	RequestID     string    `query:"request_id" maxLength:"100"`
	From          time.Time `query:"from" doc:"Not before."`
	To            time.Time `query:"to" doc:"Before."`
}

func (f filter) filter() Filter {
	return Filter{
		Type: f.Type, ActorID: f.ActorID, SubjectID: f.SubjectID, ApplicationID: f.ApplicationID, RequestID: f.RequestID, From: f.From, To: f.To,
	}
}

type listEntries struct {
	rest.Page
	filter
}

func (s *Service) adminList(ctx context.Context, in *listEntries) (*rest.List[*Line], error) {
	f := in.filter.filter()
	f.Limit = in.Limit
	if after := in.After(); after != "" {
		var err error
		if f.Before, err = strconv.ParseInt(after, 10, 64); err != nil {
			return nil, rest.ErrCursor
		}
	}
	lines, err := s.List(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(lines) == in.Limit && lines[in.Limit-1].Sequence > 1 {
		next = strconv.FormatInt(lines[in.Limit-1].Sequence, 10)
	}
	return rest.ListOf(lines, next), nil
}

type entryID struct {
	ID string `path:"entry" format:"uuid"`
}

type oneEntry struct{ Body *Line }

func (s *Service) adminRead(ctx context.Context, in *entryID) (*oneEntry, error) {
	l, err := s.Read(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &oneEntry{l}, nil
}

type oneProof struct{ Body *Proof }

func (s *Service) adminProof(ctx context.Context, in *entryID) (*oneProof, error) {
	p, err := s.Prove(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &oneProof{p}, nil
}

type exportEntries struct{ filter }

type exported struct{ Body rest.File }

func (s *Service) adminExport(ctx context.Context, in *exportEntries) (*exported, error) {
	lines, err := s.Download(ctx, realm.From(ctx).ID, in.filter.filter(), exportMost)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for _, l := range lines {
		if err := e.Encode(l); err != nil {
			return nil, err
		}
	}
	return &exported{rest.File{ContentType: "application/jsonl", Name: "audit.jsonl", Bytes: out.Bytes()}}, nil
}

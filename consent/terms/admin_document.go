package terms

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagDocuments = "Documents"

// DocumentView is a version as administrators see it.
type DocumentView struct {
	ID        string     `json:"id" format:"uuid"`
	Kind      string     `json:"kind"`
	Version   string     `json:"version"`
	Required  bool       `json:"required"`
	Language  string     `json:"language"`
	Status    Status     `json:"status" enum:"draft,scheduled,active,superseded"`
	Since     *time.Time `json:"active_since,omitempty" doc:"When it came, or comes, into force."`
	Row       int64      `json:"row_version"`
	CreatedAt time.Time  `json:"created_at"`
	Texts     []Text     `json:"texts,omitempty" doc:"Left out in lists."`
}

func viewOf(d *Document) DocumentView {
	v := DocumentView{
		ID: d.ID, Kind: d.Kind, Version: d.Version, Required: d.Required, Language: d.Language, Status: d.Status, Row: d.Row,
		CreatedAt: d.CreatedAt, Texts: d.Texts,
	}
	if !d.Since.IsZero() {
		v.Since = &d.Since
	}
	return v
}

type documentAnswer struct {
	ETag string `header:"ETag"`
	Body DocumentView
}

type documentCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     DocumentView
}

func answerOf(d *Document, err error) (*documentAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &documentAnswer{rest.ETag(d.Row), viewOf(d)}, nil
}

// MountAdmin adds the administration of documents: those of a realm, and, for operators,
// those of all realms.
func (s *Service) MountAdmin(a *rest.API) {
	s.mountDocuments(a, owner{name: "Document", read: "documents.read", write: "documents.write", realmID: func(ctx context.Context) (string, string) {
		in := realm.From(ctx)
		return in.ID, "/api/v1/realms/" + in.Slug
	}})
	s.mountDocuments(a, owner{name: "GlobalDocument", root: true, read: "realms.read", write: "realms.write", realmID: func(context.Context) (string, string) {
		return "", "/api/v1"
	}})
	s.mountLedger(a)
}

// owner is whose documents operations are about.
type owner struct {
	name, read, write string
	root              bool
	realmID           func(context.Context) (id, path string)
}

func (s *Service) mountDocuments(a *rest.API, o owner) {
	op := func(verb, method, path, summary string, faults ...*fault.Fault) rest.Operation {
		permission := o.write
		if method == http.MethodGet {
			permission = o.read
		}
		missing := ErrNotFound
		if path == "/documents" {
			missing = nil
		}
		if o.root {
			summary += " for all realms"
		}
		return rest.Operation{
			ID: verb + o.name, Method: method, Path: path, Root: o.root, Tag: tagDocuments, Summary: summary, Permission: permission, Missing: missing, Faults: faults,
			MaxBody: 1 << 20,
		}
	}
	list := op("list", http.MethodGet, "/documents", "List versions of documents")
	list.ID += "s"
	rest.Handle(a, list, func(ctx context.Context, in *listDocuments) (*rest.List[DocumentView], error) {
		realmID, _ := o.realmID(ctx)
		return s.adminList(ctx, realmID, in)
	})
	rest.Handle(a, op("create", http.MethodPost, "/documents", "Write a version", ErrInvalid, ErrVersionTaken), func(ctx context.Context, in *createDocument) (*documentCreated, error) {
		realmID, path := o.realmID(ctx)
		return s.adminCreate(ctx, realmID, path, in)
	})
	rest.Handle(a, op("get", http.MethodGet, "/documents/{document}", "Read a version"), func(ctx context.Context, in *documentID) (*documentAnswer, error) {
		realmID, _ := o.realmID(ctx)
		return answerOf(s.ByID(ctx, realmID, in.ID))
	})
	rest.Handle(a, op("update", http.MethodPatch, "/documents/{document}", "Change a draft", ErrInvalid, ErrVersionTaken, ErrImmutable), func(ctx context.Context, in *updateDocument) (*documentAnswer, error) {
		realmID, _ := o.realmID(ctx)
		return answerOf(s.Update(ctx, realmID, in.ID, in.apply))
	})
	rest.Handle(a, op("delete", http.MethodDelete, "/documents/{document}", "Delete a draft", ErrImmutable), func(ctx context.Context, in *deleteDocument) (*rest.None, error) {
		realmID, _ := o.realmID(ctx)
		return &rest.None{}, s.Delete(ctx, realmID, in.ID, func(d *Document) error { return in.Matches(d.Row) })
	})
	rest.Handle(a, op("activate", http.MethodPost, "/documents/{document}/activate", "Put a version in force", ErrInForce, ErrTimeTaken, ErrPast), func(ctx context.Context, in *activateDocument) (*documentAnswer, error) {
		realmID, _ := o.realmID(ctx)
		return answerOf(s.Activate(ctx, realmID, in.ID, in.Body.At))
	})
	rest.Handle(a, op("withdraw", http.MethodPost, "/documents/{document}/withdraw", "Take a version out of force", ErrNotInForce, ErrTimeTaken), func(ctx context.Context, in *documentID) (*documentAnswer, error) {
		realmID, _ := o.realmID(ctx)
		return answerOf(s.Withdraw(ctx, realmID, in.ID))
	})
}

type documentID struct {
	ID string `path:"document" format:"uuid"`
}

type listDocuments struct {
	rest.Page
	Kind string `query:"kind" maxLength:"40"`
}

func (s *Service) adminList(ctx context.Context, realmID string, in *listDocuments) (*rest.List[DocumentView], error) {
	all, err := s.List(ctx, realmID, in.Kind, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]DocumentView, 0, len(all))
	for _, d := range all {
		views = append(views, viewOf(d))
	}
	return rest.ListOf(views, next), nil
}

type createDocument struct {
	Body struct {
		Kind     string `json:"kind" minLength:"2" maxLength:"40" doc:"terms_of_use, privacy_policy, or a kind of your own." example:"terms_of_use"`
		Version  string `json:"version" minLength:"1" maxLength:"40" example:"2026-11"`
		Required *bool  `json:"required,omitempty" doc:"Must be accepted before a sign-in ends; true, if left out."`
		Language string `json:"language,omitempty" maxLength:"35" doc:"For who speaks none of the others; the first text's, if left out."`
		Texts    []Text `json:"texts" minItems:"1" maxItems:"30"`
	}
}

func (s *Service) adminCreate(ctx context.Context, realmID, path string, in *createDocument) (*documentCreated, error) {
	b := in.Body
	d, err := s.Create(ctx, Document{
		RealmID: realmID, Kind: b.Kind, Version: b.Version, Required: b.Required == nil || *b.Required, Language: b.Language, Texts: b.Texts,
	})
	if err != nil {
		return nil, err
	}
	return &documentCreated{rest.ETag(d.Row), path + "/documents/" + d.ID, viewOf(d)}, nil
}

type updateDocument struct {
	ID string `path:"document" format:"uuid"`
	rest.Match
	Body struct {
		Version  rest.Opt[string] `json:"version,omitzero" minLength:"1" maxLength:"40"`
		Required rest.Opt[bool]   `json:"required,omitzero"`
		Language rest.Opt[string] `json:"language,omitzero" maxLength:"35"`
		Texts    rest.Opt[[]Text] `json:"texts,omitzero" minItems:"1" maxItems:"30"`
	}
}

func (in *updateDocument) apply(d *Document) error {
	if err := in.Matches(d.Row); err != nil {
		return err
	}
	in.Body.Version.To(&d.Version)
	in.Body.Required.To(&d.Required)
	in.Body.Language.To(&d.Language)
	in.Body.Texts.To(&d.Texts)
	return nil
}

type deleteDocument struct {
	ID string `path:"document" format:"uuid"`
	rest.Match
}

type activateDocument struct {
	ID   string `path:"document" format:"uuid"`
	Body struct {
		At time.Time `json:"at,omitzero" doc:"At once, if left out."`
	}
}

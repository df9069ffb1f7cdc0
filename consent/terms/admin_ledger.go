package terms

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// errTooMany refuses an export that would not fit into one answer.
var errTooMany = fault.New(fault.Invalid, "export_too_large", "That is more than 50,000 lines. Ask for a shorter time.")

const mostLines = 50_000

// AcceptanceView is a line of the ledger.
type AcceptanceView struct {
	ID            string    `json:"id" format:"uuid"`
	UserID        string    `json:"user_id" format:"uuid"`
	DocumentID    string    `json:"document_id" format:"uuid"`
	Kind          string    `json:"kind"`
	Version       string    `json:"version"`
	Language      string    `json:"language"`
	Digest        string    `json:"digest" doc:"SHA-256 of title and text as they were shown, in hexadecimal."`
	ApplicationID string    `json:"application_id,omitempty"`
	Channel       string    `json:"channel" enum:"sign_in,api"`
	AcceptedAt    time.Time `json:"accepted_at"`
}

func acceptanceViewOf(a *Acceptance) AcceptanceView {
	return AcceptanceView{a.ID, a.UserID, a.DocumentID, a.Kind, a.Version, a.Language, hex.EncodeToString(a.Digest), a.ApplicationID, a.Channel, a.AcceptedAt}
}

func (s *Service) mountLedger(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listAcceptances", Method: http.MethodGet, Path: "/acceptances", Tag: tagDocuments, Summary: "List who accepted what", Permission: "consents.read",
	}, s.adminAcceptances)
	rest.Handle(a, rest.Operation{
		ID: "exportAcceptances", Method: http.MethodGet, Path: "/acceptances/export", Tag: tagDocuments, Summary: "Download who accepted what, as CSV",
		Permission: "consents.read", Faults: []*fault.Fault{errTooMany},
	}, s.adminExport)
	one := rest.Operation{
		ID: "getApplicationDocuments", Method: http.MethodGet, Path: "/applications/{application}/documents", Tag: tagDocuments,
		Summary: "Read what an application demands", Permission: "applications.read", Missing: application.ErrNotFound,
	}
	rest.Handle(a, one, s.adminPins)
	one.ID, one.Method, one.Summary, one.Permission = "setApplicationDocuments", http.MethodPut, "Say what an application demands", "applications.write"
	one.Faults, one.Refs = []*fault.Fault{ErrInvalid, ErrPinUnknown}, []string{"body.documents:document"}
	one.Description = "Each document is the least version of its kind: whoever accepted it, or a later one, is not asked for newer ones. All others accept the one in force."
	rest.Handle(a, one, s.adminSetPins)
}

type listAcceptances struct {
	rest.Page
	UserID        string `query:"user_id" format:"uuid"`
	DocumentID    string `query:"document_id" format:"uuid"`
	ApplicationID string `query:"application_id" format:"uuid"`
	Kind          string `query:"kind" maxLength:"40"`
}

func (s *Service) adminAcceptances(ctx context.Context, in *listAcceptances) (*rest.List[AcceptanceView], error) {
	all, err := s.Acceptances(ctx, realm.From(ctx).ID, Query{
		UserID: in.UserID, DocumentID: in.DocumentID, ApplicationID: in.ApplicationID, Kind: in.Kind, After: in.After(), Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]AcceptanceView, 0, len(all))
	for _, a := range all {
		views = append(views, acceptanceViewOf(a))
	}
	return rest.ListOf(views, next), nil
}

type exportAcceptances struct {
	UserID     string    `query:"user_id" format:"uuid"`
	DocumentID string    `query:"document_id" format:"uuid"`
	Kind       string    `query:"kind" maxLength:"40"`
	From       time.Time `query:"from" doc:"Not before."`
	To         time.Time `query:"to" doc:"Before."`
}

type download struct{ Body rest.File }

func (s *Service) adminExport(ctx context.Context, in *exportAcceptances) (*download, error) {
	all, err := s.Acceptances(ctx, realm.From(ctx).ID, Query{
		UserID: in.UserID, DocumentID: in.DocumentID, Kind: in.Kind, From: in.From, To: in.To, Limit: mostLines + 1,
	})
	if err != nil {
		return nil, err
	}
	if len(all) > mostLines {
		return nil, errTooMany
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"id", "user_id", "kind", "version", "document_id", "language", "sha256", "application_id", "channel", "accepted_at"})
	for _, a := range all {
		_ = w.Write([]string{
			a.ID, a.UserID, a.Kind, a.Version, a.DocumentID, a.Language, hex.EncodeToString(a.Digest), a.ApplicationID, a.Channel, a.AcceptedAt.Format(time.RFC3339Nano),
		})
	}
	w.Flush() // a bytes.Buffer takes everything
	return &download{rest.File{ContentType: "text/csv; charset=utf-8", Name: "acceptances.csv", Bytes: out.Bytes()}}, nil
}

// PinView is what an application demands.
type PinView struct {
	Kind       string `json:"kind"`
	DocumentID string `json:"document_id" format:"uuid"`
}

type pinsAnswer struct {
	Body struct {
		Documents []PinView `json:"documents"`
	}
}

func pinsOf(pins []Pin) *pinsAnswer {
	answer := &pinsAnswer{}
	answer.Body.Documents = []PinView{}
	for _, p := range pins {
		answer.Body.Documents = append(answer.Body.Documents, PinView{p.Kind, p.DocumentID})
	}
	return answer
}

type applicationID struct {
	ID string `path:"application" format:"uuid"`
}

func (s *Service) adminPins(ctx context.Context, in *applicationID) (*pinsAnswer, error) {
	app, err := s.apps.ByID(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	pins, err := s.Pins(ctx, app.RealmID, app.ID)
	if err != nil {
		return nil, err
	}
	return pinsOf(pins), nil
}

type setPins struct {
	ID   string `path:"application" format:"uuid"`
	Body struct {
		Documents []string `json:"documents" maxItems:"20" doc:"Ids of documents."`
	}
}

func (s *Service) adminSetPins(ctx context.Context, in *setPins) (*pinsAnswer, error) {
	app, err := s.apps.ByID(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	pins, err := s.SetPins(ctx, app.RealmID, app.ID, in.Body.Documents)
	if err != nil {
		return nil, err
	}
	return pinsOf(pins), nil
}

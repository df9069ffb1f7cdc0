package limit

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/ratelimit"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagLimits = "Rate limits"

// MountAdmin adds the administration of a realm's limits.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/limits" + path, Tag: tagLimits, Summary: summary, Permission: permission, Faults: faults}
	}
	list := op("listLimits", http.MethodGet, "", "List rate limits", "limits.read")
	list.Description = "All of them, with those that the realm has set for itself."
	rest.Handle(a, list, s.adminList)
	rest.Handle(a, op("getLimit", http.MethodGet, "/{limit}", "Read a rate limit", "limits.read", ErrNotFound), s.adminGet)
	put := op("putLimit", http.MethodPut, "/{limit}", "Set a rate limit for the realm", "limits.write", ErrNotFound, ratelimit.ErrInvalid, ErrBusy)
	put.Description = "Several limits hold together. They hold on all nodes within a second, and begin to count anew."
	rest.Handle(a, put, s.adminPut)
	reset := op("resetLimit", http.MethodDelete, "/{limit}", "Take the default again", "limits.write", ErrNotFound, ErrBusy)
	rest.Handle(a, reset, s.adminReset)
}

// limitView is a limit as administrators see it.
type limitView struct {
	Name      string    `json:"name"`
	By        []string  `json:"by" nullable:"false" doc:"What is counted: each combination of these for itself." example:"[\"ip\",\"account\"]"`
	Limits    string    `json:"limits" example:"5/m, 100/day"`
	Default   string    `json:"default" example:"5/m"`
	Own       bool      `json:"own" doc:"The realm has set it for itself."`
	Summary   string    `json:"summary"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

func viewOf(l Limit) limitView {
	by := make([]string, len(l.By))
	for i, b := range l.By {
		by[i] = string(b)
	}
	return limitView{l.Name, by, ratelimit.Format(l.Limits), ratelimit.Format(l.Default), l.Version > 0, l.Summary, l.UpdatedAt}
}

type limitAnswer struct {
	ETag string `header:"ETag"`
	Body limitView
}

func answerOf(l Limit, err error) (*limitAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &limitAnswer{rest.ETag(l.Version), viewOf(l)}, nil
}

func (s *Service) adminList(ctx context.Context, in *struct{ rest.Page }) (*rest.List[limitView], error) {
	all, err := s.List(ctx, realm.From(ctx).ID)
	if err != nil {
		return nil, err
	}
	views := make([]limitView, 0, len(all))
	next := ""
	for _, l := range all {
		if l.Name <= in.After() {
			continue
		}
		if len(views) == in.Limit {
			next = views[in.Limit-1].Name
			break
		}
		views = append(views, viewOf(l))
	}
	return rest.ListOf(views, next), nil
}

type limitName struct {
	Name string `path:"limit" maxLength:"50"`
}

func (s *Service) adminGet(ctx context.Context, in *limitName) (*limitAnswer, error) {
	return answerOf(s.ByName(ctx, realm.From(ctx).ID, in.Name))
}

type putLimit struct {
	Name string `path:"limit" maxLength:"50"`
	rest.Match
	Body struct {
		Limits string `json:"limits" minLength:"3" maxLength:"100" doc:"Up to four of different units: s, m, h, day." example:"5/m, 100/day"`
	}
}

func (s *Service) adminPut(ctx context.Context, in *putLimit) (*limitAnswer, error) {
	return answerOf(s.Set(ctx, realm.From(ctx).ID, in.Name, in.Body.Limits, in.Matches))
}

type resetLimit struct {
	Name string `path:"limit" maxLength:"50"`
	rest.Match
}

func (s *Service) adminReset(ctx context.Context, in *resetLimit) (*rest.None, error) {
	return &rest.None{}, s.Reset(ctx, realm.From(ctx).ID, in.Name, in.Matches)
}

package flow_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/internal/event/eventtest"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
)

func TestSignInsInProgressAreListedAndEnded(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	a := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.Flows.MountAdmin).As("flows.read")
	app := id.New()
	first := start(t, h, func(r *flow.Request) { r.ApplicationID = app })
	second := start(t, h)
	third := start(t, h)
	if err := h.Flows.Finish(h.Context, third); err != nil {
		t.Fatal(err)
	}
	type page struct {
		Items []flow.FlowView `json:"items"`
		Next  string          `json:"next_cursor"`
	}
	var seen []string
	for query := "?limit=1"; query != ""; {
		var p page
		answer := a.Do(http.MethodGet, "/realms/acme/flows"+query, nil).Want(http.StatusOK)
		if strings.Contains(answer.Body, "ann@example.com") || strings.Contains(answer.Body, "x y") {
			t.Errorf("what was typed or sent is shown: %s", answer.Body)
		}
		answer.Into(&p)
		for _, f := range p.Items {
			seen = append(seen, f.ID)
		}
		if query = ""; p.Next != "" {
			query = "?limit=1&cursor=" + p.Next
		}
	}
	if !slices.Equal(seen, []string{second.ID, first.ID}) {
		t.Errorf("listed %v, want the two unfinished, the newest first", seen)
	}
	var of page
	a.Do(http.MethodGet, "/realms/acme/flows?application_id="+app, nil).Want(http.StatusOK).Into(&of)
	if len(of.Items) != 1 || of.Items[0].ID != first.ID {
		t.Errorf("of the application: %+v", of.Items)
	}
	at := "/realms/acme/flows/" + first.ID
	a.Do(http.MethodGet, at, nil).Want(http.StatusOK)
	a.Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	if _, err := h.Flows.Resume(h.Context, first.ID, browser); !errors.Is(err, flow.ErrFinished) {
		t.Errorf("an ended flow goes on: %v", err)
	}
	if !slices.Contains(eventtest.Types(t, h.DB, h.Realm.ID), "flow.ended") {
		t.Error("nothing is recorded")
	}
	for _, over := range []string{first.ID, third.ID, id.New()} {
		a.Do(http.MethodDelete, "/realms/acme/flows/"+over, nil).Want(http.StatusNotFound, "flow_not_found")
		a.Do(http.MethodGet, "/realms/acme/flows/"+over, nil).Want(http.StatusNotFound, "flow_not_found")
	}
	h.Clock.Add(flow.Lifetime)
	a.Do(http.MethodDelete, "/realms/acme/flows/"+second.ID, nil).Want(http.StatusNotFound, "flow_not_found")
}

package rbac_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"authserver/internal/rest"
	"authserver/internal/web/webtest"
	"authserver/rbac"
)

const evaluation, evaluations = "/access/v1/evaluation", "/access/v1/evaluations"

// clerkStage has Ben as somebody who may read invoices of the shop.
func clerkStage(t *testing.T) (s *stage, ann string) {
	t.Helper()
	s = newStage(t)
	s.permission("invoice.read")
	s.permission("invoice.pay")
	clerk := s.role(rbac.Role{Slug: "clerk", ApplicationID: s.shop.ID, Grants: []rbac.Grant{{ApplicationID: s.shop.ID, Code: "invoice.read"}}})
	s.assign(s.ben.ID, clerk.ID, "")
	return s, rest.User + ":" + s.ann.ID
}

func (s *stage) ask(action string) string {
	return `"subject":{"type":"user","id":"` + s.ben.ID + `"},"action":{"name":"` + action + `","properties":{"application_id":"` + s.shop.ID +
		`"}},"resource":{"type":"invoice","id":"17"}`
}

func TestAuthZENDecides(t *testing.T) {
	t.Parallel()
	s, ann := clerkStage(t)
	yes := s.want(http.StatusOK, `"decision":true`, ann, http.MethodPost, evaluation, "{"+s.ask("invoice.read")+"}")
	if !strings.Contains(yes, `"granted"`) || !strings.Contains(yes, "permission:invoice.read") {
		t.Errorf("no reason or path in %s", yes)
	}
	s.want(http.StatusOK, `"decision":false`, ann, http.MethodPost, evaluation, "{"+s.ask("invoice.pay")+"}")
	// Nobody is told who exists.
	s.want(http.StatusOK, `"decision":false`, ann, http.MethodPost, evaluation, strings.Replace("{"+s.ask("invoice.read")+"}", s.ben.ID, "0192f0c1-0000-7000-8000-000000000000", 1))
	// A key of the application need not name it.
	key := rest.APIKey + ":" + s.shop.ID + ":decisions.read"
	s.want(http.StatusOK, `"decision":true`, key, http.MethodPost, evaluation,
		`{"subject":{"type":"user","id":"`+s.ben.ID+`"},"action":{"name":"invoice.read"},"resource":{"type":"invoice","id":"17"}}`)
}

func TestAuthZENDecidesSeveral(t *testing.T) {
	t.Parallel()
	s, ann := clerkStage(t)
	named := func(action string) string {
		return `{"action":{"name":"` + action + `","properties":{"application_id":"` + s.shop.ID + `"}}}`
	}
	for semantic, want := range map[string]string{"execute_all": "true false true", "deny_on_first_deny": "true false", "permit_on_first_permit": "true"} {
		body := "{" + s.ask("invoice.read") + `,"options":{"evaluations_semantic":"` + semantic + `"},"evaluations":[` +
			named("invoice.read") + "," + named("invoice.pay") + "," + named("invoice.read") + "]}"
		answer := s.want(http.StatusOK, "evaluations", ann, http.MethodPost, evaluations, body)
		var got []string
		for _, part := range strings.Split(answer, `"decision":`)[1:] {
			got = append(got, part[:strings.IndexByte(part, ',')])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", semantic, got, want)
		}
	}
	s.want(http.StatusOK, `[{"decision":true`, ann, http.MethodPost, evaluations, "{"+s.ask("invoice.read")+"}")
}

func TestAuthZENRefuses(t *testing.T) {
	t.Parallel()
	s, ann := clerkStage(t)
	whole := "{" + s.ask("invoice.read") + "}"
	for code, body := range map[string]string{
		`"field":"subject"`:     `{"action":{"name":"x"},"resource":{"type":"x","id":"x"}}`,
		`"field":"action"`:      `{"subject":{"type":"user","id":"x"},"resource":{"type":"x","id":"x"}}`,
		`"field":"resource"`:    `{"subject":{"type":"user","id":"x"},"action":{"name":"x"}}`,
		"invalid_value":         strings.Replace(whole, `"type":"user"`, `"type":"robot"`, 1),
		"unknown_field":         strings.Replace(whole, `"resource":`, `"is_admin":true,"resource":`, 1),
		"question_missing":      strings.Replace(whole, `"resource":`, `"context":{"factor_at":"yesterday"},"resource":`, 1),
		"application_not_found": strings.Replace(whole, `"`+s.shop.ID+`"`, "7", 1),
	} {
		got, answer := s.do(ann, http.MethodPost, evaluation, body)
		if got < 400 || got > 499 || !strings.Contains(answer, code) {
			t.Errorf("%s: got %d %s, want %s", body, got, answer, code)
		}
	}
	// Who decides for one application learns nothing about another.
	other := s.register("Other")
	key := rest.APIKey + ":" + other.ID + ":decisions.read"
	s.want(http.StatusNotFound, "application_not_found", key, http.MethodPost, evaluation, whole)
	s.want(http.StatusForbidden, "permission_denied", rest.User+":"+s.ben.ID, http.MethodPost, evaluation, whole)
}

func TestAuthZENTellsWhereItIs(t *testing.T) {
	t.Parallel()
	s, _ := clerkStage(t)
	for _, at := range []string{"/realms/acme/.well-known/authzen-configuration", "/.well-known/authzen-configuration/realms/acme"} {
		got := webtest.Do(s.front, webtest.Request(t, http.MethodGet, at, http.NoBody))
		var told rbac.DecisionPoint
		if err := json.Unmarshal([]byte(webtest.Body(t, got)), &told); err != nil || got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", at, got.StatusCode, err)
		}
		if want := (rbac.DecisionPoint{
			Point: "https://auth.example/realms/acme", Evaluation: "https://auth.example/api/v1/realms/acme" + evaluation, Evaluations: "https://auth.example/api/v1/realms/acme" + evaluations,
		}); told != want {
			t.Errorf("%s: %+v, want %+v", at, told, want)
		}
	}
	for _, at := range []string{"/realms/nowhere/.well-known/authzen-configuration", "/.well-known/authzen-configuration/realms/nowhere"} {
		if got := webtest.Do(s.front, webtest.Request(t, http.MethodGet, at, http.NoBody)); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", at, got.StatusCode)
		}
	}
}

func TestAuthZENRepeatsTheNameOfARequest(t *testing.T) {
	t.Parallel()
	s, ann := clerkStage(t)
	for _, at := range []string{evaluation, evaluations} {
		for _, name := range []string{"bfe9eb29-ab87-4ca3-be83-a1d5d8305716", ""} {
			headers := []string{"Content-Type: application/json", "Authorization: Bearer " + ann}
			if name != "" {
				headers = append(headers, "X-Request-ID: "+name)
			}
			got := webtest.Do(s.front, webtest.Request(t, http.MethodPost, "/api/v1/realms/acme"+at, strings.NewReader("{"+s.ask("invoice.read")+"}"), headers...))
			told := got.Header.Get("X-Request-ID")
			if got.StatusCode != http.StatusOK || name != "" && told != name || told == "" || len(got.Header.Values("X-Request-ID")) != 1 {
				t.Errorf("%s named %q: %d, answered %q", at, name, got.StatusCode, got.Header.Values("X-Request-ID"))
			}
		}
	}
}

package contact_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"authserver/identity/challenge"
)

const me = "/api/v1/realms/acme/me"

// ask sends JSON and returns the status and the answer's members.
func (p *person) ask(method, path, body string) (int, map[string]any) {
	p.T.Helper()
	got := p.JSON(method, me+path, body)
	var members map[string]any
	if p.Body != "" {
		if err := json.Unmarshal([]byte(p.Body), &members); err != nil {
			p.T.Fatalf("%s %s: %v: %s", method, path, err, p.Body)
		}
	}
	return got.StatusCode, members
}

func TestMeVerifiesAndChangesTheAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	p := h.person(t, u)
	if code, got := p.ask(http.MethodGet, "/email", ""); code != 200 || got["email"] != u.Email || got["email_verified"] != false || got["verification"] != nil {
		t.Errorf("%d %v", code, got)
	}
	code, got := p.ask(http.MethodPost, "/email/verification", "")
	if sent, _ := got["verification"].(map[string]any); code != http.StatusAccepted || sent["sent_to"] != "a•••@example.com" || sent["retry_after"] != 30.0 {
		t.Fatalf("%d %v", code, got)
	}
	if code, got := p.ask(http.MethodPost, "/email/verification", ""); code != http.StatusTooManyRequests || got["code"] != "code_too_soon" {
		t.Errorf("again: %d %v", code, got)
	}
	letter := h.post.Last(u.Email).Data["code"]
	if code, got := p.ask(http.MethodPost, "/email/verification/confirm", `{"code":"`+wrong(letter)+`"}`); code != http.StatusBadRequest || got["code"] != "code_wrong" || got["field"] != "code" {
		t.Errorf("wrong: %d %v", code, got)
	}
	if code, got := p.ask(http.MethodPost, "/email/verification/confirm", `{}`); code != http.StatusBadRequest || got["code"] != "code_missing" {
		t.Errorf("none: %d %v", code, got)
	}
	if code, got := p.ask(http.MethodPost, "/email/change/confirm", `{"code":"`+letter+`"}`); code != http.StatusGone {
		t.Errorf("a code of another purpose: %d %v", code, got)
	}
	if code, got := p.ask(http.MethodPost, "/email/verification/confirm", `{"code":"`+letter+`"}`); code != http.StatusNoContent || !h.user(t, u.ID).EmailVerified {
		t.Errorf("right: %d %v", code, got)
	}
	if code, got := p.ask(http.MethodPost, "/email/verification", ""); code != http.StatusConflict || got["code"] != "email_verified" {
		t.Errorf("when verified: %d %v", code, got)
	}

	for body, want := range map[string]string{`{}`: "email_missing", `{"email":"x"}`: "email_invalid", `{"email":"ann@example.com"}`: "email_same", `{"mail":"x"}`: "unknown_field"} {
		if code, got := p.ask(http.MethodPost, "/email/change", body); code != http.StatusBadRequest || got["code"] != want {
			t.Errorf("%s: %d %v, want %s", body, code, got, want)
		}
	}
	code, got = p.ask(http.MethodPost, "/email/change", `{"email":"ann@example.org"}`)
	if change, _ := got["change"].(map[string]any); code != http.StatusAccepted || got["email"] != u.Email || change["sent_to"] != "a•••@example.org" {
		t.Fatalf("%d %v", code, got)
	}
	if code, _ := p.ask(http.MethodDelete, "/email/change", ""); code != http.StatusNoContent {
		t.Errorf("taken back: %d", code)
	}
	if code, _ := p.ask(http.MethodPost, "/email/change/confirm", `{"code":"`+h.post.Last("ann@example.org").Data["code"]+`"}`); code != http.StatusGone {
		t.Errorf("the code after that: %d", code)
	}
	h.Clock.Add(challenge.Pause)
	p.ask(http.MethodPost, "/email/change", `{"email":"ann@example.org"}`)
	if code, _ := p.ask(http.MethodPost, "/email/change/confirm", `{"code":"`+h.post.Last("ann@example.org").Data["code"]+`"}`); code != http.StatusNoContent || h.user(t, u.ID).Email != "ann@example.org" {
		t.Errorf("changed: %d", code)
	}
}

func TestMeHasAPhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u)
	for body, want := range map[string]string{`{}`: "phone_missing", `{"phone_number":"110"}`: "phone_invalid"} {
		if code, got := p.ask(http.MethodPost, "/phone", body); code != http.StatusBadRequest || got["code"] != want || got["field"] != "phone_number" {
			t.Errorf("%s: %d %v, want %s", body, code, got, want)
		}
	}
	code, got := p.ask(http.MethodPost, "/phone", `{"phone_number":"`+mobile+`"}`)
	if sent, _ := got["verification"].(map[string]any); code != http.StatusAccepted || got["phone_number"] != "" || sent["sent_to"] != "+49••••••••789" {
		t.Fatalf("%d %v", code, got)
	}
	if code, _ := p.ask(http.MethodPost, "/phone/confirm", `{"code":"`+h.post.Last(mobile).Data["code"]+`"}`); code != http.StatusNoContent {
		t.Errorf("confirm: %d", code)
	}
	if code, got := p.ask(http.MethodGet, "/phone", ""); code != http.StatusOK || got["phone_number"] != mobile || got["phone_number_verified"] != true {
		t.Errorf("%d %v", code, got)
	}
	for range 2 {
		if code, _ := p.ask(http.MethodDelete, "/phone", ""); code != http.StatusNoContent || h.user(t, u.ID).Phone != "" {
			t.Errorf("removed: %d", code)
		}
	}
}

func TestMeIsForWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range [][2]string{
		{http.MethodGet, "/email"}, {http.MethodPost, "/email/verification"}, {http.MethodPost, "/email/verification/confirm"},
		{http.MethodPost, "/email/change"}, {http.MethodPost, "/email/change/confirm"}, {http.MethodDelete, "/email/change"},
		{http.MethodGet, "/phone"}, {http.MethodPost, "/phone"}, {http.MethodPost, "/phone/confirm"}, {http.MethodDelete, "/phone"},
	} {
		p := h.stranger(t)
		if got := p.JSON(c[0], me+c[1], ""); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s %s = %d, want 401", c[0], c[1], got.StatusCode)
		}
		q := h.person(t, h.User(t, strings.ToLower(c[0])+strings.ReplaceAll(c[1], "/", "-")+"@example.com"))
		if got := q.Send(c[0], me+c[1], "application/json", "", "Sec-Fetch-Site", "cross-site"); c[0] != http.MethodGet && got.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s from another site = %d, want 403", c[0], c[1], got.StatusCode)
		}
	}
}

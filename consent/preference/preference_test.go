package preference_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/consent/preference"
	"authserver/e2e"
	"authserver/internal/event/eventtest"
	"authserver/internal/rest/resttest"
	"authserver/tenant/realm"
)

// asked is a house whose realm asks about two purposes, and somebody who has signed in.
type asked struct {
	*e2e.House
	t      *testing.T
	person *e2e.Person
	userID string
}

func ask(t *testing.T) *asked {
	t.Helper()
	a := &asked{House: e2e.Open(t), t: t}
	a.purposes("marketing_emails", "analytics")
	a.person, a.userID = a.somebody("rosa@example.com")
	return a
}

func (a *asked) purposes(list ...string) {
	a.t.Helper()
	r, err := a.Server.Realms.Update(a.Operator(), a.Realm.ID, func(r *realm.Realm) error { r.Policy.Purposes = list; return nil })
	if err != nil {
		a.t.Fatal(err)
	}
	a.Realm = r
}

func (a *asked) somebody(email string) (*e2e.Person, string) {
	a.t.Helper()
	p := a.NewPerson(email)
	page, err := p.Click(a.t.Context(), a.Issuer+"/account/privacy/choices")
	if err == nil {
		page, err = p.SignIn(a.t.Context(), page)
	}
	if err != nil || page.Status != http.StatusOK {
		a.t.Fatalf("sign in: %v %v", err, page)
	}
	u, err := a.Server.Users.ByEmail(a.t.Context(), a.Realm.ID, email)
	if err != nil {
		a.t.Fatal(err)
	}
	return p, u.ID
}

// me is what the person's own program is answered.
func (a *asked) me(p *e2e.Person, method, path, body string, into any) int {
	a.t.Helper()
	page, err := p.JSON(a.t.Context(), method, a.URL+"/api/v1/realms/acme/me/consents"+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	if into != nil && page.Status == http.StatusOK {
		if err := json.Unmarshal(page.Body, into); err != nil {
			a.t.Fatalf("%s: %v", page.Body, err)
		}
	}
	return page.Status
}

type answer struct {
	Purpose  string    `json:"purpose"`
	Granted  bool      `json:"granted"`
	ChosenAt time.Time `json:"chosen_at"`
	Receipt  string    `json:"receipt"`
	Code     string    `json:"code"`
}

func (a *asked) updates() int {
	n := 0
	for _, kind := range eventtest.Types(a.t, a.Server.Database, a.Realm.ID) {
		if kind == "consent.preference_updated" {
			n++
		}
	}
	return n
}

func TestNothingIsAllowedUntilSomebodySaysSo(t *testing.T) {
	t.Parallel()
	a := ask(t)
	var list struct{ Items []answer }
	if status := a.me(a.person, http.MethodGet, "", "", &list); status != http.StatusOK || len(list.Items) != 2 ||
		list.Items[0].Purpose != "marketing_emails" || list.Items[0].Granted || !list.Items[1].ChosenAt.IsZero() {
		t.Errorf("before: %d %+v", status, list)
	}
	var one answer
	if status := a.me(a.person, http.MethodPut, "/analytics", `{"granted":true}`, &one); status != http.StatusOK || !one.Granted || one.ChosenAt.IsZero() || one.Receipt == "" {
		t.Errorf("allowed: %d %+v", status, one)
	}
	// The same again is no new choice; the other way is one.
	first := one
	a.Clock.Play(time.Minute)
	if a.me(a.person, http.MethodPut, "/analytics", `{"granted":true}`, &one); !one.ChosenAt.Equal(first.ChosenAt) || a.updates() != 1 {
		t.Errorf("allowed again at %s, %d events", one.ChosenAt, a.updates())
	}
	one = answer{}
	if a.me(a.person, http.MethodPut, "/analytics", `{"granted":false}`, &one); one.Granted || !one.ChosenAt.After(first.ChosenAt) || a.updates() != 2 {
		t.Errorf("forbidden: %+v, %d events", one, a.updates())
	}
	claims, err := a.NewParty(nil).VerifyStatement(t.Context(), one.Receipt, "consent-receipt+jwt")
	if err != nil || claims["sub"] != a.userID || claims["granted"] != false || claims["channel"] != preference.ChannelAPI || claims["iss"] != a.Issuer {
		t.Errorf("the receipt says %v %v", claims, err)
	}
}

func TestWhatIsNoChoiceIsRefused(t *testing.T) {
	t.Parallel()
	a := ask(t)
	for body, want := range map[string]int{
		`{}`: 400, `{"granted":null}`: 400, `{"granted":"yes"}`: 400, `{"granted":true,"for":"ada"}`: 400, `[]`: 400, ``: 400, `{"granted":true,"granted":false}`: 400,
	} {
		if status := a.me(a.person, http.MethodPut, "/analytics", body, nil); status != want {
			t.Errorf("%s: %d, want %d", body, status, want)
		}
	}
	for _, purpose := range []string{"research", "spying", "Analytics"} { // the first is one that this realm does not ask about
		if status := a.me(a.person, http.MethodPut, "/"+purpose, `{"granted":true}`, nil); status != http.StatusNotFound {
			t.Errorf("chose %s: %d", purpose, status)
		}
		if status := a.me(a.person, http.MethodGet, "/"+purpose, "", nil); status != http.StatusNotFound {
			t.Errorf("read %s: %d", purpose, status)
		}
	}
	if a.updates() != 0 {
		t.Errorf("%d events of choices that were refused", a.updates())
	}
	stranger, err := http.Get(a.URL + "/api/v1/realms/acme/me/consents")
	if err != nil {
		t.Fatal(err)
	}
	_ = stranger.Body.Close()
	if stranger.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger is answered %d", stranger.StatusCode)
	}
}

// A form of another site, or one that names purposes that the realm does not ask about,
// chooses nothing.
func TestTheFormOfTheAccount(t *testing.T) {
	t.Parallel()
	a := ask(t)
	page, err := a.person.Post(t.Context(), a.Issuer+"/account/privacy/choices", url.Values{"purpose_analytics": {"yes"}, "purpose_research": {"yes"}})
	if err != nil || page.Status >= 400 {
		t.Fatalf("post: %v %v", err, page)
	}
	choices, err := a.Server.Choices.History(t.Context(), a.Realm.ID, a.userID)
	if err != nil || len(choices) != 2 {
		t.Fatalf("chosen %+v %v", choices, err)
	}
	for _, c := range choices {
		if c.Granted != (c.Purpose == "analytics") || c.Purpose == "research" || c.Channel != preference.ChannelAccount {
			t.Errorf("chosen %+v", c)
		}
	}
	for _, path := range []string{"/account/privacy/choices/nonsense/receipt", "/account/privacy/choices/0192f0c1-0000-7000-8000-000000000000/receipt"} {
		if page, err := a.person.Open(t.Context(), a.Issuer+path); err != nil || page.Status != http.StatusNotFound {
			t.Errorf("%s: %v %v", path, page.Status, err)
		}
	}
	// Somebody else's receipt is none.
	bob, _ := a.somebody("bob@example.com")
	if page, err := bob.Open(t.Context(), a.Issuer+"/account/privacy/choices/"+choices[0].ID+"/receipt"); err != nil || page.Status != http.StatusNotFound {
		t.Errorf("somebody else's receipt: %v %v", page.Status, err)
	}
}

// A purpose that the realm no longer asks about keeps its history, and what was chosen
// counts again when the realm asks anew.
func TestAPurposeThatIsAskedNoMore(t *testing.T) {
	t.Parallel()
	a := ask(t)
	if status := a.me(a.person, http.MethodPut, "/analytics", `{"granted":true}`, nil); status != http.StatusOK {
		t.Fatal(status)
	}
	a.purposes("marketing_emails")
	if status := a.me(a.person, http.MethodGet, "/analytics", "", nil); status != http.StatusNotFound {
		t.Errorf("asked no more: %d", status)
	}
	if past, err := a.Server.Choices.History(t.Context(), a.Realm.ID, a.userID); err != nil || len(past) != 1 {
		t.Errorf("history %+v %v", past, err)
	}
	a.purposes("analytics")
	var one answer
	if status := a.me(a.person, http.MethodGet, "/analytics", "", &one); status != http.StatusOK || !one.Granted {
		t.Errorf("asked again: %d %+v", status, one)
	}
}

func TestSeveralAreChosenTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	a := ask(t)
	choose := func(granted map[string]bool) error {
		return a.Server.Choices.Choose(a.Operator(), a.Realm, a.userID, preference.ChannelAPI, granted)
	}
	if err := choose(map[string]bool{"analytics": true, "research": true}); !errors.Is(err, preference.ErrPurposeUnknown) {
		t.Errorf("with an unknown one: %v", err)
	}
	if past, err := a.Server.Choices.History(t.Context(), a.Realm.ID, a.userID); err != nil || len(past) != 0 || a.updates() != 0 {
		t.Errorf("something was chosen: %+v %v", past, err)
	}
	ended, end := context.WithCancel(a.Operator())
	end()
	if err := a.Server.Choices.Choose(ended, a.Realm, a.userID, preference.ChannelAPI, map[string]bool{"analytics": true}); err == nil {
		t.Error("chosen although the caller was gone")
	}
	if err := choose(map[string]bool{"analytics": true, "marketing_emails": false}); err != nil || a.updates() != 2 {
		t.Errorf("both: %v, %d events", err, a.updates())
	}
}

func TestAuditorsReadTheHistory(t *testing.T) {
	t.Parallel()
	a := ask(t)
	bob, bobID := a.somebody("bob@example.com")
	a.me(a.person, http.MethodPut, "/analytics", `{"granted":true}`, nil)
	a.me(bob, http.MethodPut, "/analytics", `{"granted":true}`, nil)
	a.me(a.person, http.MethodPut, "/analytics", `{"granted":false}`, nil)
	a.me(a.person, http.MethodPut, "/marketing_emails", `{"granted":true}`, nil)

	desk := resttest.New(t, a.Server.Database, a.Server.Realms, a.Realm.ID, a.Clock.Now, a.Server.Choices.MountAdmin)
	auditor := desk.As("consents.read")
	read := func(query string) (seen []string) {
		t.Helper()
		for cursor := ""; ; {
			var page struct {
				Items []preference.ChoiceView `json:"items"`
				Next  string                  `json:"next_cursor"`
			}
			auditor.Do(http.MethodGet, "/realms/acme/consent-choices?limit=2"+query+cursor, nil).Want(http.StatusOK).Into(&page)
			for _, c := range page.Items {
				seen = append(seen, c.Purpose+map[bool]string{true: "+", false: "-"}[c.Granted])
			}
			if page.Next == "" {
				return seen
			}
			cursor = "&cursor=" + url.QueryEscape(page.Next)
		}
	}
	for query, want := range map[string]string{
		"":                          "analytics+ analytics+ analytics- marketing_emails+",
		"&user_id=" + a.userID:      "analytics+ analytics- marketing_emails+",
		"&user_id=" + bobID:         "analytics+",
		"&purpose=marketing_emails": "marketing_emails+",
		"&purpose=research":         "",
		"&user_id=" + a.Realm.ID:    "",
	} {
		if got := strings.Join(read(query), " "); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	desk.As("users.read").Do(http.MethodGet, "/realms/acme/consent-choices", nil).Want(http.StatusForbidden, "permission_denied")
	other := a.NewRealm("bravo")
	if all, err := a.Server.Choices.History(t.Context(), other.ID, a.userID); err != nil || len(all) != 0 {
		t.Errorf("in another realm: %+v %v", all, err)
	}
}

func TestACopyAndTheEnd(t *testing.T) {
	t.Parallel()
	a := ask(t)
	a.me(a.person, http.MethodPut, "/analytics", `{"granted":true}`, nil)
	bob, bobID := a.somebody("bob@example.com")
	a.me(bob, http.MethodPut, "/analytics", `{"granted":true}`, nil)
	name, section, err := a.Server.Choices.Export(t.Context(), a.Realm.ID, a.userID)
	raw, _ := json.Marshal(section)
	if err != nil || name != "choices" || strings.Count(string(raw), `"purpose":"analytics"`) != 1 {
		t.Errorf("the copy has %s %s %v", name, raw, err)
	}
	if err := a.Server.Choices.Erase(a.Operator(), a.Realm.ID, a.userID); err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	for _, id := range []string{a.userID, bobID} {
		all, err := a.Server.Choices.History(t.Context(), a.Realm.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		left[id] = len(all)
	}
	if left[a.userID] != 0 || left[bobID] != 1 {
		t.Errorf("after the end: %v", left)
	}
}

func TestTheRoomNeedsAllItsParts(t *testing.T) {
	t.Parallel()
	defer func() {
		if said, _ := recover().(string); !slices.Contains(strings.Fields(said), "required") {
			t.Errorf("it says %q", said)
		}
	}()
	preference.New(preference.Deps{})
}

package activity

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/internal/event"
)

func happened(kind string, ref event.Ref, actor event.Actor, payload string) event.Event {
	return event.Event{ID: "e", RealmID: "r", Type: kind, Ref: ref, Actor: actor, At: time.Unix(1, 0), Payload: json.RawMessage(payload)}
}

func TestWhatIsToldOfAnEvent(t *testing.T) {
	t.Parallel()
	ann := event.Ref{RealmID: "r", Kind: "user", ID: "ann"}
	self := event.Actor{Kind: event.User, ID: "ann", ApplicationID: "app", IP: "192.0.2.7", UserAgent: "x"}
	somebody := event.Actor{Kind: event.Anonymous, IP: "192.0.2.7"}
	for name, c := range map[string]struct {
		event     event.Event
		told      bool
		code      string
		admin     bool
		attention bool
	}{
		"signing in":               {happened("login.succeeded", ann, somebody, `{"application_id":"app","methods":["pwd"]}`), true, "login_succeeded", false, false},
		"somebody failing":         {happened("login.failed", ann, somebody, `{"identifier":"x","reason":"wrong_password"}`), true, "login_failed", false, true},
		"failing as nobody":        {happened("login.failed", event.Ref{Kind: "identifier", ID: "x"}, somebody, `{}`), false, "", false, false},
		"signing out":              {happened("session.ended", event.Ref{Kind: "session", ID: "s"}, self, `{"user_id":"ann","reason":"signed_out"}`), true, "signed_out", false, false},
		"ending a session":         {happened("session.ended", event.Ref{Kind: "session", ID: "s"}, self, `{"user_id":"ann","reason":"ended_by_user"}`), true, "session_ended", false, false},
		"a session beginning":      {happened("session.created", event.Ref{Kind: "session", ID: "s"}, self, `{"user_id":"ann"}`), false, "", false, false},
		"a passkey as a factor":    {happened("passkey.used", ann, self, `{"purpose":"second_factor"}`), true, "passkey_confirmed", false, false},
		"a passkey":                {happened("passkey.used", ann, self, `{"purpose":"signin"}`), true, "passkey_used", false, false},
		"an operator's change":     {happened("user.suspended", ann, event.Actor{Kind: event.Operator, IP: "10.0.0.1"}, `{"reason":"x"}`), true, "user_suspended", true, false},
		"another person's":         {happened("user.updated", ann, event.Actor{Kind: event.User, ID: "ben", IP: "10.0.0.1"}, `{}`), true, "user_updated", true, false},
		"the system's":             {happened("recovery.sent", ann, event.Actor{Kind: event.System}, `{}`), true, "recovery_sent", false, true},
		"something of tomorrow":    {happened("moon.landed", ann, self, `[1]`), true, "moon_landed", false, false},
		"a token":                  {happened("oauth.tokens_issued", ann, self, `{}`), false, "", false, false},
		"a letter":                 {happened("letter.sent", ann, self, `{}`), false, "", false, false},
		"something about a realm":  {happened("realm.updated", event.Ref{Kind: "realm", ID: "r"}, self, `{}`), false, "", false, false},
		"something outside realms": {event.Event{Type: "user.updated", Ref: ann, Actor: self}, false, "", false, false},
	} {
		n, told := entryOf(c.event)
		if told != c.told {
			t.Errorf("%s: told %t, want %t", name, told, c.told)
			continue
		}
		if !told {
			continue
		}
		if n.UserID != "ann" || n.Code() != c.code || n.Admin != c.admin || n.Attention() != c.attention {
			t.Errorf("%s: %+v, code %q, attention %t", name, n, n.Code(), n.Attention())
		}
		if n.Admin && n.IP != "" {
			t.Errorf("%s: the person sees the administrator's address", name)
		}
	}
}

// What a payload holds beyond the few things that are shown never reaches the table.
func TestNoPayloadIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	n, ok := entryOf(happened("user.updated", event.Ref{Kind: "user", ID: "ann"}, event.Actor{Kind: event.User, ID: "ann"},
		`{"application_id":"a","secret":"hunter2","email":"ann@example.com","sealed":"x","identifier":"y"}`))
	if !ok {
		t.Fatal("not told")
	}
	kept, err := json.Marshal(n.Details)
	if err != nil || string(kept) != `{"application_id":"a"}` {
		t.Errorf("kept %s, %v", kept, err)
	}
}

// Every event about a person that a room can record is either told in words of its
// own or left out on purpose.
func TestEveryEventHasItsWords(t *testing.T) {
	t.Parallel()
	words, err := os.ReadFile("../../templates/locale/en/activity.toml")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`EventType\(\) string \{ return "([a-z_.]+)" \}`)
	// These are about a provider, a schema, a document, a flow or an identifier, not about a person.
	impersonal := []string{
		"federation.failed", "federation.provider_created", "federation.provider_updated", "federation.provider_enabled",
		"federation.provider_disabled", "federation.provider_deleted", "profile.schema_changed", "registration.requested", "recovery.requested",
		"document.created", "document.updated", "document.deleted", "document.activated", "document.withdrawn", "application.documents_updated",
	}
	for _, floor := range []string{"../../identity", "../../consent"} {
		err := filepath.WalkDir(floor, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			source, err := os.ReadFile(file)
			for _, m := range named.FindAllSubmatch(source, -1) {
				kind := string(m[1])
				key := "\nactivity_" + (Entry{Type: kind}).Code() + " = "
				if !slices.Contains(impersonal, kind) && !slices.Contains(untold(), kind) && !strings.Contains(string(words), key) {
					t.Errorf("%s: %s is told in general words: give it a sentence in templates/locale/*/activity.toml, or leave it out in untold()", file, kind)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

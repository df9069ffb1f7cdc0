package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"authserver/internal/event"
	"authserver/internal/rest"
	"authserver/server"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

func TestTheCatalogueIsOfTheseSources(t *testing.T) {
	t.Parallel()
	written := filepath.Join(t.TempDir(), "events_gen.go")
	if out, err := exec.CommandContext(t.Context(), "go", "run", "./generate", "..", written).CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, out)
	}
	want, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("events_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("events_gen.go does not tell the events of the rooms: run `make events`")
	}
}

func TestATypeOfEventHasOneNameAndOneShape(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$`)
	seen := map[string]string{}
	for _, k := range server.Catalogue() {
		if !named.MatchString(k.Type()) || k.Version() < 1 || !strings.HasSuffix(k.Description, ".") {
			t.Errorf("%s, version %d, %q: want room.happening, a version from 1 on, and sentences", k.Type(), k.Version(), k.Description)
		}
		if other, twice := seen[k.Type()]; twice {
			t.Errorf("%s is recorded by %s and by %s", k.Type(), other, k.Room)
		}
		seen[k.Type()] = k.Room
		for _, empty := range []bool{true, false} {
			v := reflect.New(reflect.TypeOf(k.Payload)).Elem()
			if !empty {
				fill(v, 0)
			}
			raw, err := json.Marshal(v.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if err := rest.ShapeOf(v.Type()).Check(raw); err != nil {
				t.Errorf("%s: %s is not of its own shape: %v", k.Type(), raw, err)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d types", len(seen))
	}
}

// fill gives every member a value.
func fill(v reflect.Value, depth int) {
	if depth > 6 {
		return
	}
	if v.Type() == reflect.TypeFor[json.RawMessage]() { // any value
		v.SetBytes([]byte(`7`))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), depth+1)
			}
		}
	default:
	}
}

func TestTheEventsAreDocumented(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	w.WriteString(introduction)
	room := map[string]bool{}
	for _, k := range server.Catalogue() {
		area, _, _ := strings.Cut(k.Type(), ".")
		if !room[area] {
			room[area] = true
			fmt.Fprintf(&w, "\n## %s\n\n| type | version | recorded by | members |\n|---|---|---|---|\n", area)
		}
		fmt.Fprintf(&w, "| `%s`<br>%s | %d | `%s` | %s |\n", k.Type(), k.Description, k.Version(), k.Room, members(t, k))
	}
	const file = "../docs/events.md"
	if *update {
		if err := os.WriteFile(file, w.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, w.Bytes()) {
		t.Error("docs/events.md does not tell the events of the rooms: run `make events`")
	}
}

// members names what a payload has, in the words of its schema.
func members(t *testing.T, k event.Kind) string {
	t.Helper()
	raw, err := rest.ShapeOf(reflect.TypeOf(k.Payload)).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]struct {
			Type   any    `json:"type"`
			Format string `json:"format"`
			Items  struct {
				Type any `json:"type"`
			} `json:"items"`
		} `json:"properties"`
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatalf("%s: %v in %s", k.Type(), err, raw)
	}
	required := map[string]bool{}
	for _, name := range schema.Required {
		required[name] = true
	}
	var list []string
	typ := reflect.TypeOf(k.Payload)
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		p, ok := schema.Properties[name]
		if !ok {
			continue
		}
		kind := word(p.Type)
		switch {
		case kind == "array":
			kind = "list of " + word(p.Items.Type) + "s"
		case p.Format == "date-time":
			kind = "time"
		}
		text := "`" + name + "` " + kind
		if !required[name] {
			text += " or absent"
		}
		list = append(list, text)
	}
	return strings.Join(list, "<br>")
}

// word is the type of a schema that may also allow null.
func word(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case []any:
		return fmt.Sprint(x[0])
	}
	return "object"
}

const introduction = `# Events

<!-- Written by "make events" from the rooms' payload types and server/events_test.go; do not edit. -->

Everything that happens in a realm is recorded as an event, in the transaction of the change ([design](design.md#from-a-change-to-everyone-who-must-hear-of-it)).
Webhooks deliver events to applications; the audit, the statistics and the activity of an account are made of them. The types are a contract:

- a type keeps its name, and its members keep their meaning;
- members are added without notice, so readers must allow those that they do not know;
- what else changes, raises the version of the type;
- no event holds a password, a code, a token or a key; addresses and names of people are left out too, because events are kept longer than people.

The JSON Schema of each type is at ` + "`GET /api/v1/realms/{realm}/event-types`" + `.

## Names in the functional specification

| there | here |
|---|---|
| user.created, user.updated, user.deleted, user.email_verified, user.phone_verified, user.totp_enabled | the same |
| user.provider.linked | user.provider_linked |
| email.verified (named in an example) | user.email_verified |
| auth.login.success, auth.login.failed | login.succeeded, login.failed |
| auth.token.issued, auth.token.revoked | oauth.tokens_issued; oauth.token_revoked for one token, oauth.grant_revoked for all of a grant |
| auth.mfa.challenge, auth.mfa.verified, mfa.failed | mfa.challenged, mfa.verified, mfa.failed |
| auth.session.created, auth.session.revoked | session.created, session.ended |
| role.*, permission.*, role_assignment.* | the same, and role_assignment.updated and .restored |
| security.device.new | recorded by ` + "`watch/security`" + `, if it is listed below; else not yet recorded |
`

package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/notify/signal"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
	"authserver/watch/audit"
)

// Town is a house with two realms that look alike. What belongs to one has its canary in
// it, which must never be seen in the other.
type Town struct {
	*e2e.House
	t    testing.TB
	A, B *Side
	// Root is an operator's key that may do everything that operators may.
	Root string
	doc  *Document
	made map[string]string // credentials, made once
}

// Side is one realm with one of each kind of thing.
type Side struct {
	Realm  *realm.Realm
	Canary string
	// Key opens everything in the realm.
	Key string
	// Things are ids by the name of the path parameter that they fill; those of signing
	// keys stand under "keys/key".
	Things map[string]string
	App    *application.Application
	Secret string
	Ann    *user.User
	// Chief administers the realm.
	Chief *user.User
}

// NewTown builds both sides.
func NewTown(t testing.TB) *Town {
	t.Helper()
	h := e2e.Open(t)
	w := &Town{House: h, t: t}
	w.A = w.side(h.Realm, "cnry-a")
	w.B = w.side(h.NewRealm("bravo"), "cnry-b")
	root, key, err := h.Server.Applications.CreateOperatorKey(h.Operator(), application.OperatorDraft{KeyDraft: application.KeyDraft{Name: "root", Scopes: []string{"*"}}})
	w.must(err)
	w.Root = key
	w.A.Things["operator"], w.B.Things["operator"] = root.ID, root.ID
	raw, err := h.Server.Admin.Document()
	w.must(err)
	w.doc, err = Read(raw)
	w.must(err)
	return w
}

func (w *Town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *Town) side(in *realm.Realm, canary string) *Side {
	w.t.Helper()
	s := &Side{Realm: in, Canary: canary, Things: map[string]string{"limit": "sign_in"}}
	s.Things["item"] = w.parked(in.ID, canary)
	k, plain, err := w.Server.Applications.CreateKey(w.Operator(), in.ID, application.KeyDraft{Name: canary + " bootstrap", Scopes: []string{"*"}})
	w.must(err)
	s.Key = plain
	s.Things["api-keys/key"] = k.ID
	s.App, s.Secret, err = w.Server.Applications.Register(w.Operator(), in.ID, application.Draft{
		Name: canary + " shop", Type: application.Web, RedirectURIs: []string{"https://" + canary + ".example/cb"},
		GrantTypes: []string{"authorization_code", "refresh_token", "client_credentials"}, Scopes: []string{"openid", "admin", "offline_access"},
	})
	w.must(err)
	s.Things["application"], s.Things["secret"] = s.App.ID, s.App.Secrets[0].ID
	s.Ann, err = w.Server.Users.Create(w.Operator(), in, user.NewUser{Email: canary + "@example.com", Password: identitytest.Password, Verified: true, Name: canary + " Ann"})
	w.must(err)
	s.Things["user"] = s.Ann.ID
	s.Chief, err = w.Server.Users.Create(w.Operator(), in, user.NewUser{Email: canary + "-chief@example.com", Password: identitytest.Password, Verified: true})
	w.must(err)
	_, err = w.Server.Roles.Assign(w.Operator(), in.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: s.Chief.ID, RoleID: rbac.RealmAdministrator})
	w.must(err)
	w.must(w.Server.Database.InTx(w.Operator(), func(ctx context.Context) error {
		c, _, err := w.Server.Sessions.Begin(realm.Into(ctx, in), in, s.Ann.ID, []string{session.AMRPassword}, nil)
		if err == nil {
			s.Things["session"] = c.ID
		}
		return err
	}))
	permission := w.make(s, "/permissions", map[string]any{"application_id": s.App.ID, "code": "invoice.read", "description": canary})
	s.Things["permission"] = permission
	s.Things["role"] = w.make(s, "/roles", map[string]any{"slug": "clerk", "name": canary + " clerk", "permissions": []any{map[string]any{"code": "realm.read"}}})
	s.Things["document"] = w.make(s, "/documents", map[string]any{"kind": "terms_of_use", "version": "1", "required": false, "texts": []any{map[string]any{"language": "en", "title": canary, "markdown": canary}}})
	s.Things["group"] = w.make(s, "/groups", map[string]any{"name": canary + " group"})
	s.Things["member"] = s.Ann.ID
	if status, body := w.Do(s.Key, http.MethodPost, "/realms/"+in.Slug+"/groups/"+s.Things["group"]+"/members", map[string]any{"id": s.Ann.ID}); status != http.StatusNoContent {
		w.t.Fatalf("add member: %d %s", status, body)
	}
	s.Things["assignment"] = w.make(s, "/assignments", map[string]any{"subject_id": s.Ann.ID, "role_id": s.Things["role"]})
	s.Things["policy"] = w.make(s, "/policies", map[string]any{"name": canary + " policy", "draft": `forbid (principal, action == Action::"users.erase", resource);`})
	s.Things["provider"] = w.make(s, "/providers", map[string]any{
		"slug": canary, "kind": "oidc", "name": canary + " upstream", "issuer": "https://" + canary + ".example", "client_id": canary,
	})
	s.Things["webhook"] = w.make(s, "/webhooks", map[string]any{"url": "https://" + canary + ".example/hook", "events": []any{"realm.*"}, "description": canary})
	ping, err := w.Server.Webhooks.Ping(w.Operator(), in.ID, s.Things["webhook"])
	w.must(err)
	s.Things["delivery"] = ping.ID
	stream, err := w.Server.Signals.Create(w.Operator(), signal.Stream{RealmID: in.ID, ApplicationID: s.App.ID, Description: canary, Method: signal.Poll})
	w.must(err)
	s.Things["stream"] = stream.ID
	keys, err := w.Server.Keys.List(w.t.Context(), in.ID)
	w.must(err)
	s.Things["keys/key"] = keys[0].ID
	w.must(w.Server.Settle(w.Operator()))
	_, err = w.Server.Audit.CheckpointNow(w.t.Context(), in.ID)
	w.must(err)
	entries, err := w.Server.Audit.List(w.Operator(), in.ID, audit.Filter{Type: "permission.created", Limit: 1})
	w.must(err)
	s.Things["entry"] = entries[0].ID
	s.Things["kind"], s.Things["language"] = "verify_email", "en"
	s.Things["slug"] = "security_device_new"
	s.Things["notification"] = w.make(s, "/notifications", map[string]any{"user_id": s.Ann.ID, "title": canary + " news"})
	w.rows(s)
	return s
}

// rows are things that come about in ways that are tested elsewhere: by a sign-in, or by
// a letter that bounced.
func (w *Town) rows(s *Side) {
	w.t.Helper()
	grant, message, suppression, identity := id.New(), id.New(), id.New(), id.New()
	browser, passkey, flow, invitation, job := id.New(), id.New(), id.New(), id.New(), id.New()
	device := id.New()
	r, a, u, c := s.Realm.ID, s.App.ID, s.Ann.ID, s.Canary
	for _, statement := range []string{
		`INSERT INTO oauth_grants (id, realm_id, application_id, user_id, session_id, scopes, audience, context, offline, created_at, expires_at)
			VALUES ('` + grant + `', '` + r + `', '` + a + `', '` + u + `', '', '["openid","offline_access"]', '[]', '{}', TRUE, 1, 9999999999999999)`,
		`INSERT INTO email_log (id, realm_id, user_id, application_id, kind, to_address, to_key, summary, status, last_event, last_event_at, created_at, updated_at)
			VALUES ('` + message + `', '` + r + `', '` + u + `', '', 'verify_email', '` + c + `@example.com', '` + c + `@example.com', '` + c + `', 'sent', 'sent', 1, 1, 1)`,
		`INSERT INTO federation_identities (id, realm_id, provider_id, issuer, subject, user_id, label, created_at)
			VALUES ('` + identity + `', '` + r + `', '` + s.Things["provider"] + `', 'https://` + c + `.example', '` + c + `', '` + u + `', '` + c + `', 1)`,
		`INSERT INTO mfa_trusted_devices (id, realm_id, user_id, digest, ip, user_agent, created_at) VALUES ('` + browser + `', '` + r + `', '` + u + `', '` + browser + `', '', '` + c + `', 9999999999999999)`,
		`INSERT INTO passkeys (id, realm_id, user_id, credential_id, public_key, sign_count, transports, aaguid, attestation_format, attestation_type, backup_eligible, backed_up,
			user_verified, discoverable, label, created_at) VALUES ('` + passkey + `', '` + r + `', '` + u + `', '` + passkey + `', '', 0, '[]', '00000000-0000-0000-0000-000000000000', 'none', 'none', FALSE, FALSE, FALSE, TRUE, '` + c + `', 1)`,
		`INSERT INTO flows (id, realm_id, application_id, browser, request, language, login_hint, subject, prompt, max_age, acr_values, scopes, session_id, proofs, hop, requested_at, expires_at)
			VALUES ('` + flow + `', '` + r + `', '` + a + `', '', '{}', '', '` + c + `', '', '[]', -1, '[]', '["` + c + `"]', '', '[]', 1, 1, 9999999999999999)`,
		`INSERT INTO bulk_jobs (id, realm_id, kind, actor, total, state, leased_until, created_at)
			VALUES ('` + job + `', '` + r + `', 'import_users', '{"id":"` + c + `"}', 1, 'waiting', 9999999999999999, 1)`,
		`INSERT INTO bulk_rows (job_id, realm_id, position, body, code, message) VALUES ('` + job + `', '` + r + `', 1, '', 'x', '` + c + `')`,
		`INSERT INTO invitations (id, realm_id, user_id, application_id, lifetime, created_at, sent_at, expires_at)
			VALUES ('` + invitation + `', '` + r + `', '` + u + `', '` + a + `', 1, 1, 1, 9999999999999999)`,
		`INSERT INTO security_devices (id, realm_id, user_id, browser, signals, name, user_agent, network, status, sign_ins, first_seen_at, last_seen_at, decided_at, expires_at)
			VALUES ('` + device + `', '` + r + `', '` + u + `', '` + c + `', '` + c + `', '` + c + `', '', '192.0.2.0', 'new', 1, 1, 1, 0, 9999999999999999)`,
		`INSERT INTO security_events (id, realm_id, at, type, severity, user_id, ip, user_agent, details)
			VALUES ('` + device + `', '` + r + `', 1, 'security.device_new', 'info', '` + u + `', '` + c + `', '', '{}')`,
		`INSERT INTO letter_suppressions (realm_id, to_key, reason, created_at, id) VALUES ('` + r + `', '` + c + `@example.com', 'bounced', 1, '` + suppression + `')`,
	} {
		w.must(e2e.Amend(w.t.Context(), w.Database, statement))
	}
	s.Things["grant"], s.Things["message"], s.Things["suppression"] = grant, message, suppression
	s.Things["invitation"], s.Things["job"] = invitation, job
	s.Things["identity"], s.Things["browser"], s.Things["passkey"], s.Things["flow"] = identity, browser, passkey, flow
	s.Things["device"] = device
}

// make creates a thing by REST and returns its id.
func (w *Town) make(s *Side, path string, body any) string {
	w.t.Helper()
	status, answer := w.Do(s.Key, http.MethodPost, "/realms/"+s.Realm.Slug+path, body)
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer, &made); err != nil || status != http.StatusCreated || made.ID == "" {
		w.t.Fatalf("make %s: %d %s", path, status, answer)
	}
	return made.ID
}

// Do sends a request below /api/v1 with a bearer credential.
func (w *Town) Do(credential, method, path string, body any, header ...string) (int, []byte) {
	w.t.Helper()
	r := w.request(credential, method, path, body, header...)
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	w.must(err)
	return answer.StatusCode, raw
}

func (w *Town) request(credential, method, path string, body any, header ...string) *http.Request {
	w.t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		sent = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		w.must(err)
		sent = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+"/api/v1"+path, sent)
	w.must(err)
	if sent != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if credential != "" {
		r.Header.Set("Authorization", "Bearer "+credential)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	return r
}

// key makes an API key of the realm with these scopes.
func (w *Town) key(s *Side, app string, scopes ...string) string {
	w.t.Helper()
	_, plain, err := w.Server.Applications.CreateKey(w.Operator(), s.Realm.ID, application.KeyDraft{Name: "test", Scopes: scopes, ApplicationID: app})
	w.must(err)
	return plain
}

// tokenFor is an access token of the side's application for itself.
func (w *Town) tokenFor(s *Side, scope string) string {
	w.t.Helper()
	form := strings.NewReader("grant_type=client_credentials&scope=" + scope)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+"/realms/"+s.Realm.Slug+"/oauth2/token", form)
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(s.App.ClientID, s.Secret)
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = answer.Body.Close() }()
	var got struct {
		Token string `json:"access_token"`
	}
	w.must(json.NewDecoder(answer.Body).Decode(&got))
	if got.Token == "" {
		w.t.Fatalf("no token: %d", answer.StatusCode)
	}
	return got.Token
}

func networks(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, n := range list {
		all = append(all, netip.MustParsePrefix(n))
	}
	return all
}

// appoint gives the side's application a role.
func (w *Town) appoint(s *Side, role string) {
	w.t.Helper()
	_, err := w.Server.Roles.Assign(w.Operator(), s.Realm.ID, rbac.Assignment{SubjectKind: rbac.Application, SubjectID: s.App.ID, RoleID: role})
	w.must(err)
}

// path fills the parameters of an operation's path for the realm with ids.
func (o *Operation) path(realm string, things func(parameter string) string) string {
	parts := strings.Split(strings.TrimPrefix(o.Path, "/api/v1"), "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		name := strings.Trim(part, "{}")
		if name == "realm" {
			parts[i] = realm
			continue
		}
		if name == "key" {
			name = parts[i-1] + "/key"
		}
		parts[i] = things(name)
	}
	return strings.Join(parts, "/")
}

// thing is the side's id for a path parameter.
func (s *Side) thing(t testing.TB) func(string) string {
	return func(name string) string {
		id, ok := s.Things[name]
		if !ok {
			t.Errorf("no example of {%s}: add one to Town", name)
			return "missing"
		}
		return id
	}
}

func say(status int, body []byte) string { return fmt.Sprintf("%d %.300s", status, body) }

// parked is an event of the realm that was given up.
func (w *Town) parked(realmID, canary string) string {
	w.t.Helper()
	item := id.New()
	w.must(e2e.Amend(w.t.Context(), w.Database, `INSERT INTO events (id, realm_id, type, ref_kind, ref_id, actor, payload, at, attempts, parked_at, failure)
		VALUES ('`+item+`', '`+realmID+`', 'realm.updated', 'realm', '`+realmID+`', '{"kind":"system"}', '{"fields":["name"]}', 1, 8, 2, '`+canary+`')`))
	return item
}

package application_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// sibling is the room as another node has it.
func (s *stage) sibling(db *database.DB) *application.Service {
	return application.New(application.Deps{DB: db, Events: s.log(db), Now: s.clock.Now})
}

func (s *stage) key(d application.KeyDraft) (*application.APIKey, string) {
	s.t.Helper()
	k, plain, err := s.CreateKey(s.operator(), s.a.ID, d)
	if err != nil {
		s.t.Fatalf("create API key: %v", err)
	}
	return k, plain
}

func TestAPIKeysAuthenticate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	k, plain := s.key(application.KeyDraft{Name: " Job ", ApplicationID: a.ID, Scopes: []string{"users:read"}, ExpiresAt: s.clock.Now().Add(time.Hour)})
	if !strings.HasPrefix(plain, k.Prefix+"_") || !strings.HasPrefix(k.Prefix, "ak_") || len(plain) != 87 {
		t.Errorf("prefix %q, plain of %d", k.Prefix, len(plain))
	}
	for range 2 {
		got, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, "")
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != k.ID || got.RealmID != s.a.ID || got.ApplicationID != a.ID || got.Name != "Job" || got.Prefix != k.Prefix ||
			!got.Allows("users:read") || got.Allows("users:write") || got.Allows("Users:Read") || !got.ExpiresAt.Equal(k.ExpiresAt) {
			t.Errorf("%+v", got)
		}
	}
	ctx, counts := database.Counting(t.Context())
	if _, err := s.AuthenticateKey(ctx, s.a.ID, plain, ""); err != nil || counts.Statements != 0 {
		t.Errorf("%d statements, %v", counts.Statements, err)
	}
	if got := s.types(); !slices.Contains(got, "api_key.created") {
		t.Errorf("recorded %v", got)
	}
}

func TestAPIKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, plain := s.key(application.KeyDraft{Name: "One"})
	_, other := s.key(application.KeyDraft{Name: "Two"})
	if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, ""); err != nil {
		t.Fatal(err)
	}
	mixed := plain[:36] + other[36:79]
	ctx, counts := database.Counting(t.Context())
	for name, bad := range map[string]string{
		"nothing": "", "prefix": "ak_", "short": plain[:86], "long": plain + "a", "other prefix": "sk_" + plain[3:], "upper case": strings.ToUpper(plain),
		"flipped": plain[:40] + flip(plain[40]) + plain[41:], "swapped": plain[:36] + other[36:], "blank": plain[:86] + " ", "NUL": plain[:50] + "\x00" + plain[51:],
		"another's secret": mixed + fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(mixed))),
		"no key":           strings.Repeat("a", 87), "signed": plain[:79] + "+" + plain[80:],
	} {
		if _, err := s.AuthenticateKey(ctx, s.a.ID, bad, ""); !errors.Is(err, application.ErrKeyInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if counts.Statements != 0 {
		t.Errorf("garbage took %d statements", counts.Statements)
	}
	if _, err := s.AuthenticateKey(t.Context(), s.b.ID, plain, ""); !errors.Is(err, application.ErrKeyInvalid) {
		t.Errorf("foreign realm: %v", err)
	}
	if f, _ := fault.Of(application.ErrKeyInvalid); f.Kind != fault.Unauthenticated {
		t.Errorf("kind is %s", f.Kind)
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestAPIKeysDie(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	expiring, expiringPlain := s.key(application.KeyDraft{Name: "Expires", ExpiresAt: s.clock.Now().Add(time.Minute)})
	revoked, revokedPlain := s.key(application.KeyDraft{Name: "Revoked"})
	_, boundPlain := s.key(application.KeyDraft{Name: "Bound", ApplicationID: a.ID})
	for _, plain := range []string{expiringPlain, revokedPlain, boundPlain} {
		if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, ""); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.Play(time.Minute)
	if err := s.RevokeKey(s.operator(), s.b.ID, revoked.ID); !errors.Is(err, application.ErrKeyNotFound) {
		t.Errorf("foreign realm: %v", err)
	}
	if err := s.RevokeKey(s.operator(), s.a.ID, revoked.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeKey(s.operator(), s.a.ID, revoked.ID); !errors.Is(err, application.ErrKeyNotFound) {
		t.Errorf("again: %v", err)
	}
	if err := s.SetEnabled(s.operator(), s.a.ID, a.ID, false); err != nil {
		t.Fatal(err)
	}
	for name, plain := range map[string]string{"expired": expiringPlain, "revoked": revokedPlain, "of a disabled application": boundPlain} {
		if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, ""); !errors.Is(err, application.ErrKeyInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	keys, err := s.ListKeys(t.Context(), s.a.ID, "")
	if err != nil || len(keys) != 3 || keys[0].ID != expiring.ID || keys[1].RevokedAt.IsZero() || !keys[0].RevokedAt.IsZero() {
		t.Errorf("%+v, %v", keys, err)
	}
	if rest, err := s.ListKeys(t.Context(), s.a.ID, keys[1].ID); err != nil || len(rest) != 1 {
		t.Errorf("%+v, %v", rest, err)
	}
}

func TestAPIKeyRules(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _, err := s.Register(s.operator(), s.b.ID, webDraft())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		realm string
		draft application.KeyDraft
		want  error
	}{
		"no name":             {s.a.ID, application.KeyDraft{}, realm.ErrNameInvalid},
		"bad scope":           {s.a.ID, application.KeyDraft{Name: "x", Scopes: []string{"a b"}}, application.ErrScopeInvalid},
		"foreign application": {s.a.ID, application.KeyDraft{Name: "x", ApplicationID: a.ID}, application.ErrNotFound},
		"unknown application": {s.a.ID, application.KeyDraft{Name: "x", ApplicationID: id.New()}, application.ErrNotFound},
		"unknown realm":       {id.New(), application.KeyDraft{Name: "x"}, realm.ErrNotFound},
	} {
		if _, _, err := s.CreateKey(s.operator(), c.realm, c.draft); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	_, _, err = s.CreateKey(s.operator(), s.a.ID, application.KeyDraft{Name: "x", ExpiresAt: s.clock.Now()})
	if f, ok := fault.Of(err); !ok || f.Field != "expires_at" {
		t.Errorf("expired at birth: %v", err)
	}
}

func TestUseIsRecordedOutsideTheRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	k, plain := s.key(application.KeyDraft{Name: "Busy"})
	s.key(application.KeyDraft{Name: "Idle"})
	lastUse := func() time.Time {
		t.Helper()
		keys, err := s.ListKeys(t.Context(), s.a.ID, "")
		if err != nil || !keys[1].LastUsedAt.IsZero() {
			t.Fatalf("%+v, %v", keys, err)
		}
		return keys[0].LastUsedAt
	}
	use := func() {
		t.Helper()
		for range 50 {
			if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	record := func(want uint64) {
		t.Helper()
		ctx, counts := database.Counting(t.Context())
		if err := s.RecordUse(ctx); err != nil || counts.Writes != want {
			t.Errorf("%d writes, %v, want %d", counts.Writes, err, want)
		}
	}
	use()
	if !lastUse().IsZero() {
		t.Error("a request wrote the use")
	}
	record(1)
	record(0)
	first := s.clock.Now()
	if !lastUse().Equal(first) {
		t.Errorf("last use is %s, want %s", lastUse(), first)
	}
	s.clock.Play(time.Minute)
	use()
	record(1)
	if !lastUse().Equal(first.Add(time.Minute)) {
		t.Errorf("last use is %s", lastUse())
	}
	s.clock.Play(-time.Hour) // a node whose clock is behind
	use()
	record(1)
	if !lastUse().Equal(first.Add(time.Minute)) {
		t.Errorf("last use went back to %s", lastUse())
	}
	if _, err := s.AuthenticateKey(t.Context(), s.a.ID, "ak_garbage", ""); err == nil {
		t.Error("garbage authenticates")
	}
	if k.LastUsedAt != (time.Time{}) {
		t.Error("a value in other hands was changed")
	}
}

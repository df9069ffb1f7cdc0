package application_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"authserver/tenant/application"
)

func TestARotatedKeyLivesOnForTheOverlap(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	k, old, err := s.CreateKey(s.operator(), s.a.ID, application.KeyDraft{Name: "CRM", Scopes: []string{"users.read"}})
	if err != nil {
		t.Fatal(err)
	}
	opens := func(plain string) bool {
		_, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, "")
		return err == nil
	}
	next, fresh, err := s.RotateKey(s.operator(), s.a.ID, k.ID, time.Hour)
	if err != nil || next.Name != "CRM" || len(next.Scopes) != 1 || !opens(old) || !opens(fresh) {
		t.Fatalf("%+v %v: old %v, new %v", next, err, opens(old), opens(fresh))
	}
	s.clock.Play(time.Hour)
	if opens(old) || !opens(fresh) {
		t.Errorf("after the overlap: old %v, new %v", opens(old), opens(fresh))
	}
	if _, _, err := s.RotateKey(s.operator(), s.a.ID, k.ID, 0); !errors.Is(err, application.ErrKeyNotFound) {
		t.Errorf("a dead key is rotated: %v", err)
	}
	if _, _, err := s.RotateKey(s.operator(), s.a.ID, next.ID, 8*24*time.Hour); !errors.Is(err, application.ErrKeyOverlap) {
		t.Errorf("an overlap of eight days: %v", err)
	}
	if _, _, err := s.RotateKey(s.operator(), s.b.ID, next.ID, 0); !errors.Is(err, application.ErrKeyNotFound) {
		t.Errorf("rotated from another realm: %v", err)
	}
	if _, last, err := s.RotateKey(s.operator(), s.a.ID, next.ID, 0); err != nil || opens(fresh) || !opens(last) {
		t.Errorf("without overlap: %v, old %v", err, opens(fresh))
	}
}

func TestAKeyOpensFromItsNetworksOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	k, plain, err := s.CreateKey(s.operator(), s.a.ID, application.KeyDraft{Name: "CRM", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]bool{"192.0.2.7": true, "::ffff:192.0.2.7": true, "198.51.100.7": false, "": false, "x": false} {
		if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, ip); (err == nil) != want {
			t.Errorf("from %q: %v", ip, err)
		}
	}
	if _, err := s.UpdateKey(s.operator(), s.a.ID, k.ID, func(k *application.APIKey) error {
		k.Networks = nil
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, "198.51.100.7"); err != nil {
		t.Errorf("after the networks were lifted: %v", err)
	}
}

func TestAnOperatorsKeyBelongsToNoRealm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	k, plain, err := s.CreateOperatorKey(s.operator(), application.OperatorDraft{KeyDraft: application.KeyDraft{Name: "ops", Scopes: []string{"realms.read"}}, Realms: []string{s.a.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AuthenticateKey(t.Context(), s.a.ID, plain, ""); !errors.Is(err, application.ErrKeyInvalid) {
		t.Errorf("it is a key of the realm: %v", err)
	}
	got, err := s.AuthenticateKey(t.Context(), "", plain, "")
	if err != nil || len(got.Realms) != 1 || got.Realms[0] != s.a.ID {
		t.Fatalf("%+v %v", got, err)
	}
	if err := s.RecordUse(t.Context()); err != nil {
		t.Fatal(err)
	}
	if used, err := s.OperatorKey(t.Context(), k.ID); err != nil || used.LastUsedAt.IsZero() {
		t.Errorf("last use: %+v %v", used, err)
	}
	if err := s.RevokeOperatorKey(s.operator(), k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AuthenticateKey(t.Context(), "", plain, ""); !errors.Is(err, application.ErrKeyInvalid) {
		t.Errorf("after it was revoked: %v", err)
	}
}

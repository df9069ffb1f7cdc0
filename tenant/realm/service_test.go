package realm_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// keys remembers for which realms signing keys were asked.
type keys struct {
	mu     sync.Mutex
	realms []string
	fail   error
}

func (k *keys) Ensure(ctx context.Context, realmID string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !database.Within(ctx) {
		return errors.New("keys are made outside the transaction")
	}
	k.realms = append(k.realms, realmID)
	return k.fail
}

func clock() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC) }

func newService(db *database.DB, k *keys) *realm.Service {
	return realm.New(realm.Deps{DB: db, Events: event.New(event.Deps{DB: db, Now: clock}), Keys: k, Now: clock})
}

func operator(t *testing.T) context.Context {
	return event.WithActor(t.Context(), event.Actor{Kind: "operator", ID: "test"})
}

func create(t *testing.T, s *realm.Service, slug string) *realm.Realm {
	t.Helper()
	r, err := s.Create(operator(t), realm.Draft{Slug: slug, Name: "Realm " + slug})
	if err != nil {
		t.Fatalf("create realm %s: %v", slug, err)
	}
	return r
}

func types(t *testing.T, db *database.DB, realmID string) []string {
	t.Helper()
	var names []string
	for _, e := range eventtest.Recorded(t, db, realmID) {
		names = append(names, e.Type)
	}
	return names
}

func TestCreateStoresTheRealmWithItsKeys(t *testing.T) {
	t.Parallel()
	db, k := dbtest.New(t), &keys{}
	s := newService(db, k)
	policy := realm.DefaultPolicy()
	policy.SessionIdle = time.Hour
	made, err := s.Create(operator(t), realm.Draft{
		Slug: "acme", Name: " Acme ", DefaultLanguage: "de-ch", Policy: policy,
		Branding: realm.Branding{LogoURL: "https://acme.example/l.svg", PrimaryColor: "#AA00ff", Theme: realm.ThemeDark},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.BySlug(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	want := realm.Realm{
		ID: made.ID, Slug: "acme", Name: "Acme", Active: true, DefaultLanguage: "de-CH", Policy: policy, Version: 1,
		Branding:  realm.Branding{LogoURL: "https://acme.example/l.svg", PrimaryColor: "#aa00ff", Theme: realm.ThemeDark},
		CreatedAt: clock().Truncate(time.Microsecond), UpdatedAt: clock().Truncate(time.Microsecond),
	}
	if !reflect.DeepEqual(*got, want) || !reflect.DeepEqual(*made, want) {
		t.Errorf("stored %+v\nmade   %+v\nwant   %+v", *got, *made, want)
	}
	if !slices.Equal(k.realms, []string{made.ID}) {
		t.Errorf("keys were made for %v, want %s", k.realms, made.ID)
	}
	if got := types(t, db, made.ID); !slices.Equal(got, []string{"realm.created"}) {
		t.Errorf("recorded %v", got)
	}
}

func TestCreateRefusesWhatBreaksARule(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s := newService(db, &keys{})
	create(t, s, "taken")
	for field, c := range map[string]struct {
		draft realm.Draft
		want  error
	}{
		"slug":             {realm.Draft{Slug: "taken", Name: "x"}, realm.ErrSlugTaken},
		"name":             {realm.Draft{Slug: "a", Name: "a\u202eb"}, realm.ErrNameInvalid},
		"logo_url":         {realm.Draft{Slug: "a", Name: "x", Branding: realm.Branding{LogoURL: "javascript:alert(1)"}}, realm.ErrURLInvalid},
		"primary_color":    {realm.Draft{Slug: "a", Name: "x", Branding: realm.Branding{PrimaryColor: "red;} body{"}}, realm.ErrColorInvalid},
		"background_color": {realm.Draft{Slug: "a", Name: "x", Branding: realm.Branding{BackgroundColor: "#12345g"}}, realm.ErrColorInvalid},
		"theme":            {realm.Draft{Slug: "a", Name: "x", Branding: realm.Branding{Theme: "neon"}}, realm.ErrThemeInvalid},
		"default_language": {realm.Draft{Slug: "a", Name: "x", DefaultLanguage: "not a language"}, realm.ErrLanguageInvalid},
		"code_lifetime":    {realm.Draft{Slug: "a", Name: "x", Policy: realm.Policy{AccessTokenLifetime: time.Hour, IDTokenLifetime: time.Hour}}, realm.ErrPolicyInvalid},
	} {
		_, err := s.Create(operator(t), c.draft)
		f, _ := fault.Of(err)
		if !errors.Is(err, c.want) || f.Field != field {
			t.Errorf("%s: error is %v, want %v", field, err, c.want)
		}
	}
	if all, err := s.List(t.Context(), realm.Filter{}); err != nil || len(all) != 1 {
		t.Errorf("%d realms (%v), want 1", len(all), err)
	}
}

func TestARealmWithoutKeysDoesNotExist(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	s := newService(dbtest.New(t), &keys{fail: broken})
	if _, err := s.Create(operator(t), realm.Draft{Slug: "acme", Name: "Acme"}); !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
	if _, err := s.BySlug(t.Context(), "acme"); !errors.Is(err, realm.ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
}

func TestUpdateChangesWhatMayChange(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s := newService(db, &keys{})
	r := create(t, s, "acme")
	if _, err := s.BySlug(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	changed, err := s.Update(operator(t), r.ID, func(r *realm.Realm) error {
		r.Name, r.Policy.CodeLifetime = "New", 30*time.Second
		r.ID, r.Slug, r.Active, r.Version, r.CreatedAt = "x", "evil", false, 99, time.Time{}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := *r
	want.Name, want.Policy.CodeLifetime, want.Version = "New", 30*time.Second, 2
	for name, get := range map[string]func() (*realm.Realm, error){
		"Update": func() (*realm.Realm, error) { return changed, nil },
		"BySlug": func() (*realm.Realm, error) { return s.BySlug(t.Context(), "acme") },
		"ByID":   func() (*realm.Realm, error) { return s.ByID(t.Context(), r.ID) },
	} {
		if got, err := get(); err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %+v (%v), want %+v", name, got, err, want)
		}
	}
	if _, err := s.Update(operator(t), r.ID, func(*realm.Realm) error { return nil }); err != nil {
		t.Errorf("update without a change: %v", err)
	}
	refused := errors.New("other version")
	if _, err := s.Update(operator(t), r.ID, func(*realm.Realm) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("error is %v, want that of the change", err)
	}
	events := eventtest.Recorded(t, db, r.ID)
	if len(events) != 2 || string(events[1].Payload) != `{"fields":["name","policy"],"changes":[`+
		`{"field":"name","before":"Realm acme","after":"New"},{"field":"policy.code_lifetime","before":60,"after":30}]}` {
		t.Errorf("recorded %+v", events)
	}
	if _, err := s.Update(operator(t), "0", func(*realm.Realm) error { return nil }); !errors.Is(err, realm.ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
}

func TestABlockedRealmResolvesLikeAnUnknownOne(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s := newService(db, &keys{})
	r := create(t, s, "acme")
	ctx, err := s.Resolve(t.Context(), "acme")
	if err != nil || realm.From(ctx).ID != r.ID {
		t.Fatalf("Resolve: %v", err)
	}
	_, unknown := s.Resolve(t.Context(), "nobody")
	if err := s.Suspend(operator(t), r.ID, "unpaid"); err != nil {
		t.Fatal(err)
	}
	ctx, blocked := s.Resolve(t.Context(), "acme")
	if !errors.Is(blocked, realm.ErrNotFound) || blocked.Error() != unknown.Error() {
		t.Errorf("blocked: %v, unknown: %v", blocked, unknown)
	}
	if _, ok := realm.Maybe(ctx); ok {
		t.Error("a blocked realm came into the context")
	}
	if got, err := s.BySlug(t.Context(), "acme"); err != nil || got.Active {
		t.Errorf("BySlug: %+v, %v", got, err)
	}
	if err := s.Suspend(operator(t), r.ID, ""); !errors.Is(err, realm.ErrAlreadySuspended) {
		t.Errorf("second suspension: %v", err)
	}
	if err := s.Activate(operator(t), r.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Activate(operator(t), r.ID); !errors.Is(err, realm.ErrAlreadyActive) {
		t.Errorf("second activation: %v", err)
	}
	if _, err := s.Resolve(t.Context(), "acme"); err != nil {
		t.Errorf("Resolve after activation: %v", err)
	}
	if got, want := types(t, db, r.ID), []string{"realm.created", "realm.suspended", "realm.activated"}; !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
	if err := s.Suspend(operator(t), "0", ""); !errors.Is(err, realm.ErrNotFound) {
		t.Errorf("unknown realm: %v", err)
	}
}

func TestResolveReadsMemoryAndRefusesMalformedSlugsWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s := newService(dbtest.New(t), &keys{})
	r := create(t, s, "acme")
	for _, get := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := s.Resolve(ctx, "acme"); return err },
		func(ctx context.Context) error { _, err := s.ByID(ctx, r.ID); return err },
	} {
		if err := get(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, counts := database.Counting(t.Context())
		if err := get(ctx); err != nil || counts.Statements != 0 {
			t.Errorf("second read: %d statements (%v), want 0", counts.Statements, err)
		}
	}
	ctx, counts := database.Counting(t.Context())
	for _, slug := range []string{"", "..", "a/b", "ACME", "a\x00", "a\xff"} {
		if _, err := s.Resolve(ctx, slug); !errors.Is(err, realm.ErrNotFound) {
			t.Errorf("Resolve(%q): %v", slug, err)
		}
	}
	if counts.Statements != 0 {
		t.Errorf("%d statements for malformed slugs", counts.Statements)
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	s := newService(dbtest.New(t), &keys{})
	var want []string
	for _, slug := range []string{"c", "a", "b"} {
		want = append(want, create(t, s, slug).ID)
	}
	first, err := s.List(t.Context(), realm.Filter{Limit: 2})
	if err != nil || len(first) != 2 || first[0].ID != want[0] || first[1].ID != want[1] {
		t.Fatalf("first page %v, %v", first, err)
	}
	rest, err := s.List(t.Context(), realm.Filter{After: first[1].ID})
	if err != nil || len(rest) != 1 || rest[0].ID != want[2] {
		t.Fatalf("second page %v, %v", rest, err)
	}
	if err := s.Suspend(operator(t), want[1], ""); err != nil {
		t.Fatal(err)
	}
	no := false
	blocked, err := s.List(t.Context(), realm.Filter{Active: &no})
	if err != nil || len(blocked) != 1 || blocked[0].ID != want[1] {
		t.Errorf("blocked %v, %v", blocked, err)
	}
}

func TestAChangeReachesOtherNodesWithinASecond(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	here, there := dbtest.Open(t, url), dbtest.Open(t, url)
	a, b := newService(here, &keys{}), newService(there, &keys{})
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { _ = there.Watch(ctx) })
	t.Cleanup(func() { stop(); watching.Wait() })

	r := create(t, a, "acme")
	if _, err := b.Resolve(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	// More than one round: the first poll of a node could come by chance.
	for round := range 4 {
		var err, want error
		if round%2 == 0 {
			err, want = a.Suspend(operator(t), r.ID, ""), realm.ErrNotFound
		} else {
			err = a.Activate(operator(t), r.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Resolve(t.Context(), "acme"); !errors.Is(err, want) {
			t.Errorf("round %d: the node that made the change answers %v, want %v", round, err, want)
		}
		start := time.Now()
		for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
			_, err := b.Resolve(t.Context(), "acme")
			if errors.Is(err, want) {
				break
			}
			if took := time.Since(start); took > time.Second {
				t.Fatalf("round %d: the other node still answers %v after %s", round, err, took)
			}
		}
	}
}

func TestNewPanicsWithoutADependency(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	realm.New(realm.Deps{})
}

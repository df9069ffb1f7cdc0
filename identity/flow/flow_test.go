package flow_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/tenant/realm"
)

const browser = "br_0123456789012345678901234567890123456789012"

func start(t *testing.T, h *identitytest.House, change ...func(*flow.Request)) *flow.Flow {
	t.Helper()
	age := int64(60)
	r := flow.Request{
		ApplicationID: "app", Browser: browser, Parameters: url.Values{"client_id": {"web"}, "state": {"x y&z"}, "resource": {"a", "b"}},
		Language: "de", LoginHint: "ann@example.com", Subject: "u1", Prompt: []string{"login", "consent"}, MaxAge: &age,
		ACRValues: []string{"2", "1"}, Scopes: []string{"openid", "email"}, SessionID: "s0",
	}
	for _, fn := range change {
		fn(&r)
	}
	f, err := h.Flows.Start(h.Context, r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFlowComesBackAsItWasStarted(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	got, err := h.Flows.Resume(h.Context, f.ID, browser)
	if err != nil {
		t.Fatal(err)
	}
	if got.Request.Encode() != f.Request.Encode() || got.Language != "de" || got.LoginHint != f.LoginHint || got.Subject != "u1" || !slices.Equal(got.Prompt, f.Prompt) ||
		got.MaxAge == nil || *got.MaxAge != 60 || !slices.Equal(got.ACRValues, f.ACRValues) || !slices.Equal(got.Scopes, f.Scopes) || got.SessionID != "s0" ||
		!got.RequestedAt.Equal(h.Clock.Now()) || !got.ExpiresAt.Equal(h.Clock.Now().Add(flow.Lifetime)) || len(got.Proofs) != 0 {
		t.Errorf("Resume = %+v, started %+v", got, f)
	}
	if want := "/realms/acme/oauth2/authorize?flow=" + f.ID; h.Flows.ReturnURL(got) != want {
		t.Errorf("ReturnURL = %s, want %s", h.Flows.ReturnURL(got), want)
	}
	if none := start(t, h, func(r *flow.Request) { r.MaxAge = nil }); none.MaxAge != nil {
		t.Error("an absent max_age came back as a number")
	}
}

func TestFlowIsKnownToItsBrowserAndRealmOnly(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	other := realm.Into(h.Context, h.NewRealm(t, "other"))
	f := start(t, h)
	for name, try := range map[string]func() (*flow.Flow, error){
		"another browser":    func() (*flow.Flow, error) { return h.Flows.Resume(h.Context, f.ID, browser[:45]+"x") },
		"no browser":         func() (*flow.Flow, error) { return h.Flows.Resume(h.Context, f.ID, "") },
		"another realm":      func() (*flow.Flow, error) { return h.Flows.Resume(other, f.ID, browser) },
		"an id in capitals":  func() (*flow.Flow, error) { return h.Flows.Resume(h.Context, strings.ToUpper(f.ID), browser) },
		"an id that is none": func() (*flow.Flow, error) { return h.Flows.Resume(h.Context, "' OR 1=1", browser) },
	} {
		if got, err := try(); !errors.Is(err, flow.ErrStale) || got != nil {
			t.Errorf("%s: %v, %v; want ErrStale", name, got, err)
		}
	}
}

func TestFlowExpires(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	h.Clock.Add(flow.Lifetime)
	if _, err := h.Flows.Resume(h.Context, f.ID, browser); !errors.Is(err, flow.ErrExpired) {
		t.Errorf("Resume: %v, want ErrExpired", err)
	}
	if err := h.Flows.Prove(h.Context, f, flow.Proof{Step: flow.Login, SessionID: "s1"}); !errors.Is(err, flow.ErrStale) {
		t.Errorf("Prove: %v, want ErrStale", err)
	}
	if err := h.Flows.Finish(h.Context, f); !errors.Is(err, flow.ErrFinished) {
		t.Errorf("Finish: %v, want ErrFinished", err)
	}
	if n, err := h.Flows.Sweep(h.Context); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v right after; want the page to be able to say what happened", n, err)
	}
	fresh := start(t, h)
	h.Clock.Add(time.Hour + time.Second)
	young := start(t, h)
	if n, err := h.Flows.Sweep(h.Context); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	if _, err := h.Flows.Resume(h.Context, fresh.ID, browser); !errors.Is(err, flow.ErrExpired) {
		t.Errorf("the second: %v, want ErrExpired", err)
	}
	if _, err := h.Flows.Resume(h.Context, young.ID, browser); err != nil {
		t.Errorf("the third: %v", err)
	}
}

func TestOneHopIsTakenOnce(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	errs := identitytest.Together(20, func(int) error {
		mine := *f
		return h.Flows.Prove(h.Context, &mine, flow.Proof{Step: flow.Login, SessionID: "s1"})
	})
	count(t, errs, flow.ErrStale)
	got, err := h.Flows.Resume(h.Context, f.ID, browser)
	if err != nil || len(got.Proofs) != 1 || got.SessionID != "s1" || !got.Proven(flow.Login, "s1") || !got.Proofs[0].At.Equal(h.Clock.Now()) {
		t.Errorf("flow after 20 proofs at once: %+v, %v", got, err)
	}
}

func TestFlowFinishesOnce(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	errs := identitytest.Together(20, func(int) error {
		mine := *f
		return h.Flows.Finish(h.Context, &mine)
	})
	count(t, errs, flow.ErrFinished)
	if _, err := h.Flows.Resume(h.Context, f.ID, browser); !errors.Is(err, flow.ErrFinished) {
		t.Errorf("Resume: %v, want ErrFinished", err)
	}
	if err := h.Flows.Prove(h.Context, f, flow.Proof{Step: flow.Consent, SessionID: "s1"}); !errors.Is(err, flow.ErrStale) {
		t.Errorf("Prove: %v, want ErrStale", err)
	}
}

func TestFinishNeedsTheFlowAsItWasRead(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	stale := *f
	if err := h.Flows.Restart(h.Context, f); err != nil {
		t.Fatal(err)
	}
	if err := h.Flows.Finish(h.Context, &stale); !errors.Is(err, flow.ErrFinished) {
		t.Errorf("Finish of a flow that was restarted meanwhile: %v, want ErrFinished", err)
	}
	if err := h.Flows.Finish(h.Context, f); err != nil {
		t.Errorf("Finish of the flow as it is: %v", err)
	}
}

func TestRestartTakesEveryProofAway(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	for _, p := range []flow.Proof{{Step: flow.Login, SessionID: "s1"}, {Step: flow.Consent, SessionID: "s1"}} {
		if err := h.Flows.Prove(h.Context, f, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Flows.Restart(h.Context, f); err != nil {
		t.Fatal(err)
	}
	got, err := h.Flows.Resume(h.Context, f.ID, browser)
	if err != nil || got.Proven(flow.Login, "s1") || got.Proven(flow.Consent, "s1") || got.SessionID != "" {
		t.Errorf("after Restart: %+v, %v", got, err)
	}
	live := flow.Facts{Session: &flow.SessionFacts{ID: "s1", UserID: "u1", AuthenticatedAt: h.Clock.Now()}}
	if step := flow.Next(got, live); step != flow.Login {
		t.Errorf("Next = %s, want login", step)
	}
}

func TestProofRollsBackWithItsStep(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	f := start(t, h)
	boom := errors.New("boom")
	err := h.DB.InTx(h.Context, func(ctx context.Context) error {
		if err := h.Flows.Prove(ctx, f, flow.Proof{Step: flow.Login, SessionID: "s1"}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) || len(f.Proofs) != 0 {
		t.Fatalf("InTx = %v, proofs %v; want the failure and none", err, f.Proofs)
	}
	if err := h.Flows.Prove(h.Context, f, flow.Proof{Step: flow.Login, SessionID: "s1"}); err != nil {
		t.Errorf("the next try: %v", err)
	}
}

func TestStartRefusesWhatMustNotBeStored(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	huge := flow.Request{Browser: browser, Parameters: url.Values{"state": {strings.Repeat("x", 17<<10)}}}
	if _, err := h.Flows.Start(h.Context, huge); !errors.Is(err, flow.ErrTooLarge) {
		t.Errorf("a huge request: %v, want ErrTooLarge", err)
	}
	if _, err := h.Flows.Start(h.Context, flow.Request{Browser: browser, Prompt: []string{"none"}}); err == nil {
		t.Error("prompt=none was stored")
	}
	if _, err := h.Flows.Start(h.Context, flow.Request{}); err == nil {
		t.Error("a flow without a browser was stored")
	}
}

// count expects one success, and want of all others.
func count(t *testing.T, errs []error, want error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, want) {
			t.Errorf("loser got %v, want %v", err, want)
		}
	}
	if won != 1 {
		t.Errorf("%d winners, want 1", won)
	}
}

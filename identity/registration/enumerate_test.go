package registration_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/letter"
)

// answers is everything that a browser sees of a registration, with what differs from
// one to the next taken out.
func answers(t *testing.T, h *house, email string) string {
	t.Helper()
	p := h.person(t)
	p.begin()
	var all strings.Builder
	note := func(got *http.Response) *http.Response {
		header := got.Header.Clone()
		header.Del("X-Request-Id")
		all.WriteString(got.Status + "\n")
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for n := range header {
				if !yield(n) {
					return
				}
			}
		}) {
			all.WriteString(name + ": " + strings.Join(header[name], ", ") + "\n")
		}
		all.WriteString(p.Body + "\n")
		return got
	}
	form := p.Form()
	p.follow(note(p.enter(email, chosen)))
	note(p.Submit("action", "resend"))
	note(p.code("000000"))
	note(p.code("000001"))
	h.Clock.Add(challenge.Pause)
	note(p.follow(note(p.Submit("action", "resend"))))
	note(p.Get("/realms/acme/register?flow=" + form.Get("flow") + "&proof=" + form.Get("proof") + "&change=1"))
	return strings.NewReplacer(form.Get("flow"), "FLOW", form.Get("proof"), "PROOF", email, "EMAIL", user.Mask(email), "MASKED").Replace(all.String())
}

// ENU-04: a taken address answers as a free one does, to the last byte, and the owner
// gets a letter.
func TestATakenAddressLooksLikeAnyOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.User(t, "taken@example.com")
	suspended := h.User(t, "suspended@example.com")
	if err := h.Users.Suspend(h.Context, h.Realm.ID, suspended.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "unverified@example.com"}); err != nil {
		t.Fatal(err)
	}
	want := answers(t, h, "free@example.com")
	for _, email := range []string{"taken@example.com", "suspended@example.com", "unverified@example.com"} {
		if got := answers(t, h, email); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", email, got, want)
		}
	}
	letters := h.post.Letters(taken.Email)
	if len(letters) != 2 || letters[0].Kind != letter.RegisterTaken || letters[0].UserID != taken.ID {
		t.Fatalf("the owner got %+v", letters)
	}
	for name, value := range letters[0].Data {
		if !strings.HasPrefix(value, issuer+"/realms/acme/") || strings.Contains(value, "token") {
			t.Errorf("%s = %s: a letter to somebody who asked for nothing opens something", name, value)
		}
	}
	for _, l := range h.post.Letters("free@example.com") {
		if l.Kind != letter.Register {
			t.Errorf("a free address got %s", l.Kind)
		}
	}
}

// ENU-02: the time tells nothing either. Both kinds are taken in turn, so that what
// disturbs the machine disturbs both.
func TestATakenAddressTakesAsLong(t *testing.T) {
	t.Parallel()
	const samples = 200
	h := newHouse(t)
	var taken, free [samples]float64
	for i := range samples {
		h.User(t, "taken"+strconv.Itoa(i)+"@example.com")
	}
	p := h.person(t)
	p.begin()
	form := p.Form("new_password", chosen, "name", "Ann", "action", "register")
	measure := func(email string) float64 {
		form.Set("email", email)
		began := time.Now()
		got := p.Post("/realms/acme/register", form)
		took := time.Since(began)
		if got.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s = %d: %s", email, got.StatusCode, p.Body)
		}
		return float64(took.Microseconds())
	}
	measure("warm@example.com")
	for i := range samples {
		n := strconv.Itoa(i) + "@example.com"
		if i%2 == 0 {
			taken[i], free[i] = measure("taken"+n), measure("fresh"+n)
		} else {
			free[i], taken[i] = measure("fresh"+n), measure("taken"+n)
		}
	}
	// How often a taken one is slower than a free one, of all pairs: 0.5 if the time
	// tells nothing (the area under the ROC curve).
	slower := 0.0
	for _, a := range taken {
		for _, b := range free {
			switch {
			case a > b:
				slower++
			case a == b:
				slower += 0.5
			}
		}
	}
	auc := slower / (samples * samples)
	difference := median(taken[:]) - median(free[:])
	t.Logf("AUC %.3f, medians differ by %.0f µs", auc, difference)
	// 200 samples leave a standard error of 0.029 of the area; the difference counts
	// only if it is large enough to be measured over a network.
	if (auc > 0.62 || auc < 0.38) && (difference > 2000 || difference < -2000) {
		t.Errorf("AUC %.3f, medians differ by %.0f µs: the time tells which address is taken", auc, difference)
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[len(v)/2-1] + v[len(v)/2]) / 2
}

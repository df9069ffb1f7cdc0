package recovery_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/recovery"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
)

func (b *browser) crossSite(target string, form url.Values) *http.Response {
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, "http://auth.test"+target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.web.ServeHTTP(w, r)
	return w.Result()
}

// people makes one account of every state; all addresses are of one length.
func people(t *testing.T, h *house) map[string]string {
	t.Helper()
	all := map[string]string{"nobody": "n0@example.com", "nobody either": "n1@example.com"}
	for i, state := range []string{"active", "suspended", "locked", "no password", "must change", "unverified", "erasing"} {
		n := user.NewUser{Email: "a" + strconv.Itoa(i) + "@example.com", Password: identitytest.Password, Verified: state != "unverified", MustChange: state == "must change"}
		if state == "no password" {
			n.Password = ""
		}
		u, err := h.Users.Create(h.Context, h.Realm, n)
		if err != nil {
			t.Fatal(err)
		}
		switch state {
		case "suspended":
			err = h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test")
		case "erasing":
			err = h.Users.ScheduleErasure(h.Context, h.Realm.ID, u.ID, h.Clock.Now().Add(time.Hour))
		case "locked":
			for range h.Realm.Policy.Lockout.Threshold {
				_ = h.signIn(t, u.Email, "not this one")
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		all[state] = u.Email
	}
	return all
}

var nonce = regexp.MustCompile(`(flow|proof)(=|%3D|" value=")[A-Za-z0-9_-]+|(recovery-acme|browser-acme)=[^;]+`)

// answer is everything that the browser was told, without what is random.
func answer(t *testing.T, b *browser, got *http.Response, email string) string {
	t.Helper()
	header := got.Header.Clone()
	header.Del("X-Request-Id")
	sizes := make([]string, 0, 2)
	for _, c := range got.Cookies() {
		sizes = append(sizes, c.Name+" "+strconv.Itoa(len(c.Value)))
	}
	var text strings.Builder
	if err := header.Write(&text); err != nil {
		t.Fatal(err)
	}
	html := ""
	if b.page != nil && got.StatusCode != http.StatusSeeOther {
		var err error
		if html, err = b.page.Html(); err != nil {
			t.Fatal(err)
		}
	}
	all := got.Status + "\n" + text.String() + strings.Join(sizes, "\n") + html
	all = strings.NewReplacer(email, "EMAIL", url.QueryEscape(email), "EMAIL").Replace(all)
	return nonce.ReplaceAllString(all, "$1")
}

// Every answer on the way is the same to the last byte, whoever has the address
// (ENU-01 and ENU-03): asking, wrong codes until none is taken, asking again.
func TestAnswersTellNothingAboutAccounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var want []string
	for state, email := range people(t, h) {
		b := h.browser(t)
		b.visit("/realms/acme/start")
		var told []string
		tell := func(got *http.Response) {
			told = append(told, answer(t, b, got, email))
			h.dispatch(t)
		}
		got := b.post("email", email)
		tell(got)
		tell(b.follow(got))
		for range challenge.Tries + 1 {
			tell(b.post("action", "confirm", "code", "abcdef"))
		}
		tell(b.post("action", "resend"))
		other := h.browser(t) // a stranger's asks as well
		other.visit("/realms/acme/start")
		got = other.post("email", email)
		told = append(told, answer(t, other, got, email))
		if want == nil {
			want = told
		}
		for i := range told {
			if told[i] != want[i] {
				t.Errorf("%s, answer %d:\n%s\nwant\n%s", state, i, told[i], want[i])
			}
		}
	}
	to := map[string]int{}
	for _, l := range h.post.letters {
		to[l.To]++
	}
	if len(to) != 6 || to["a1@example.com"] != 0 || to["n0@example.com"] != 0 {
		t.Errorf("letters went to %v, want all but the suspended person and nobody", to)
	}
	for _, e := range eventtest.Recorded(t, h.DB, h.Realm.ID) {
		if strings.Contains(string(e.Payload), "example.com") {
			t.Errorf("event %s holds an address: %s", e.Type, e.Payload)
		}
	}
}

// What is not there to be guessed costs the same tries and locks alike.
func TestWrongCodesCountForNobodyToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	threshold := h.Realm.Policy.Lockout.Threshold
	for _, email := range []string{u.Email, "nobody@example.com"} {
		b := h.browser(t)
		b.ask(email)
		before := h.DB.Totals().Writes
		var writes []int64
		for range threshold + 2 {
			_, err := h.recovery.CheckCode(h.Context, h.Realm, email, "abcdef")
			if !errors.Is(err, recovery.ErrCode) {
				t.Fatalf("%s: %v", email, err)
			}
			now := h.DB.Totals().Writes
			writes = append(writes, int64(now-before))
			before = now
		}
		if want := []int64{writes[0], writes[0], writes[0], writes[0], writes[0]}; !slices.Equal(writes[:challenge.Tries], want) {
			t.Errorf("%s: statements that write: %v", email, writes)
		}
	}
	// A new letter does not give new guesses: typing is closed, the link works.
	h.Clock.Add(31 * time.Second)
	_, _, _ = h.login.AdmitRecovery(h.Context, h.Realm, u.Email)
	b := h.browser(t)
	b.ask(u.Email)
	l := h.newest(letter.Recover)
	for range 3 {
		_, _, _ = h.login.AdmitRecovery(h.Context, h.Realm, u.Email)
	}
	if _, err := h.recovery.CheckCode(h.Context, h.Realm, u.Email, l.Data["code"]); !errors.Is(err, recovery.ErrCode) {
		t.Errorf("the right code after %d wrong ones: %v, want it refused", threshold+2, err)
	}
	if got := b.visit(l.Data["link"]); got.StatusCode != http.StatusOK {
		t.Errorf("the link = %d", got.StatusCode)
	}
}

// The page looks nobody up, so its time can tell nothing: the statements are the same,
// and so is the time of a sample.
func TestTheTimeTellsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	measure := func(email string) (statements int, took time.Duration) {
		before := h.DB.Totals()
		start := time.Now()
		if err := h.recovery.Request(h.Context, h.Realm, recovery.Wish{Address: email}); err != nil {
			t.Fatal(err)
		}
		took = time.Since(start)
		return int(h.DB.Totals().Statements - before.Statements), took
	}
	var known, unknown []time.Duration
	for range 200 {
		a, tookA := measure("ann@example.com")
		b, tookB := measure("bob@example.com")
		if a != b {
			t.Fatalf("%d statements for an account, %d for nobody", a, b)
		}
		known, unknown = append(known, tookA), append(unknown, tookB)
	}
	slices.Sort(known)
	slices.Sort(unknown)
	if d := (known[100] - unknown[100]).Abs(); d > 5*time.Millisecond {
		t.Errorf("the medians differ by %s", d)
	}
}

func TestFiftyAtOnceSetOnePassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.ask(u.Email)
	l := h.newest(letter.Recover)
	_, token, _ := strings.Cut(l.Data["link"], "token=")
	proof, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, token)
	if err != nil {
		t.Fatal(err)
	}
	errs := identitytest.Together(50, func(i int) error {
		return h.recovery.Redeem(h.Context, h.Realm, proof, recovery.MethodLink, newPassword+" "+strconv.Itoa(i))
	})
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won >= 0:
			t.Errorf("%d and %d both set a password", won, i)
		case err == nil:
			won = i
		case !errors.Is(err, recovery.ErrDead):
			t.Errorf("%d: %v, want ErrDead", i, err)
		}
	}
	if won < 0 {
		t.Fatal("nobody set a password")
	}
	if err := h.signIn(t, u.Email, newPassword+" "+strconv.Itoa(won)); err != nil {
		t.Errorf("the password that was set: %v", err)
	}
	changed := 0
	for _, l := range h.post.letters {
		if l.Kind == letter.PasswordChanged {
			changed++
		}
	}
	// A transaction may run again and hand its letter over again; only what it
	// commits is sent. Here is no table behind, so one is the least.
	if changed < 1 {
		t.Error("nobody is told")
	}
	if n := strings.Count(strings.Join(eventtest.Types(t, h.DB, h.Realm.ID), " "), "recovery.completed"); n != 1 {
		t.Errorf("%d events recovery.completed, want 1", n)
	}
}

// GHSA-rg35: whose session is in the browser does not matter, and it ends.
func TestTheSessionOfSomebodyElseIsNotTouched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	s, value := h.Session(t, bob.ID)
	b := h.browser(t)
	b.jar["session-acme"] = value
	b.ask(ann.Email)
	b.visit(h.newest(letter.Recover).Data["link"])
	if got := b.submit("new_password", newPassword, "email", bob.Email); got.StatusCode != http.StatusOK {
		t.Fatalf("set = %d", got.StatusCode)
	}
	if now, err := h.Sessions.ByID(h.Context, h.Realm.ID, s.ID); err != nil || !now.EndedAt.IsZero() {
		t.Errorf("bob's session: %+v, %v", now, err)
	}
	if err := h.signIn(t, bob.Email, newPassword); !errors.Is(err, login.ErrWrong) {
		t.Errorf("bob's password was changed: %v", err)
	}
	if err := h.signIn(t, ann.Email, newPassword); err != nil {
		t.Errorf("ann's was not: %v", err)
	}
}

func TestARequestFromAfterTheRealmIsNoError(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.recovery.Request(h.Context, h.Realm, recovery.Wish{Address: "ann@example.com"}); err != nil {
		t.Fatal(err)
	}
	for _, e := range eventtest.Recorded(t, h.DB, h.Realm.ID) {
		e.RealmID = "0192f0c1-0000-7000-8000-000000000001"
		if err := h.recovery.Handle(h.Context, e); err != nil {
			t.Errorf("%s of a realm that is gone: %v", e.Type, err)
		}
	}
}

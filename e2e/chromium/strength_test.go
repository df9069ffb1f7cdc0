package chromium

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/static"
	"authserver/templates"
	"authserver/tenant/realm"
)

// The meter says in the browser what the server will say, for the rules that it knows, and tells nobody what is typed.
func TestTheMeterAgreesWithTheServer(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.Password.Digit, policy.Password.Upper = true, true
	h := identitytest.New(t, policy)
	name := "Ann Smith"
	ann, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann.smith@example.com", Name: name})
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if static.Handler(w, r) {
			return
		}
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page := &templates.RecoverPassword{Email: ann.Email, Password: user.Rules(h.Realm, ann.Email, name)}
		page.Language, page.Brand, page.Path = "en", templates.Brand{Slug: "acme", Name: h.Realm.Name}, "/"
		if err := templates.Render(w, page); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)

	s := open(t, "strength", 360, 740)
	s.visit(server.URL + "/")
	s.arrive("Choose a new password")
	before := asked.Load()
	for _, password := range []string{
		"Kwpz raxv 7 jmbt", "Correct horse 9 staple lamp", "kwpz raxv 7 jmbt", "Kwpz raxv jmbt", "Kwpz 7", "Password1234", "PassWord12345",
		"Xxxxxxxxxxxxx1", "1111111111111", "Acme-Acme-2026!", "AnnSmith-Ann-2026", "Ann.Smith@example.com1", "AnnSmith walks 2 dogs", "Äwpz-raxv-jmbt-fno7",
		"日本語の長い合言葉ですねA7", "Qwertyuiopasdfghjkl1",
	} {
		_, err := h.Users.NewPassword(h.Context, h.Realm.ID, ann.ID, password)
		s.do("type", chromedp.SetValue(chromedp.CSS("#new_password"), password),
			chromedp.Evaluate[chromedp.Void](`document.getElementById("new_password").dispatchEvent(new Event("input"));true`))
		missing := ask(s, "read the list", chromedp.Evaluate[[]string](`[...document.querySelectorAll("[data-rule]:not(.kept)")].map(e => e.dataset.rule)`))
		score := ask(s, "read the meter", chromedp.Evaluate[int](`document.querySelector("meter").value`))
		if (err == nil) != (len(missing) == 0) || (len(missing) == 0) != (score >= 2) {
			t.Errorf("%q: the server says %v, the page misses %v and shows %d", password, err, missing, score)
		}
		if user.Broken(err, "") == nil && err != nil {
			t.Fatal(err)
		}
		for _, b := range user.Broken(err, "") {
			rule, _ := strings.CutPrefix(b.Code, "password_")
			if (rule == "upper" || rule == "digit") && !slices.Contains(missing, rule) {
				t.Errorf("%q: the server misses %s, the page does not", password, rule)
			}
		}
	}
	s.do("wait for the word", chromedp.WaitVisible(`//p[@role="status" and normalize-space(.)!=""]`))
	s.hold("choose a password")
	if n := asked.Load() - before; n != 0 {
		t.Errorf("%d requests while typing", n)
	}
}

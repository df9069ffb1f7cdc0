package sms_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"authserver/internal/letter"
	"authserver/notify/sms"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "0123456789abcdef0123456789abcdef"
)

// twilio is a local counterpart that speaks as Twilio's API does.
type twilio struct {
	*httptest.Server
	mu     sync.Mutex
	seen   []url.Values
	paths  []string
	status int
	code   int
}

func newTwilio(t *testing.T) *twilio {
	t.Helper()
	f := &twilio{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.paths, f.seen = append(f.paths, r.URL.Path), append(f.seen, r.PostForm)
		w.Header().Set("Content-Type", "application/json")
		status, answer := http.StatusCreated, map[string]any{"sid": "SM1", "status": "queued"}
		switch {
		case user != account || password != token:
			status, answer = http.StatusUnauthorized, map[string]any{"code": 20003, "message": "Authenticate", "status": 401}
		case f.status != 0:
			status, answer = f.status, map[string]any{"code": f.code, "message": "to " + r.PostForm.Get("To") + ": " + r.PostForm.Get("Body"), "status": f.status}
		case strings.Contains(r.URL.Path, "/Verifications"):
			answer["sid"] = "VE1"
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *twilio) refuse(status, code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status, f.code = status, code
}

func (f *twilio) last() (string, url.Values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) == 0 {
		return "", nil
	}
	return f.paths[len(f.paths)-1], f.seen[len(f.seen)-1]
}

func (f *twilio) open(t *testing.T, change ...func(*sms.Options)) *sms.Twilio {
	t.Helper()
	o := sms.Options{
		AccountSID: account, AuthToken: token, From: "+15005550006", BaseURL: f.URL,
		PublicURL: &url.URL{Scheme: "https", Host: "id.example"},
	}
	for _, c := range change {
		c(&o)
	}
	way, err := sms.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return way
}

func TestAMessageLeaves(t *testing.T) {
	t.Parallel()
	f := newTwilio(t)
	way := f.open(t)
	id, err := way.Send(t.Context(), letter.Text{To: "+4915112345678", Text: "Hello", Code: "123456"})
	if err != nil || id != "SM1" {
		t.Fatalf("sent %q, %v", id, err)
	}
	path, form := f.last()
	if want := "/2010-04-01/Accounts/" + account + "/Messages.json"; path != want {
		t.Errorf("path %s, want %s", path, want)
	}
	if form.Get("To") != "+4915112345678" || form.Get("From") != "+15005550006" || form.Get("Body") != "Hello" ||
		form.Get("StatusCallback") != "https://id.example/webhooks/sms/twilio" {
		t.Errorf("sent %v", form)
	}
}

func TestAMessagingServiceSends(t *testing.T) {
	t.Parallel()
	f := newTwilio(t)
	way := f.open(t, func(o *sms.Options) { o.From = "MG1"; o.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	if _, err := way.Send(t.Context(), letter.Text{To: "+4915112345678", Text: "Hello"}); err != nil {
		t.Fatal(err)
	}
	if _, form := f.last(); form.Get("MessagingServiceSid") != "MG1" || form.Has("From") || form.Has("StatusCallback") {
		t.Errorf("sent %v", form)
	}
}

func TestACodeLeavesThroughVerify(t *testing.T) {
	t.Parallel()
	f := newTwilio(t)
	way := f.open(t, func(o *sms.Options) { o.VerifySID = "VA1" })
	id, err := way.Send(t.Context(), letter.Text{To: "+4915112345678", Text: "Your code is 123456", Code: "123456", Language: "de"})
	if err != nil || id != "VE1" {
		t.Fatalf("sent %q, %v", id, err)
	}
	path, form := f.last()
	if path != "/v2/Services/VA1/Verifications" || form.Get("CustomCode") != "123456" || form.Get("Channel") != "sms" || form.Get("Locale") != "de" {
		t.Errorf("sent %v to %s", form, path)
	}
	alone := f.open(t, func(o *sms.Options) { o.VerifySID, o.From = "VA1", "" })
	_, err = alone.Send(t.Context(), letter.Text{To: "+4915112345678", Text: "Hello"})
	if _, final := letter.Refused(err); !final {
		t.Errorf("without a sender: %v, want a refusal", err)
	}
	// What holds no code goes the other way.
	if _, err := way.Send(t.Context(), letter.Text{To: "+4915112345678", Text: "Hello"}); err != nil {
		t.Fatal(err)
	}
	if path, _ := f.last(); !strings.HasSuffix(path, "/Messages.json") {
		t.Errorf("sent to %s", path)
	}
}

func TestWhatTwilioRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, code int
		final        bool
	}{
		"no such number":     {400, 21211, true},
		"a landline":         {400, 21614, true},
		"answered STOP":      {400, 21610, true},
		"too many":           {429, 20429, false},
		"their failure":      {503, 20500, false},
		"account mistyped":   {401, 20003, false},
		"account suspended":  {403, 20005, false},
		"unknown, and final": {400, 99999, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newTwilio(t)
			f.refuse(c.status, c.code)
			_, err := f.open(t).Send(t.Context(), letter.Text{To: "+4915112345678", Text: "the code 987654", Code: "987654"})
			if err == nil {
				t.Fatal("sent")
			}
			if _, final := letter.Refused(err); final != c.final {
				t.Errorf("final %v, want %v: %v", final, c.final, err)
			}
			for _, told := range []string{"987654", token, "4915112345678"} {
				if strings.Contains(err.Error(), told) {
					t.Errorf("the error tells %q: %v", told, err)
				}
			}
		})
	}
}

func TestWhatNeverReachesTwilio(t *testing.T) {
	t.Parallel()
	f := newTwilio(t)
	way := f.open(t)
	for name, m := range map[string]letter.Text{
		"no plus":  {To: "015112345678", Text: "Hello"},
		"too long": {To: "+4915112345678", Text: strings.Repeat("x", 1601)},
	} {
		if _, err := way.Send(t.Context(), m); err == nil {
			t.Errorf("%s: sent", name)
		} else if _, final := letter.Refused(err); !final {
			t.Errorf("%s: %v is tried again", name, err)
		}
	}
	if path, _ := f.last(); path != "" {
		t.Errorf("Twilio was asked at %s", path)
	}
	f.Close()
	_, err := way.Send(t.Context(), letter.Text{To: "+4915112345678", Text: "Hello"})
	if _, final := letter.Refused(err); err == nil || final {
		t.Errorf("unreachable: %v, want an error that is tried again", err)
	}
}

func TestAnIncompleteAccountIsRefused(t *testing.T) {
	t.Parallel()
	whole := sms.Options{AccountSID: account, AuthToken: token, From: "+1", PublicURL: &url.URL{}}
	for name, spoil := range map[string]func(*sms.Options){
		"no account": func(o *sms.Options) { o.AccountSID = "" },
		"no token":   func(o *sms.Options) { o.AuthToken = "" },
		"no sender":  func(o *sms.Options) { o.From = "" },
		"no address": func(o *sms.Options) { o.PublicURL = nil },
		"bad base":   func(o *sms.Options) { o.BaseURL = "http://[" },
	} {
		o := whole
		spoil(&o)
		_, err := sms.New(o)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), token) {
			t.Errorf("%s: the error tells the token", name)
		}
	}
}

package message_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/internal/rest/resttest"
	"authserver/notify/message"
)

// office is the administration of letters behind the real router.
type office struct {
	*resttest.House
	*house
	path string
}

func openOffice(t *testing.T, edit func(*message.Deps)) *office {
	t.Helper()
	h := newHouse(t)
	h.letters = h.room(edit)
	return &office{resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.letters.MountAdmin), h, "/realms/" + h.Realm.Slug}
}

type line struct {
	ID                string    `json:"id"`
	Channel           string    `json:"channel"`
	Kind              string    `json:"kind"`
	Status            string    `json:"status"`
	To                string    `json:"to"`
	Summary           string    `json:"summary"`
	UserID            string    `json:"user_id"`
	ApplicationID     string    `json:"application_id"`
	Provider          string    `json:"provider"`
	ProviderMessageID string    `json:"provider_message_id"`
	From              string    `json:"from"`
	Attempts          int       `json:"attempts"`
	LastEvent         string    `json:"last_event"`
	LastEventAt       time.Time `json:"last_event_at"`
	CreatedAt         time.Time `json:"created_at"`
	UpdatedAt         time.Time `json:"updated_at"`
}

type lines struct {
	Items []line `json:"items"`
	Next  string `json:"next_cursor"`
}

func (o *office) log(t *testing.T, who *resttest.Caller, query string) lines {
	t.Helper()
	var l lines
	who.Do(http.MethodGet, o.path+"/messages"+query, nil).Want(http.StatusOK).Into(&l)
	return l
}

// fill sends three mails and an SMS, a minute apart.
func (o *office) fill(t *testing.T) {
	t.Helper()
	o.send(t, o.code("ann@example.com"))
	o.drain(t)
	o.Clock.Add(time.Minute)
	o.send(t, o.notice("ann@example.com"))
	o.drain(t)
	o.Clock.Add(time.Minute)
	o.send(t, letter.Letter{
		RealmID: o.Realm.ID, UserID: o.user.ID, Kind: letter.SecondFactorSMS, To: "+4915112345678", Language: "en",
		Data: map[string]string{"code": "482913", "minutes": "10"}, ExpiresAt: o.Clock.Now().Add(10 * time.Minute),
	})
	o.drain(t)
	o.Clock.Add(time.Minute)
	o.post.refuse(func(to string) error {
		return &letter.Refusal{Reason: "550 no mailbox <" + to + "> here", Bounce: true}
	})
	o.send(t, o.notice("bob@example.com"))
	o.drain(t)
	o.post.refuse(nil)
}

func TestAdministratorsLookThroughTheLog(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	o.fill(t)
	whole, some := o.As("messages.read", "users.read"), o.As("messages.read")
	all := o.log(t, whole, "")
	if len(all.Items) != 4 || all.Items[0].To != "bob@example.com" || all.Items[1].Channel != "sms" || all.Items[3].Kind != "recover" || all.Next != "" {
		t.Fatalf("listed %+v", all)
	}
	var walked []string
	for page, query := 0, "?limit=1"; page < 6; page++ {
		got := o.log(t, whole, query)
		for _, i := range got.Items {
			walked = append(walked, i.ID)
		}
		if got.Next == "" {
			break
		}
		query = "?limit=1&cursor=" + got.Next
	}
	for i, id := range walked {
		if all.Items[i].ID != id {
			t.Errorf("page %d has another letter", i)
		}
	}
	if len(walked) != 4 {
		t.Errorf("%d letters on all pages", len(walked))
	}
	for query, want := range map[string]int{
		"?channel=sms": 1, "?channel=email": 3, "?status=bounced": 1, "?kind=recover": 1, "?user_id=" + o.user.ID: 4,
		"?to=ANN@example.com": 2, "?since=" + url.QueryEscape(o.Clock.Now().Add(-90*time.Second).Format(time.RFC3339)): 2, "?status=sent&channel=email": 2,
	} {
		if got := o.log(t, whole, query); len(got.Items) != want {
			t.Errorf("%s: %d letters, want %d", query, len(got.Items), want)
		}
	}
	whole.Do(http.MethodGet, o.path+"/messages?status=lost", nil).Want(http.StatusBadRequest)
	whole.Do(http.MethodGet, o.path+"/messages?since=yesterday", nil).Want(http.StatusBadRequest)
	whole.Do(http.MethodGet, o.path+"/messages?cursor=AAAA", nil).Want(http.StatusBadRequest, "cursor_invalid")

	for _, veiled := range o.log(t, some, "").Items {
		if strings.Contains(veiled.To, "ann@") || strings.Contains(veiled.To, "12345") || veiled.Summary != "" || strings.Contains(veiled.LastEvent, "bob@") {
			t.Errorf("who may not see people sees %+v", veiled)
		}
	}
	some.Do(http.MethodGet, o.path+"/messages?to=ann@example.com", nil).Want(http.StatusForbidden)
	o.As("users.read").Do(http.MethodGet, o.path+"/messages", nil).Want(http.StatusForbidden)
}

func TestOneLetterIsShown(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	o.fill(t)
	reader := o.As("messages.read", "users.read")
	for _, want := range o.log(t, reader, "").Items {
		var got line
		reader.Do(http.MethodGet, o.path+"/messages/"+want.ID, nil).Want(http.StatusOK).Into(&got)
		if got != want {
			t.Errorf("shown %+v, listed %+v", got, want)
		}
	}
	reader.Do(http.MethodGet, o.path+"/messages/0192f0c1-0000-7000-8000-000000000000", nil).Want(http.StatusNotFound, "letter_not_found")
	reader.Do(http.MethodGet, o.path+"/messages/nonsense", nil).Want(http.StatusNotFound, "letter_not_found")
}

func TestAdministratorsSendThemselvesALetter(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	path := o.path + "/messages/test"
	ann := o.Person(o.user.ID, "messages.write")
	var sent line
	ann.Do(http.MethodPost, path, map[string]string{"kind": "recover", "language": "de"}).Want(http.StatusOK).Into(&sent)
	m := o.post.sent()
	if sent.Status != "sent" || sent.Kind != "test" || sent.To != "ann@example.com" || len(m) != 1 || m[0].To != "ann@example.com" ||
		!strings.HasPrefix(m[0].Subject, "[Test] ") || sent.Summary != m[0].Subject || m[0].HTML == "" {
		t.Fatalf("sent %+v, told %+v", m, sent)
	}
	ann.Do(http.MethodPost, path, nil).Want(http.StatusOK)
	ann.Do(http.MethodPost, path, map[string]string{"kind": "verify_phone"}).Want(http.StatusBadRequest, "test_kind")
	ann.Do(http.MethodPost, path, map[string]string{"language": "xx"}).Want(http.StatusBadRequest, "letter_language_unknown")
	ann.Do(http.MethodPost, path, map[string]string{"to": "bob@example.com"}).Want(http.StatusBadRequest)
	o.As("messages.write").Do(http.MethodPost, path, nil).Want(http.StatusConflict, "test_recipient")
	o.As("messages.read").Do(http.MethodPost, path, nil).Want(http.StatusForbidden)

	o.post.refuse(func(string) error { return errors.New("421 not now") })
	ann.Do(http.MethodPost, path, nil).Want(http.StatusServiceUnavailable, "test_failed")
	if got := o.last(t); got.Status != message.Failed || got.LastEvent != "421 not now" {
		t.Errorf("the log has %+v", got)
	}
	o.post.refuse(nil)
	for range 17 {
		ann.Do(http.MethodPost, path, nil).Want(http.StatusOK)
	}
	ann.Do(http.MethodPost, path, nil).Want(http.StatusTooManyRequests, "test_limited")
}

func TestATrialWithoutAWayToSendSaysSo(t *testing.T) {
	t.Parallel()
	o := openOffice(t, func(d *message.Deps) { d.Mails = nil })
	o.Person(o.user.ID, "messages.write").Do(http.MethodPost, o.path+"/messages/test", nil).Want(http.StatusServiceUnavailable, "test_failed")
	if got := o.last(t); got.Status != message.Failed || got.LastEvent != "no way to send mail is configured" {
		t.Errorf("the log has %+v", got)
	}
}

func TestSuppressionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	o.fill(t)
	o.Clock.Add(time.Minute)
	if err := o.letters.Unsubscribe(o.ctx, o.Realm.ID, "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	// One from before suppressions had names.
	err := o.DB.InTx(t.Context(), func(ctx context.Context) error {
		return o.DB.With(ctx).Exec("UPDATE letter_suppressions SET id = '' WHERE reason = 'bounced'").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	type item struct {
		ID        string    `json:"id"`
		Address   string    `json:"address"`
		Reason    string    `json:"reason"`
		CreatedAt time.Time `json:"created_at"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	list := func(who *resttest.Caller, query string) (l struct {
		Items []item `json:"items"`
		Next  string `json:"next_cursor"`
	}) {
		t.Helper()
		who.Do(http.MethodGet, o.path+"/suppressions"+query, nil).Want(http.StatusOK).Into(&l)
		return l
	}
	reader := o.As("messages.read", "users.read")
	all := list(reader, "")
	if len(all.Items) != 2 || all.Items[0].Address != "ann@example.com" || !all.Items[0].ExpiresAt.IsZero() || all.Items[1].Reason != "bounced" || all.Items[1].ExpiresAt.IsZero() {
		t.Fatalf("listed %+v", all)
	}
	first := list(reader, "?limit=1")
	if second := list(reader, "?limit=1&cursor="+first.Next); len(second.Items) != 1 || second.Items[0] != all.Items[1] {
		t.Errorf("the second page is %+v", second)
	}
	if got := list(reader, "?reason=bounced"); len(got.Items) != 1 {
		t.Errorf("bounced: %+v", got)
	}
	if got := list(reader, "?address=ANN@example.com"); len(got.Items) != 1 {
		t.Errorf("by address: %+v", got)
	}
	some := o.As("messages.read")
	if got := list(some, ""); got.Items[0].Address != "a•••@example.com" {
		t.Errorf("who may not see people sees %+v", got)
	}
	some.Do(http.MethodGet, o.path+"/suppressions?address=ann@example.com", nil).Want(http.StatusForbidden)

	writer := o.As("messages.write")
	gone := o.path + "/suppressions/" + all.Items[1].ID
	some.Do(http.MethodDelete, gone, nil).Want(http.StatusForbidden)
	writer.Do(http.MethodDelete, gone, nil).Want(http.StatusNoContent)
	writer.Do(http.MethodDelete, gone, nil).Want(http.StatusNotFound, "suppression_not_found")
	writer.Do(http.MethodDelete, o.path+"/suppressions/x", nil).Want(http.StatusNotFound, "suppression_not_found")
	if left := list(reader, ""); len(left.Items) != 1 {
		t.Errorf("left %+v", left)
	}
	if !slices.Contains(eventtest.Types(t, o.DB, o.Realm.ID), "letter.address_released") {
		t.Error("the release is not recorded")
	}
}

func TestLettersAreCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post.refuse(func(string) error { return &letter.Refusal{Reason: "554", Bounce: false} })
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	h.post.refuse(func(string) error { return &letter.Refusal{Reason: "550", Bounce: true} })
	h.send(t, h.notice("bob@example.com"))
	h.drain(t)
	h.send(t, h.code("ann@example.com"))
	got, err := h.letters.Count(t.Context(), h.Realm.ID, h.Clock.Now().Add(-time.Hour))
	if want := (map[string]int64{"pending": 1, "failed": 1, "bounced": 1}); err != nil || !maps.Equal(got, want) {
		t.Errorf("counted %+v, %v", got, err)
	}
	if got, err = h.letters.Count(t.Context(), h.Realm.ID, h.Clock.Now().Add(time.Second)); err != nil || !maps.Equal(got, map[string]int64{"pending": 1}) {
		t.Errorf("counted later %+v, %v", got, err)
	}
}

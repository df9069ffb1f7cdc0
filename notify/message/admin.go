package message

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// MountAdmin adds the administration of letters: their words, what became of them, and
// who gets none.
func (s *Service) MountAdmin(a *rest.API) {
	s.mountTemplates(a)
	s.mountMessages(a)
	s.mountSuppressions(a)
}

// messageView is a letter as the log knows it. Addresses, and what may hold a person's
// data, are only for those who may see people.
type messageView struct {
	ID                string     `json:"id" format:"uuid"`
	Channel           string     `json:"channel" enum:"email,sms"`
	Kind              string     `json:"kind"`
	Status            string     `json:"status" enum:"pending,sent,delivered,failed,bounced,complained,expired,suppressed,withheld"`
	To                string     `json:"to,omitempty" doc:"Masked unless the caller holds users.read; absent when its owner was erased."`
	Summary           string     `json:"summary,omitempty" doc:"The subject, or the text of an SMS without its code; only for callers who hold users.read."`
	UserID            string     `json:"user_id,omitempty" format:"uuid"`
	ApplicationID     string     `json:"application_id,omitempty" format:"uuid"`
	Provider          string     `json:"provider,omitempty"`
	ProviderMessageID string     `json:"provider_message_id,omitempty"`
	From              string     `json:"from,omitempty"`
	Attempts          int        `json:"attempts"`
	LastEvent         string     `json:"last_event,omitempty"`
	LastEventAt       *time.Time `json:"last_event_at,omitempty"`
	CreatedAt         time.Time  `json:"created_at"`
	UpdatedAt         time.Time  `json:"updated_at"`
}

func (e Entry) view(whole bool) messageView {
	v := messageView{
		ID: e.ID, Channel: string(e.Channel), Kind: string(e.Kind), Status: string(e.Status), To: e.To, Summary: e.Summary,
		UserID: e.UserID, ApplicationID: e.ApplicationID, Provider: e.Provider, ProviderMessageID: e.MessageID, From: e.From,
		Attempts: e.Attempts, LastEvent: e.LastEvent, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
	if !e.LastEventAt.IsZero() {
		v.LastEventAt = &e.LastEventAt
	}
	if !whole {
		v.To, v.Summary, v.LastEvent = veiled(e.To), "", addresses.ReplaceAllString(e.LastEvent, "…")
	}
	return v
}

// addresses finds what providers quote in their answers.
var addresses = regexp.MustCompile(`[^\s<>]+@[^\s<>]+|\+?\d[\d ()-]{6,}\d`)

// veiled is an address as whoever may not see people sees it: enough to recognise one
// that they know.
func veiled(address string) string {
	if strings.Contains(address, "@") {
		return masked(address)
	}
	if len(address) > 4 {
		return "•••" + address[len(address)-2:]
	}
	return ""
}

func (s *Service) mountMessages(a *rest.API) {
	const tag = "Messages"
	rest.Handle(a, rest.Operation{
		ID: "listMessages", Method: http.MethodGet, Path: "/messages", Tag: tag, Permission: "messages.read",
		Summary:     "List letters",
		Description: "Mails and SMS that were sent, or should have been, the newest first. The log remembers 90 days.",
		Faults:      []*fault.Fault{rest.ErrDenied},
	}, s.adminListMessages)
	rest.Handle(a, rest.Operation{
		ID: "getMessage", Method: http.MethodGet, Path: "/messages/{message}", Tag: tag, Permission: "messages.read",
		Summary: "Show a letter", Missing: ErrNotFound, Faults: []*fault.Fault{ErrNotFound},
	}, s.adminGetMessage)
	rest.Handle(a, rest.Operation{
		ID: "sendTestMessage", Method: http.MethodPost, Path: "/messages/test", Tag: tag, Permission: "messages.write",
		Summary: "Send yourself a mail",
		Description: "A letter with sample values, sent at once to the verified address of the caller, who must be a person. " +
			"What the provider refuses is told in the log.",
		Faults: []*fault.Fault{ErrTestRecipient, ErrTestKind, ErrTestLimit, ErrTestFailed, ErrLanguageUnknown},
	}, s.adminTest)
}

type listMessages struct {
	rest.Page
	Channel string     `query:"channel" enum:"email,sms"`
	Status  string     `query:"status" enum:"pending,sent,delivered,failed,bounced,complained,expired,suppressed,withheld"`
	UserID  string     `query:"user_id" format:"uuid"`
	Kind    string     `query:"kind" maxLength:"50"`
	To      string     `query:"to" maxLength:"254" doc:"An address or a phone number; only for callers who hold users.read."`
	Since   *time.Time `query:"since" doc:"Only letters from then on."`
}

func (s *Service) adminListMessages(ctx context.Context, in *listMessages) (*rest.List[messageView], error) {
	whole, err := rest.Holds(ctx, "users.read", "")
	if err != nil {
		return nil, err
	}
	if in.To != "" && !whole {
		return nil, rest.ErrDenied.Say("Only callers who hold users.read may ask for an address.")
	}
	f := Search{
		Channel: letter.Channel(in.Channel), UserID: in.UserID, To: in.To, Status: Status(in.Status), Kind: in.Kind, Limit: in.Limit + 1,
	}
	if in.Since != nil {
		f.Since = *in.Since
	}
	f.AfterAt, f.AfterID = behind(in.After())
	entries, err := s.Search(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(entries) > in.Limit {
		entries = entries[:in.Limit]
		last := entries[in.Limit-1]
		next = mark(last.CreatedAt, last.ID)
	}
	views := make([]messageView, 0, len(entries))
	for _, e := range entries {
		views = append(views, e.view(whole))
	}
	return rest.ListOf(views, next), nil
}

// mark names a place in a list by time and id; behind reads it.
func mark(at time.Time, id string) string {
	return strconv.FormatInt(int64(database.At(at)), 10) + " " + id
}

func behind(position string) (at time.Time, id string) {
	micros, id, _ := strings.Cut(position, " ")
	n, _ := strconv.ParseInt(micros, 10, 64)
	return database.Micros(n).Time(), id
}

type messageID struct {
	ID string `path:"message" format:"uuid"`
}

type oneMessage struct{ Body messageView }

func (s *Service) adminGetMessage(ctx context.Context, in *messageID) (*oneMessage, error) {
	e, err := s.Find(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	whole, err := rest.Holds(ctx, "users.read", "")
	return &oneMessage{e.view(whole)}, err
}

type testMessage struct {
	Body struct {
		Kind     string `json:"kind,omitempty" maxLength:"50" default:"verify_email" doc:"A kind of mail."`
		Language string `json:"language,omitempty" maxLength:"20" doc:"Without it, the realm's."`
	}
}

func (s *Service) adminTest(ctx context.Context, in *testMessage) (*oneMessage, error) {
	caller := rest.From(ctx)
	if caller.Kind != rest.User {
		return nil, ErrTestRecipient
	}
	e, err := s.Test(ctx, realm.From(ctx), caller.ID, letter.Kind(in.Body.Kind), in.Body.Language)
	return &oneMessage{e.view(true)}, err
}

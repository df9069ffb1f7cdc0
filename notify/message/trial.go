package message

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Faults of trials.
var (
	ErrTestRecipient = fault.New(fault.Conflict, "test_recipient", "Only a person with a verified address can send themselves a letter.")
	ErrTestKind      = fault.New(fault.Invalid, "test_kind", "There is no such kind of mail.").At("kind")
	ErrTestLimit     = fault.New(fault.Limited, "test_limited", "That was tried often enough for now.").After(floodWindow)
	ErrTestFailed    = fault.New(fault.Unavailable, "test_failed", "The mail could not be sent. The log says why.")
)

// trial is what stands in the log as the kind of a letter that somebody sent themselves.
const trial = "test"

// Test sends a letter with sample values to the verified address of the person, at once
// and past the queue, so that whoever set up a way to send hears whether it works. It is
// logged like any other.
func (s *Service) Test(ctx context.Context, in *realm.Realm, userID string, kind letter.Kind, language string) (Entry, error) {
	kind = letter.Kind(cmp.Or(string(kind), string(letter.VerifyEmail)))
	if spec, ok := letter.Find(kind); !ok || spec.Channel != letter.Email {
		return Entry{}, ErrTestKind
	}
	u, err := s.users.ByID(ctx, in.ID, userID)
	if missing(err) || err == nil && !u.EmailVerified {
		return Entry{}, ErrTestRecipient
	}
	if err != nil {
		return Entry{}, fmt.Errorf("recipient of a trial: %w", err)
	}
	w, err := s.Preview(ctx, in, kind, cmp.Or(language, templates.Match(in.DefaultLanguage)), nil)
	if err != nil {
		return Entry{}, err
	}
	now := s.now()
	r := logRow{
		ID: id.New(), RealmID: in.ID, UserID: u.ID, Kind: trial, ToAddress: u.Email, ToKey: key(letter.Email, u.Email), Summary: "[Test] " + w.Subject,
		Status: string(Pending), LastEvent: "queued", LastEventAt: database.At(now), Attempts: 1, CreatedAt: database.At(now), UpdatedAt: database.At(now),
	}
	flooded, err := s.flooded(ctx, letter.Email, r, now)
	if err != nil {
		return Entry{}, fmt.Errorf("count trials: %w", err)
	}
	if flooded {
		return Entry{}, ErrTestLimit
	}
	// Logged before it leaves, or a crash in between would leave no trace of it.
	if err := s.db.InTx(ctx, func(ctx context.Context) error { return s.insertLog(ctx, letter.Email, r) }); err != nil {
		return Entry{}, fmt.Errorf("log trial: %w", err)
	}
	out, failed := s.dispatch(ctx, in, r, letter.Mail{
		ID: r.ID, FromName: in.Name, To: u.Email, Subject: r.Summary, Text: w.Text, HTML: w.HTML,
	})
	err = s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return s.note(ctx, row{ID: r.ID, RealmID: in.ID, Channel: string(letter.Email), Attempts: 1}, out)
	})
	if err != nil {
		return Entry{}, errors.Join(failed, fmt.Errorf("log trial: %w", err))
	}
	if failed != nil {
		return Entry{}, failed
	}
	return s.Logged(ctx, in.ID, letter.Email, r.ID)
}

// dispatch hands the mail over, once, and says what became of it.
func (s *Service) dispatch(ctx context.Context, in *realm.Realm, r logRow, m letter.Mail) (outcome, error) {
	out := outcome{status: Failed, event: "no way to send mail is configured", text: r.Summary}
	if s.mails == nil {
		return out, ErrTestFailed
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out.provider, out.from = s.mails.Provider(), s.mails.From()
	var err error
	if out.messageID, err = s.mails.Send(ctx, m); err != nil {
		out.event = err.Error()
		s.log.WarnContext(ctx, "trial letter not sent", "letter_id", r.ID, "realm", in.Slug, "error", bound(out.event))
		return out, ErrTestFailed
	}
	out.status, out.event = Sent, "sent"
	return out, nil
}

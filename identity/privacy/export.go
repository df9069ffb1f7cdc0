package privacy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// Faults of copies.
var (
	ErrTooSoon  = fault.New(fault.Limited, "export_too_soon", "You asked for a copy a moment ago. Please wait a minute.")
	ErrNotFound = fault.New(fault.NotFound, "export_not_found", "There is no such copy any more. Ask for a new one.")

	// errLarge ends making a copy that is larger than it may be.
	errLarge = errors.New("privacy: the copy is too large")
)

// Exporter is a room that holds something about people. Value is written as JSON; it
// holds no secret, and nothing about other people.
type Exporter interface {
	Export(ctx context.Context, realmID, userID string) (section string, value any, err error)
}

// Limits of copies.
const (
	// AtOnce is how large a copy may be that is made while the person waits.
	AtOnce = 1 << 20
	// Largest is how large one may be at all.
	Largest = 256 << 20

	pause  = time.Minute        // between two copies of one person
	keeps  = 7 * 24 * time.Hour // how long a copy can be downloaded
	lease  = 10 * time.Minute   // how long making one may take
	tries  = 3
	chunk  = 256 << 10
	format = "authserver personal data 1"
)

// The states of a copy.
const (
	none    = "none" // it was handed out at once
	waiting = "waiting"
	ready   = "ready"
	failed  = "failed"
)

// Copy is a copy of a person's data that is kept, or is being made.
type Copy struct {
	ID, RealmID, UserID string
	Status              string // waiting, ready or failed
	CreatedAt           time.Time
	ReadyAt             time.Time // zero: not yet
	ExpiresAt           time.Time
	Size                int64
}

// Ready reports whether the copy can be downloaded.
func (c *Copy) Ready() bool { return c.Status == ready }

// Request makes a copy of a person's data. A small one is returned as it is, and
// with keep it is stored to be downloaded; a large one is made later, and the person
// is written to: document is nil then. It returns ErrTooSoon within a minute of the
// copy before.
func (s *Service) Request(ctx context.Context, in *realm.Realm, userID string, keep bool) (document []byte, c *Copy, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		asked, err := s.ask(ctx, in.ID, userID, s.now())
		if err != nil {
			return fmt.Errorf("ask for the data of user %s: %w", userID, err)
		}
		if !asked {
			return ErrTooSoon.After(pause)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	err = s.write(ctx, &limited{w: &out, left: AtOnce}, in, userID)
	large := errors.Is(err, errLarge)
	if err != nil && !large {
		return nil, nil, err
	}
	if !large && !keep {
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			return s.events.Record(ctx, ref(in.ID, userID), Exported{Size: int64(out.Len())})
		})
		return out.Bytes(), nil, err
	}
	now := database.At(s.now()).Time()
	c = &Copy{ID: id.New(), RealmID: in.ID, UserID: userID, Status: waiting, CreatedAt: now, ExpiresAt: now.Add(keeps)}
	if !large {
		c.Status, c.ReadyAt, c.Size = ready, now, int64(out.Len())
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.begin(ctx, c); err != nil {
			return fmt.Errorf("store the data of user %s: %w", userID, err)
		}
		if large {
			s.db.AfterCommit(ctx, s.soon.Ring)
			return nil
		}
		if err := s.store(ctx, c, out.Bytes()); err != nil {
			return err
		}
		return s.events.Record(ctx, ref(in.ID, userID), Exported{Size: c.Size})
	})
	if err != nil {
		return nil, nil, err
	}
	if large {
		return nil, c, nil
	}
	return out.Bytes(), c, nil
}

func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}

// write writes the document: what it is, then one member a section.
func (s *Service) write(ctx context.Context, w io.Writer, in *realm.Realm, userID string) error {
	head := map[string]any{"format": format, "realm": in.Slug, "issuer": s.issuer(in.Slug), "user_id": userID, "created_at": s.now().UTC()}
	open := "{\n  "
	for _, name := range []string{"format", "realm", "issuer", "user_id", "created_at"} {
		if err := member(w, open, name, head[name]); err != nil {
			return err
		}
		open = ",\n  "
	}
	for _, e := range s.others.Exporters {
		name, value, err := e.Export(ctx, in.ID, userID)
		if err != nil {
			return fmt.Errorf("export the data of user %s: %w", userID, err)
		}
		if err := member(w, open, name, value); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n}\n")
	return err
}

func member(w io.Writer, open, name string, value any) error {
	text, err := json.MarshalIndent(value, "  ", "  ")
	if err != nil {
		return fmt.Errorf("export %s: %w", name, err)
	}
	if _, err := fmt.Fprintf(w, "%s%q: ", open, name); err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// limited writes so much and no more.
type limited struct {
	w    io.Writer
	left int
}

// Write implements io.Writer.
func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, errLarge
	}
	l.left -= len(b)
	return l.w.Write(b)
}

// store seals a document into pieces.
func (s *Service) store(ctx context.Context, c *Copy, document []byte) error {
	for n := 0; len(document) > 0; n++ {
		piece := document[:min(chunk, len(document))]
		document = document[len(piece):]
		sealed, err := s.ring.Seal(piece, place(c, n)...)
		if err != nil {
			return fmt.Errorf("seal the data of user %s: %w", c.UserID, err)
		}
		if err := s.insertChunk(ctx, c.ID, n, sealed); err != nil {
			return fmt.Errorf("store the data of user %s: %w", c.UserID, err)
		}
	}
	return nil
}

// place is where a piece belongs; it opens nowhere else.
func place(c *Copy, n int) []string {
	return []string{"privacy_export_chunks", c.RealmID, c.UserID, c.ID, fmt.Sprint(n)}
}

// Once makes the copies that wait, one after the other, and returns how many.
func (s *Service) Once(ctx context.Context) (int, error) {
	for made := 0; ; made++ {
		c, attempts, err := s.claim(ctx, s.now(), lease)
		if err != nil || c == nil {
			return made, err
		}
		if err := s.make(ctx, c); err != nil {
			if attempts < tries && !errors.Is(err, errLarge) {
				return made, err // again when the lease is over
			}
			if giving := s.db.InTx(ctx, func(ctx context.Context) error { return s.giveUp(ctx, c) }); giving != nil {
				err = errors.Join(err, giving)
			}
			return made, err
		}
	}
}

// make makes one copy and tells the person. Whoever makes it a second time, because
// the first died on the way, finds it done or begins anew.
func (s *Service) make(ctx context.Context, c *Copy) error {
	in, err := s.realms.ByID(ctx, c.RealmID)
	if err != nil {
		return err
	}
	u, err := s.users.ByID(ctx, c.RealmID, c.UserID)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := s.write(ctx, &limited{w: &out, left: Largest}, in, c.UserID); err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "privacy/copied"); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		done, err := s.finish(ctx, c, int64(out.Len()), s.now())
		if err != nil || !done {
			return err // somebody else asked for another one meanwhile
		}
		if err := s.store(ctx, c, out.Bytes()); err != nil {
			return err
		}
		if err := s.events.Record(ctx, ref(c.RealmID, c.UserID), Exported{Size: int64(out.Len())}); err != nil {
			return err
		}
		return s.others.Letters.Send(ctx, s.letter(u, letter.ExportReady, map[string]string{
			"link": s.account(in) + "/privacy", "days": "7",
		}))
	})
}

func (s *Service) letter(u *user.User, kind letter.Kind, values map[string]string) letter.Letter {
	return letter.Letter{RealmID: u.RealmID, UserID: u.ID, Kind: kind, To: u.Email, Language: u.Locale, Data: values}
}

// account is the address of the person's account.
func (s *Service) account(in *realm.Realm) string { return s.issuer(in.Slug) + "/account" }

// Copies returns the copies of a person that there are to show, at most one.
func (s *Service) Copies(ctx context.Context, realmID, userID string) ([]*Copy, error) {
	c, err := s.find(ctx, realmID, userID, s.now())
	if err != nil || c == nil {
		return nil, err
	}
	return []*Copy{c}, nil
}

// Open returns a copy of the person's that can be downloaded, or is waited for, or
// ErrNotFound.
func (s *Service) Open(ctx context.Context, realmID, userID, copyID string) (*Copy, error) {
	c, err := s.find(ctx, realmID, userID, s.now())
	if err != nil {
		return nil, err
	}
	if c == nil || c.ID != copyID || c.Status == failed {
		return nil, ErrNotFound
	}
	return c, nil
}

// Download writes a copy that is ready, piece by piece, and records that it was
// fetched before the first of them leaves.
func (s *Service) Download(ctx context.Context, c *Copy, w io.Writer) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		return s.events.Record(ctx, ref(c.RealmID, c.UserID), Downloaded{ExportID: c.ID})
	})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		sealed, err := s.chunk(ctx, c.ID, n)
		if err != nil || sealed == "" {
			return err
		}
		piece, err := s.ring.Open(sealed, place(c, n)...)
		if err != nil {
			return fmt.Errorf("open the data of user %s: %w", c.UserID, err)
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
}

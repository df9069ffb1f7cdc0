package terms

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Faults of the room. Those of kind Invalid name the field at fault.
var (
	ErrNotFound     = fault.New(fault.NotFound, "document_not_found", "There is no such document.")
	ErrInvalid      = fault.New(fault.Invalid, "document_invalid", "That value is not allowed for a document.")
	ErrVersionTaken = fault.New(fault.Conflict, "document_version_taken", "There is such a version already.")
	ErrImmutable    = fault.New(fault.Conflict, "document_immutable", "The document is, was or will be in force, so it cannot be changed. Make a new version.")
	ErrNotInForce   = fault.New(fault.Conflict, "document_not_in_force", "The document is neither in force nor planned.")
	ErrInForce      = fault.New(fault.Conflict, "document_in_force", "The document is in force already.")
	ErrTimeTaken    = fault.New(fault.Conflict, "document_time_taken", "Another version comes into force in that very moment.")
	ErrPast         = fault.New(fault.Invalid, "document_time_past", "That time has passed.")
	ErrPinUnknown   = fault.New(fault.Invalid, "document_unknown", "The realm has no such document in force, now or before.")
)

// Kinds that have a name of their own. Realms may have others.
const (
	TermsOfUse    = "terms_of_use"
	PrivacyPolicy = "privacy_policy"
)

// Status is where a version stands.
type Status string

// What a version can be.
const (
	Draft      Status = "draft"      // never in force
	Scheduled  Status = "scheduled"  // will be
	Active     Status = "active"     // is
	Superseded Status = "superseded" // was
)

// Document is one version of one kind. Documents from memory are shared and must not be
// changed.
type Document struct {
	ID string
	// RealmID is empty for a document for all realms.
	RealmID string
	Kind    string
	// Version is what people call it, e.g. "2026-11" or "3.1".
	Version string
	// Number puts the versions of a kind in order.
	Number int64
	// Required documents must be accepted before a sign-in ends.
	Required bool
	// Language is the one for who speaks none of the others.
	Language string
	Texts    []Text

	Row       int64
	CreatedAt time.Time
	// Status, and since or from when; only where a list of them was asked for.
	Status Status
	Since  time.Time
}

// Text is a document in one language.
type Text struct {
	Language string `json:"language"`
	Title    string `json:"title"`
	Markdown string `json:"markdown"`
}

// Digest is the SHA-256 of what people read: title and text.
func (t Text) Digest() []byte {
	sum := sha256.Sum256([]byte(t.Title + "\n\n" + t.Markdown))
	return sum[:]
}

// Ref names the document in an event.
func (d *Document) Ref() event.Ref {
	return event.Ref{RealmID: d.RealmID, Kind: "document", ID: d.ID}
}

// Global reports whether the document is for all realms.
func (d *Document) Global() bool { return d.RealmID == "" }

// In is the text for somebody who speaks that language.
func (d *Document) In(wanted string) Text {
	tags := make([]language.Tag, 0, len(d.Texts)+1)
	tags = append(tags, language.Make(d.Language))
	for _, t := range d.Texts {
		tags = append(tags, language.Make(t.Language))
	}
	_, i, confidence := language.NewMatcher(tags).Match(language.Make(wanted))
	if i > 0 && confidence > language.No {
		return d.Texts[i-1]
	}
	return d.text(d.Language)
}

func (d *Document) text(lang string) Text {
	i := slices.IndexFunc(d.Texts, func(t Text) bool { return t.Language == lang })
	return d.Texts[max(i, 0)]
}

// Bounds of documents.
const (
	mostTexts    = 30
	longestTitle = 200
	longestText  = 200_000 // bytes
)

// check refuses what a document must not be, and spells its languages as BCP 47 does.
func (d *Document) check() error {
	kind, version := regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`), regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._+-]{0,39}$`)
	switch {
	case !kind.MatchString(d.Kind):
		return ErrInvalid.At("kind").Say("Use 2 to 40 small letters, digits and underscores, a letter first.")
	case !version.MatchString(d.Version):
		return ErrInvalid.At("version").Say("Use up to 40 letters, digits, dots, dashes, pluses and underscores.")
	case len(d.Texts) == 0 || len(d.Texts) > mostTexts:
		return ErrInvalid.At("texts").Say("A document has 1 to 30 texts.")
	}
	seen := map[string]bool{}
	for i := range d.Texts {
		t := &d.Texts[i]
		tag, err := language.Parse(t.Language)
		if err != nil || tag == language.Und {
			return ErrInvalid.At("texts").Say("Each text needs a language tag such as en or pt-BR.")
		}
		t.Language = tag.String()
		if seen[t.Language] {
			return ErrInvalid.At("texts").Say("There are two texts in " + t.Language + ".")
		}
		seen[t.Language] = true
		if err := t.check(); err != nil {
			return err
		}
	}
	if d.Language == "" {
		d.Language = d.Texts[0].Language
	}
	if tag, err := language.Parse(d.Language); err == nil {
		d.Language = tag.String()
	}
	if !seen[d.Language] {
		return ErrInvalid.At("language").Say("It must be the language of one of the texts.")
	}
	return nil
}

func (t *Text) check() error {
	title, err := realm.Printable("texts", t.Title, longestTitle)
	if err != nil || title == "" {
		return ErrInvalid.At("texts").Say("Each text needs a title of at most 200 characters.")
	}
	t.Title = title
	if t.Markdown == "" || len(t.Markdown) > longestText || !utf8.ValidString(t.Markdown) {
		return ErrInvalid.At("texts").Say("Each text needs Markdown of at most 200,000 bytes.")
	}
	return nil
}

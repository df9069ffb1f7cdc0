package templates

import (
	"strings"
	"time"
	"unicode"
)

// AccountFrame is what every page of a person's account has round its content:
// instead of a card in the middle, the sections of the account beside it. A page
// embeds it in the place of Frame and sets Section; internal/web fills the rest.
type AccountFrame struct {
	Frame
	// Section is the one that the page belongs to: overview, profile, security,
	// sessions, applications, activity or privacy.
	Section string
	// Sub says that the page stands below its section's page, to which it leads
	// back.
	Sub bool
	// Person is whose account it is.
	Person Person
	// Done is the code of what has just been done, taken from ?done=: the page
	// says the catalogue's "done_<Done>", or nothing if there is none.
	Done string
}

// Account gives internal/web access to the account's part of the frame.
func (f *AccountFrame) Account() *AccountFrame { return f }

// AccountPage is a page of the account.
type AccountPage interface {
	Page
	// Account is the page's AccountFrame.
	Account() *AccountFrame
}

// At is the address of a path of the account, "" for its overview.
func (f *AccountFrame) At(path string) string {
	return "/realms/" + f.Brand.Slug + "/account" + path
}

// Home is the address of the section's page.
func (f *AccountFrame) Home() string {
	if f.Section == "overview" {
		return f.At("")
	}
	return f.At("/" + f.Section)
}

// Person is a person as their account shows them.
type Person struct {
	Name, Email string
	// AvatarURL is a picture: https, a data URL, or a path of our own. Without
	// one, Initials stand in a circle.
	AvatarURL, Initials string
	// Zone is the person's time zone; nil means UTC.
	Zone *time.Location
}

// Label is what the person is called: the name, else the address.
func (p Person) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// InitialsOf are the first letters of the first and the last word of a name, or
// the first letter of an address.
func InitialsOf(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '@' })
	if strings.Contains(name, "@") {
		words = words[:min(1, len(words))]
	}
	switch len(words) {
	case 0:
		return "·"
	case 1:
		return initial(words[0])
	}
	return initial(words[0]) + initial(words[len(words)-1])
}

// AccountCheck is one line of the security checkup.
type AccountCheck struct {
	// Kind is email, second_factor, passkey or recovery_codes.
	Kind string
	// Good says that nothing needs to be done.
	Good bool
	// Count is how many passkeys or recovery codes there are.
	Count int
	// Path leads below the account to where it can be mended.
	Path string
}

// AccountOverview greets the person and shows how safe the account is.
type AccountOverview struct {
	AccountFrame
	Checks []AccountCheck
	Recent []AccountEntry
}

// Safe says whether every check is good.
func (p *AccountOverview) Safe() bool {
	for _, c := range p.Checks {
		if !c.Good {
			return false
		}
	}
	return true
}

// AccountEntry is one thing that happened in the account.
type AccountEntry struct {
	// Code names the sentence: the catalogue's "activity_<Code>", or a general one.
	Code string
	At   time.Time
	// Detail is what the sentence is about, such as an application's name.
	Detail string
	// Device is where it came from, such as "Firefox, Linux"; Place is a town or
	// the beginning of an IP address. Either may be empty.
	Device, Place string
	// Attention marks what the person should look at.
	Attention bool
}

// accountPages are the pages about the account console.
func accountPages() []Page { return []Page{new(AccountOverview)} }

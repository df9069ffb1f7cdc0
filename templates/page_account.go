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
	// Section is the one that the page belongs to: overview, notifications, profile,
	// security, sessions, applications, activity or privacy.
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
	// Unseen is how many notifications they have not seen, at most 100.
	Unseen int
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
	// Admin says that somebody did it who administers the realm.
	Admin bool
	// Attention marks what the person should look at.
	Attention bool
}

// AccountSafeguard is one thing by which a person signs in, or that keeps others
// from it.
type AccountSafeguard struct {
	// Kind is password, passkeys, providers, factors, recovery_codes or devices.
	Kind  string
	Count int
	// Since is when a password was last changed; zero when that is not known.
	Since time.Time
	// Path leads below the account to its own page.
	Path string
}

// AccountSecurity leads to everything by which the person signs in.
type AccountSecurity struct {
	AccountFrame
	// Ways open the account; Second is asked for after them.
	Ways, Second []AccountSafeguard
}

// AccountSession is one browser in which the person is signed in.
type AccountSession struct {
	ID string
	// Device is such as "Firefox, Linux", or empty; Mobile chooses its picture.
	Device string
	Mobile bool
	// Place is a town, or the beginning of an IP address, or empty.
	Place  string
	SeenAt time.Time
	// Apps are the names of the applications used there.
	Apps []string
}

// AccountSessions lists where the person is signed in.
type AccountSessions struct {
	AccountFrame
	Current AccountSession
	Others  []AccountSession
}

// AccountSessionEnd asks before a device is signed out. It posts to itself.
type AccountSessionEnd struct {
	AccountFrame
	Session AccountSession
}

// AccountSessionsEnd asks before all other devices are signed out. It posts to itself.
type AccountSessionsEnd struct{ AccountFrame }

// AccountApplication is an application that may reach the account.
type AccountApplication struct {
	ID  string
	App App
	// Own says that it belongs to the realm, and needs nobody's permission.
	Own   bool
	Since time.Time
	// Scopes are what it may do, as the page of consent lists them.
	Scopes []string
}

// AccountApplications lists what may reach the account.
type AccountApplications struct {
	AccountFrame
	Applications []AccountApplication
}

// AccountApplicationEnd asks before an application loses its access. It posts to itself.
type AccountApplicationEnd struct {
	AccountFrame
	Application AccountApplication
}

// AccountActivity lists what has happened in the account, the newest first.
type AccountActivity struct {
	AccountFrame
	Entries []AccountEntry
	// Older is the cursor of the next page, empty on the last.
	Older string
	// First says that this is the page of the newest.
	First bool
}

// accountPages are the pages about the account console.
func accountPages() []Page {
	return []Page{
		new(AccountOverview), new(AccountSecurity), new(AccountSessions), new(AccountSessionEnd), new(AccountSessionsEnd),
		new(AccountApplications), new(AccountApplicationEnd), new(AccountActivity),
	}
}

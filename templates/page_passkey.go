package templates

import "time"

// PasskeySignIn is where a person goes on after a passkey did not sign them in. It
// posts credential, filled in by js/passkey.js.
type PasskeySignIn struct {
	Frame
	App App
	// OtherURL leads to the ordinary sign-in.
	OtherURL string
}

// PasskeyConfirm asks for a passkey after the password. It posts credential.
type PasskeyConfirm struct {
	Frame
	App App
	// OtherURL leads to the other second factors.
	OtherURL string
}

// PasskeyEnrol lets a person who needs a second factor make a passkey that. It posts
// credential and label.
type PasskeyEnrol struct {
	Frame
	App   App
	Label string
	// OtherURL leads to the other kinds of second factors.
	OtherURL string
}

// PasskeyItem is one passkey in the list of a person's.
type PasskeyItem struct {
	// Path is where it is changed, below the account.
	Path string
	// Title is the name that the person gave it, or its maker's; may be empty.
	Title string
	// Synced passkeys may be on several devices.
	Synced bool
	// Verifies says that it is enough by itself: it is not only touched.
	Verifies bool
	// Suspected says that there may be a copy of it.
	Suspected bool
	// UsedAt is zero for one that was never used.
	AddedAt, UsedAt time.Time
}

// AccountPasskeys lists a person's passkeys. What js/passkey.js tells the browser's
// password managers stands in RelyingParty, Handle and Credentials (JSON); an empty
// Handle says that there is nothing to tell.
type AccountPasskeys struct {
	AccountFrame
	Passkeys                          []PasskeyItem
	RelyingParty, Handle, Credentials string
	// Full says that there is no room for another one.
	Full bool
}

// AccountPasskeyNew adds a passkey. It posts credential and label.
type AccountPasskeyNew struct {
	AccountFrame
	Label string
}

// AccountPasskey renames one. It posts label.
type AccountPasskey struct {
	AccountFrame
	Passkey PasskeyItem
	Label   string
}

// AccountPasskeyRemove asks whether to remove one.
type AccountPasskeyRemove struct {
	AccountFrame
	Passkey PasskeyItem
}

// passkeyPages are the pages about passkeys.
func passkeyPages() []Page {
	return []Page{
		new(PasskeySignIn), new(PasskeyConfirm), new(PasskeyEnrol),
		new(AccountPasskeys), new(AccountPasskeyNew), new(AccountPasskey), new(AccountPasskeyRemove),
	}
}

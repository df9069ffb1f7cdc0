package templates

import "time"

// AccountExport is a copy of a person's data that was made ready, or is being made.
type AccountExport struct {
	ID        string
	CreatedAt time.Time
	// ReadyAt is zero while it is being made.
	ReadyAt, ExpiresAt time.Time
	// Failed says that it could not be made.
	Failed bool
}

// AccountPrivacy lets a person take their data along or leave. It posts to
// privacy/export and privacy/keep.
type AccountPrivacy struct {
	AccountFrame
	// Exports are the copies that there are, the newest first.
	Exports []AccountExport
	// ErasureAt is when the account will be deleted; zero if it will not.
	ErasureAt time.Time
}

// AccountDelete asks whether a person really wants to delete the account. It posts
// email, the address typed again.
type AccountDelete struct {
	AccountFrame
	Email string
	// Days is how long the person may change their mind.
	Days int
}

// ErasurePending says to a person who signs in that the account is about to be
// deleted. It posts action=keep or action=cancel.
type ErasurePending struct {
	Frame
	App       App
	Account   Account
	ErasureAt time.Time
}

// ErasureNotice is for who is not signed in: it tells what becomes of an account, or
// asks the person who came by the link in the letter whether it stays. It posts token.
type ErasureNotice struct {
	Frame
	// State is scheduled, asking, kept or erased.
	State string
	Token string
}

// privacyPages are the pages about taking one's data along and leaving.
func privacyPages() []Page {
	return []Page{new(AccountPrivacy), new(AccountDelete), new(ErasurePending), new(ErasureNotice)}
}

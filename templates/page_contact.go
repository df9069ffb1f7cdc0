package templates

// The kinds of ConfirmEmail and ConfirmedEmail.
const (
	ConfirmVerify = "verify"
	ConfirmChange = "change"
	ConfirmUndo   = "undo"
)

// ChangeAddress asks for another address in the place of one that was mistyped. It
// posts email with action=change.
type ChangeAddress struct {
	Frame
	App App
	// Email is what was typed before, Present the address until now.
	Email, Present string
	// BackURL leads back to waiting for the code.
	BackURL string
}

// ConfirmEmail stands behind a link: only its button redeems what the link holds. It
// posts nothing.
type ConfirmEmail struct {
	Frame
	// Kind is ConfirmVerify, ConfirmChange or ConfirmUndo.
	Kind string
	// Address is the one that the link proves, Account whose account it is about.
	Address, Account string
}

// ConfirmedEmail says that it was redeemed.
type ConfirmedEmail struct {
	Frame
	Kind string
	// ContinueURL leads into the account, or to a new password.
	ContinueURL string
}

// AccountEmail shows the address of an account. It posts code with action=confirm,
// action=resend or action=cancel.
type AccountEmail struct {
	AccountFrame
	Email    string
	Verified bool
	// Pending is the address that a code is on its way to, or empty; Changing says
	// that it is another than Email.
	Pending  string
	Changing bool
	// Wait is how many seconds must pass before the next code.
	Wait int
}

// AccountEmailChange asks for another address. It posts email.
type AccountEmailChange struct {
	AccountFrame
	// Present is the address until now, Email what was typed before.
	Present, Email string
}

// AccountPhone shows the phone number of an account. It posts as AccountEmail does.
type AccountPhone struct {
	AccountFrame
	// Phone is empty when there is none.
	Phone    string
	Verified bool
	Pending  string
	Wait     int
}

// AccountPhoneChange asks for a number. It posts phone.
type AccountPhoneChange struct {
	AccountFrame
	// Phone is what was typed before.
	Phone string
}

// AccountPhoneRemove asks whether the number shall go. It posts nothing.
type AccountPhoneRemove struct {
	AccountFrame
	Phone string
}

// Clock is Wait as minutes and seconds.
func (p *AccountEmail) Clock() string { return clock(p.Wait) }

// Clock is Wait as minutes and seconds.
func (p *AccountPhone) Clock() string { return clock(p.Wait) }

// contactPages are the pages about proving an address or a phone number.
func contactPages() []Page {
	return []Page{
		new(ChangeAddress), new(ConfirmEmail), new(ConfirmedEmail), new(AccountEmail), new(AccountEmailChange),
		new(AccountPhone), new(AccountPhoneChange), new(AccountPhoneRemove),
	}
}

package templates

// Recover asks for the address to which a way to a new password is sent. It posts
// email.
type Recover struct {
	Frame
	App App
	// Email is what was typed before.
	Email string
	// SignInURL leads back to who remembers the password.
	SignInURL string
}

// RecoverSent says that a letter is on its way if there is an account, which it does
// not tell, and takes the code of it. It posts code with action=confirm, or
// action=resend.
type RecoverSent struct {
	Frame
	// Address is what was typed.
	Address string
	// Wait is how many seconds must pass before the next letter.
	Wait int
	// ChangeURL leads to where another address can be entered.
	ChangeURL string
	// Done is the code of what has just been done.
	Done string
}

// Clock is Wait as minutes and seconds.
func (p *RecoverSent) Clock() string { return clock(p.Wait) }

// RecoverPassword asks who has read the letter for a new password. It posts
// new_password.
type RecoverPassword struct {
	Frame
	// Email is the account's address.
	Email    string
	Password NewPassword
	// Invited says that it is the first one, of somebody who was invited.
	Invited bool
}

// RecoverDone says that the new password is set.
type RecoverDone struct {
	Frame
	// ContinueURL leads to the sign-in.
	ContinueURL string
	// Invited says that it is the first one, of somebody who was invited.
	Invited bool
}

// AccountPassword is where a person changes the password of the account. It posts
// password, if Current is set, and new_password.
type AccountPassword struct {
	AccountFrame
	// First says that there is none yet.
	First bool
	// Current asks for the present one.
	Current  bool
	Password NewPassword
	// ForgotURL leads to where a new one is set by mail.
	ForgotURL string
	// ExpiresDays is within how many days it must be changed; 0: nothing is said.
	ExpiresDays int
}

// recoveryPages are the pages about setting a new password.
func recoveryPages() []Page {
	return []Page{new(Recover), new(RecoverSent), new(RecoverPassword), new(RecoverDone), new(AccountPassword)}
}

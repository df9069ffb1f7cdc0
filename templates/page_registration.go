package templates

import "fmt"

// Register asks for what an account needs. It posts email, new_password and name.
type Register struct {
	Frame
	App App
	// Email and Name are what was typed before.
	Email, Name string
	Password    NewPassword
	// SignInURL leads to those who have an account.
	SignInURL string
}

// CheckInbox waits for the code of a letter that has gone to an address. It posts
// code with action=confirm, or action=resend.
type CheckInbox struct {
	Frame
	App App
	// Address is the masked one.
	Address string
	// Wait is how many seconds must pass before the next letter.
	Wait int
	// Register says that an account is being made.
	Register bool
	// ChangeURL leads to where another address can be entered; empty when it cannot.
	ChangeURL string
	// Done is the code of what has just been done.
	Done string
}

// RegisterConfirm ends a registration by the link of the letter. It posts
// new_password if Choose is set, else nothing.
type RegisterConfirm struct {
	Frame
	App     App
	Address string
	// Choose says that the browser is not the one that asked, so that the password is
	// chosen here.
	Choose   bool
	Password NewPassword
}

// RegisterDone says that the account is there, to somebody who is not signed in.
type RegisterDone struct {
	Frame
	// ContinueURL leads to the sign-in.
	ContinueURL string
}

// registrationPages are the pages about making an account.
func registrationPages() []Page {
	return []Page{new(Register), new(CheckInbox), new(RegisterConfirm), new(RegisterDone)}
}

// Clock is Wait as minutes and seconds.
func (p *CheckInbox) Clock() string { return clock(p.Wait) }

// clock writes seconds as m:ss, which every language reads.
func clock(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

// Focus is the input where the person must act next: the first faulty one, else the
// first empty one.
func (p *Register) Focus() string {
	switch {
	case p.ProblemAt("email") != nil, p.Email == "":
		return "email"
	case p.ProblemAt("name") != nil:
		return "name"
	}
	return "new_password"
}

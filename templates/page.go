package templates

import (
	"net/http"
	"slices"
)

// Page is one page: a pointer to one of the structs of the files page*.go, whose name in
// lower case is the name of its template.
type Page interface {
	// Base is the page's Frame.
	Base() *Frame
}

// App is the application on whose behalf a page is shown.
type App struct {
	Name, LogoURL, HomeURL string
	// Host is where the person is sent afterwards, e.g. "app.example.com".
	Host string
}

// Account is a person as they know themselves.
type Account struct{ Name, Email string }

// SignIn asks for e-mail address and password. It posts email and password.
type SignIn struct {
	Frame
	App App
	// Email is what was typed before, or the application's hint.
	Email string
	// Providers are other places at which people can sign in.
	Providers []Provider
	// ForgotURL leads to where a new password is set by mail.
	ForgotURL string
	// RegisterURL leads to where an account is made; empty where nobody may.
	RegisterURL string
}

// SelectAccount asks whether to go on as the account that is signed in. It posts
// action=continue or action=another.
type SelectAccount struct {
	Frame
	App     App
	Account Account
}

// PasswordChange makes a person choose a new password before they go on. It
// posts new_password.
type PasswordChange struct {
	Frame
	App      App
	Email    string
	Password NewPassword
}

// Consent asks whether an application may have what it asks for. It posts
// action=allow or action=deny.
type Consent struct {
	Frame
	App     App
	Account Account
	// Scopes are what the application asks for, without openid where more is
	// asked; known names are put in a person's words.
	Scopes []string
}

// SignOut asks for confirmation, because the request to sign out could have come
// from anyone. It posts action=signout, with Fields.
type SignOut struct {
	Frame
	App     App
	Account Account
	Fields  []Field
}

// SignedOut says that the session has ended.
type SignedOut struct {
	Frame
	App App
	// ReturnURL leads back to the application; empty when it is not known.
	ReturnURL string
	// AgainURL leads to signing in again, for who came from their account.
	AgainURL string
}

// FormPost hands the answer of the authorization endpoint to the application by
// a form that submits itself (OAuth 2.0 Form Post Response Mode).
type FormPost struct {
	Frame
	App App
	// Action is the redirect URI, already matched against the registered ones.
	Action string
	Fields []Field
}

// ErrorPage says what went wrong, without detail that belongs in the log.
type ErrorPage struct {
	Frame
	// App is known when the failure came after the application was found.
	App    App
	Status int
	// Code is a stable name of the failure; its sentence is taken from the
	// catalogue ("fault_<Code>") or else is Message.
	Code, Message string
	// RequestID finds the log line.
	RequestID string
	// BackURL leads to a place where the person can go on; empty when none.
	BackURL string
}

// pages lists every page once, for parsing and for the tests that compare
// structs and files.
func pages() []Page {
	return slices.Concat(
		[]Page{
			new(SignIn), new(SelectAccount), new(PasswordChange), new(Consent),
			new(SignOut), new(SignedOut), new(FormPost), new(ErrorPage),
		},
		recoveryPages(), registrationPages(), contactPages(), profilePages(), privacyPages(), securityPages(),
		mfaPages(), passkeyPages(), federationPages(), accountPages(), outboxPages(), letterPages(), referencePages(), termsPages(), noticePages(),
	)
}

// Problem is what the page is about.
func (p *ErrorPage) Problem() Problem { return Problem{Code: p.Code, Message: p.Message} }

// Label is what the account is called: the person's name, else the address.
func (a Account) Label() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// Focus is the input where the person must act next: the first faulty one, else
// the first empty one.
func (p *SignIn) Focus() string {
	switch {
	case p.ProblemAt("email") != nil:
		return "email"
	case p.ProblemAt("password") != nil, p.Email != "":
		return "password"
	}
	return "email"
}

// Restart says whether the only way on is to begin again at the application: the
// request was wrong or too late, and nothing leads back into it.
func (p *ErrorPage) Restart() bool {
	return p.BackURL == "" && (p.Status == http.StatusBadRequest || p.Status == http.StatusMethodNotAllowed || p.Status == http.StatusGone)
}

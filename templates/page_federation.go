package templates

import "time"

// Provider is another place at which people can sign in.
type Provider struct {
	// Slug names it in addresses, Name is what people call it.
	Slug, Name string
}

// FederationStart leads a person to the provider at once. It is a page, and no
// redirect, because browsers hold form-action against the redirects that follow a
// form, and where a provider sends people on is not known here.
type FederationStart struct {
	Frame
	App      App
	Provider Provider
	// URL is the authorization request.
	URL string
}

// FederationProve says that the address upstream is that of an account here, and that
// the person has to sign in to it first.
type FederationProve struct {
	Frame
	App      App
	Provider Provider
	Email    string
	// SignInURL leads to the ordinary sign-in.
	SignInURL string
}

// FederationLink asks whether the identity upstream may sign in to the account from
// now on. It posts action=link or action=skip.
type FederationLink struct {
	Frame
	App      App
	Account  Account
	Provider Provider
	// Label is what the identity is called upstream, such as its address.
	Label string
}

// FederationFailed says that signing in at the provider came to nothing.
type FederationFailed struct {
	Frame
	App      App
	Provider Provider
	// Code names the reason; its sentence is the catalogue's "fault_<Code>".
	Code string
	// SignInURL leads to the ordinary sign-in.
	SignInURL string
}

// Problem is what the page is about.
func (p *FederationFailed) Problem() Problem { return Problem{Code: p.Code} }

// AccountProvider is a provider that is linked with the account.
type AccountProvider struct {
	ID       string
	Provider Provider
	// Label is what the person is called there.
	Label string
	// LinkedAt is when, UsedAt zero when it has never been used.
	LinkedAt, UsedAt time.Time
	// Off says that nobody can sign in there at the moment.
	Off bool
}

// AccountProviders lists linked providers and those that can be. Its forms post to
// providers/SLUG/link.
type AccountProviders struct {
	AccountFrame
	Linked    []AccountProvider
	Available []Provider
}

// AccountProviderUnlink asks whether to take a link away. It posts to itself.
type AccountProviderUnlink struct {
	AccountFrame
	Linked AccountProvider
}

// federationPages are the pages about signing in through another provider.
func federationPages() []Page {
	return []Page{
		new(FederationStart), new(FederationProve), new(FederationLink), new(FederationFailed),
		new(AccountProviders), new(AccountProviderUnlink),
	}
}

package federation

// situation is what decide must know of a person who came back from a provider.
type situation struct {
	// linked: the identity belongs to a user; active: who may sign in.
	linked, active bool
	// address: an e-mail address was told that an account can have.
	address bool
	// vouched: a provider that is trusted for addresses says that this one is its
	// user's.
	vouched bool
	// exists: an account has the address; owned: and has shown that it is its own;
	// open: and its user may sign in.
	exists, owned, open bool
	// mayRegister: realm, application and provider all let people in who have no
	// account.
	mayRegister bool
}

// verdict is what becomes of a person who came back from a provider.
type verdict int

const (
	refuse        verdict = iota
	enter                 // sign in
	link                  // link with the account that has the address, sign in
	reclaim               // take the account from whoever made it, link, sign in
	prove                 // show that the account is yours first
	register              // make an account, link, sign in
	refuseAddress         // there is nothing to make an account of
	refuseUnknown         // no account, and none may be made
)

// decide is the one place that says what an identity is worth. An address is only ever
// looked at for an identity that belongs to nobody (security rules FED-01, FED-08,
// FED-09).
func decide(s situation) verdict {
	switch {
	case s.linked && !s.active:
		return refuse
	case s.linked:
		return enter
	case !s.address:
		return refuseAddress
	case s.exists && !s.open:
		return refuse
	case s.exists && !s.vouched:
		return prove
	case s.exists && s.owned:
		return link
	case s.exists:
		return reclaim
	case s.mayRegister:
		return register
	}
	return refuseUnknown
}

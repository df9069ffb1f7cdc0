package limit

import (
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/ratelimit"
)

// Faults of the room.
var (
	// ErrReached says that there were too many requests, and when to come back.
	ErrReached = fault.New(fault.Limited, "too_many_requests", "There were too many requests. Please wait a moment and try again.")
	// ErrNotFound says that no limit has that name.
	ErrNotFound = fault.New(fault.NotFound, "limit_not_found", "There is no limit of that name.")
)

// By is what a limit counts by.
type By string

// What limits count by. The address of a client is an IPv4 address or the /64 of an IPv6
// address.
const (
	ByIP          By = "ip"
	ByRealm       By = "realm"
	ByAccount     By = "account"     // as typed, whether there is one or not
	ByDestination By = "destination" // a mail address or telephone number that would be written to
	ByClient      By = "client"      // as claimed
	ByUser        By = "user"        // who is signed in
	ByCaller      By = "caller"      // of the administration: a person, application or key
)

// Names of the limits.
const (
	SignIn        = "sign_in"
	SignInIP      = "sign_in_ip"
	SignInRealm   = "sign_in_realm"
	Registration  = "registration"
	Recovery      = "recovery"
	Message       = "message"
	Code          = "code"
	Authorization = "authorization"
	Token         = "token"
	Introspection = "introspection"
	Userinfo      = "userinfo"
	Account       = "account"
	AdminIP       = "admin_ip"
	Admin         = "admin"
)

// Spec describes a limit of the house.
type Spec struct {
	Name    string
	By      []By
	Default []ratelimit.Limit
	Summary string
}

// Catalogue lists all limits, in the order of their names.
func Catalogue() []Spec {
	spec := func(name, limits, summary string, by ...By) Spec {
		return Spec{name, by, ratelimit.Must(limits), summary}
	}
	all := []Spec{
		spec(SignIn, "5/m", "Attempts to sign in to one account by password from one address.", ByIP, ByAccount),
		spec(SignInIP, "100/m", "Attempts to sign in from one address, to whichever account and by whichever means.", ByIP),
		spec(SignInRealm, "6000/m", "Attempts to sign in to the realm, from wherever.", ByRealm),
		spec(Registration, "3/m", "Registrations from one address.", ByIP),
		spec(Recovery, "10/m", "Lost passwords told of from one address.", ByIP),
		spec(Message, "20/day", "Forms that have a message sent to one mail address or telephone number.", ByDestination),
		spec(Code, "30/m", "Codes and links entered from one address.", ByIP),
		spec(Authorization, "600/m", "Authorization requests from one address.", ByIP),
		spec(Token, "1200/m", "Requests of one client to the token and revocation endpoints from one address.", ByIP, ByClient),
		spec(Introspection, "6000/m", "Requests of one client to the introspection endpoint from one address.", ByIP, ByClient),
		spec(Userinfo, "6000/m", "Requests to the userinfo endpoint from one address.", ByIP),
		spec(Account, "300/m", "Pages and requests of one person in their account.", ByUser),
		spec(AdminIP, "6000/m", "Requests to the administration from one address, whoever sends them.", ByIP),
		spec(Admin, "6000/m", "Requests of one caller to the administration.", ByCaller),
	}
	slices.SortFunc(all, func(a, b Spec) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}

// specs is the catalogue by name.
func specs() map[string]Spec {
	all := map[string]Spec{}
	for _, s := range Catalogue() {
		all[s.Name] = s
	}
	return all
}

// Limit is a limit as it holds in a realm.
type Limit struct {
	Spec
	Limits []ratelimit.Limit
	// Version is 0 while the realm has set nothing.
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

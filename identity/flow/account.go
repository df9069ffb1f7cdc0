package flow

import (
	"context"
	"net/url"
	"strings"
)

const (
	// returnTo is the parameter of an account flow that names its end.
	returnTo = "return"
	// AccountPath is where the account console stands below the realm.
	AccountPath = "/account"
)

// AccountRequest is what a flow into the account console starts from.
type AccountRequest struct {
	// Browser is the cookie that Bind returned.
	Browser string
	// Return is the path below the realm at which the person goes on. Anything
	// that is not the console becomes its first page, so that no address that a
	// stranger made leads anywhere else.
	Return string
	// Fresh demands a new sign-in.
	Fresh bool
	// ACRValues are what the new sign-in must reach, e.g. two factors.
	ACRValues []string
	// SessionID is the browser's session now; empty when there is none.
	SessionID string
	// LoginHint is the address to begin with.
	LoginHint string
	Language  string
}

// StartAccount stores a flow of the realm in the context that leads into the account
// console.
func (s *Service) StartAccount(ctx context.Context, r AccountRequest) (*Flow, error) {
	request := Request{
		Browser: r.Browser, Parameters: url.Values{returnTo: {consolePath(r.Return)}}, ACRValues: r.ACRValues,
		SessionID: r.SessionID, LoginHint: r.LoginHint, Language: r.Language,
	}
	if r.Fresh {
		request.Prompt = []string{"login"}
	}
	return s.Start(ctx, request)
}

// consolePath is the path if it is one of the console, else the console's first page.
func consolePath(path string) string {
	u, err := url.Parse(path)
	switch {
	case err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "":
	case strings.Contains(path, "\\") || strings.Contains(path, "//") || strings.Contains(u.Path, "/.") || len(path) > 500:
	case u.Path == AccountPath || strings.HasPrefix(u.Path, AccountPath+"/"):
		return path
	}
	return AccountPath
}

// EndURL is where a finished flow of the account console leads.
func (f *Flow) EndURL() string { return f.base() + consolePath(f.Return()) }

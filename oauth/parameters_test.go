package oauth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/tenant/application"
)

// Two readers of one JSON object must not come to different members (RFC 8725 §2.4).
func TestUniqueMembers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{}`: true, `{"a":1,"b":{"a":[{"a":null}]}}`: true, `"x"`: true,
		`{"a":1,"a":2}`: false, `{"b":{"a":1,"a":1}}`: false, `{"a":1,"\u0061":2}`: false, `[{"a":1,"a":2}]`: false,
		`{`: false, ``: false, `{} {}`: false, `{"a":}`: false, strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40): false,
	} {
		if got := uniqueMembers([]byte(text)); got != want {
			t.Errorf("%.40s: %v, want %v", text, got, want)
		}
	}
}

func TestValidChallenge(t *testing.T) {
	t.Parallel()
	good := "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 §B
	for challenge, want := range map[string]bool{
		good: true, good[:42]: false, good + "A": false, good[:42] + "=": false, good[:42] + "+": false, good[:42] + "é": false, "": false,
	} {
		if got := validChallenge(challenge); got != want {
			t.Errorf("%q: %v, want %v", challenge, got, want)
		}
	}
}

// Each way to authenticate, alone; two at once are refused before either is looked at.
func TestPresentedCredentials(t *testing.T) {
	t.Parallel()
	basicOf := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for why, c := range map[string]struct {
		header []string
		form   url.Values
		want   credentials
		code   string
	}{
		"basic":           {[]string{basicOf("a%3Ab:s%20t%2B")}, nil, credentials{clientID: "a:b", method: application.AuthBasic, secret: "s t+"}, ""},
		"basic, same id":  {[]string{basicOf("a:s")}, url.Values{"client_id": {"a"}}, credentials{clientID: "a", method: application.AuthBasic, secret: "s"}, ""},
		"post":            {nil, url.Values{"client_id": {"a"}, "client_secret": {"s"}}, credentials{clientID: "a", method: application.AuthPost, secret: "s"}, ""},
		"none":            {nil, url.Values{"client_id": {"a"}}, credentials{clientID: "a", method: application.AuthNone}, ""},
		"assertion":       {nil, url.Values{"client_assertion": {"x"}, "client_assertion_type": {assertionType}}, credentials{method: application.AuthPrivateKeyJWT, assertion: "x"}, ""},
		"other assertion": {nil, url.Values{"client_assertion": {"x"}, "client_assertion_type": {"saml"}}, credentials{}, "invalid_client"},
		"empty secret":    {nil, url.Values{"client_id": {"a"}, "client_secret": {""}}, credentials{clientID: "a", method: application.AuthNone}, ""},
		"nothing":         {nil, nil, credentials{}, "invalid_client"},
		"two headers":     {[]string{basicOf("a:s"), basicOf("b:s")}, nil, credentials{}, "invalid_request"},
		"header and form": {[]string{basicOf("a:s")}, url.Values{"client_secret": {"s"}}, credentials{}, "invalid_request"},
		"form and jwt":    {nil, url.Values{"client_secret": {"s"}, "client_assertion": {"x"}}, credentials{}, "invalid_request"},
		"header and jwt":  {[]string{basicOf("a:s")}, url.Values{"client_assertion_type": {assertionType}}, credentials{}, "invalid_request"},
		"two ids":         {[]string{basicOf("a:s")}, url.Values{"client_id": {"b"}}, credentials{}, "invalid_request"},
		"loose base64":    {[]string{"Basic YTpzYQ"}, nil, credentials{}, "invalid_client"},
		"no id":           {[]string{basicOf(":s")}, nil, credentials{}, "invalid_client"},
		"bearer":          {[]string{"Bearer x"}, nil, credentials{}, "invalid_client"},
	} {
		got, err := presented(&http.Request{Header: http.Header{"Authorization": c.header}}, c.form)
		if code := codeOf(err); code != c.code || got != c.want {
			t.Errorf("%s: %+v, %q; want %+v, %q", why, got, code, c.want, c.code)
		}
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return asError(err).Code
}

// What is revoked stays so until no token can be alive, on this node and on those that hear of it.
func TestRevocationsAreRememberedUntilTheyExpire(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	here, there := newRevocations(func() time.Time { return now }), newRevocations(func() time.Time { return now })
	entry := revocation{"realm", revokedToken, "a jti with spaces"}
	until := now.Add(time.Hour)
	here.add(entry, until)
	there.changed(entry.key(until))
	there.changed("nonsense")
	there.changed("a b c d")
	for _, node := range []*revocations{here, there} {
		if !node.has("realm", revokedToken, "a jti with spaces") {
			t.Error("forgotten")
		}
		for _, other := range []revocation{{"other", revokedToken, entry.subject}, {"realm", revokedGrant, entry.subject}, {"realm", revokedToken, "x"}, {"realm", revokedToken, ""}} {
			if node.has(other.realmID, other.kind, other.subject) {
				t.Errorf("%+v is taken for revoked", other)
			}
		}
	}
	now = until.Add(2 * time.Minute)
	here.add(revocation{"realm", revokedToken, "next"}, now.Add(time.Hour))
	if here.has(entry.realmID, entry.kind, entry.subject) {
		t.Error("an expired entry is kept for ever")
	}
}

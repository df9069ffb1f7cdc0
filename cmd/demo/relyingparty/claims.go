package relyingparty

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// claim is one line of a card.
type claim struct {
	Name, Value, Meaning string
}

// decode returns the claims of a JWT without checking it: for showing only. An
// application treats its access token as opaque; the ID token was verified when
// it was received.
func decode(token string) (document, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, false
	}
	var d document
	if json.Unmarshal(payload, &d) != nil {
		return nil, false
	}
	return d, true
}

// claims lists d with the protocol's claims first, in the order in which one
// reads a token: who said it, about whom, for whom, until when.
func claims(d document) []claim {
	order := []string{"active", "iss", "sub", "aud", "azp", "client_id", "scope", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "jti", "at_hash"}
	var lines []claim
	for _, name := range order {
		if raw, ok := d[name]; ok {
			lines = append(lines, line(name, raw))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d)) {
		if !slices.Contains(order, name) {
			lines = append(lines, line(name, d[name]))
		}
	}
	return lines
}

func line(name string, raw json.RawMessage) claim {
	c := claim{Name: name, Meaning: meaning(name)}
	var text string
	var seconds int64
	switch {
	case json.Unmarshal(raw, &text) == nil:
		c.Value = text
	case isTime(name) && json.Unmarshal(raw, &seconds) == nil:
		c.Value = string(raw) + " · " + time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05 UTC")
	default:
		var compact bytes.Buffer
		if json.Compact(&compact, raw) != nil {
			compact.Reset()
			compact.Write(raw)
		}
		c.Value = compact.String()
	}
	return c
}

func isTime(name string) bool {
	return slices.Contains([]string{"exp", "iat", "nbf", "auth_time", "updated_at"}, name)
}

// meaning says in a few words what a claim tells.
func meaning(name string) string {
	switch name {
	case "active":
		return "whether the token counts now"
	case "iss":
		return "who says this: the realm"
	case "sub":
		return "whom it is about: stable, never reused"
	case "aud":
		return "whom it is for"
	case "azp", "client_id":
		return "the application that asked"
	case "scope":
		return "what it allows"
	case "exp":
		return "when it ends"
	case "iat":
		return "when it was made"
	case "auth_time":
		return "when the person signed in"
	case "nonce":
		return "ties it to this sign-in"
	case "acr":
		return "how sure the server is"
	case "amr":
		return "how the person proved it"
	case "sid":
		return "the session at the server"
	case "jti":
		return "the token's own id"
	case "gid":
		return "the grant that it came from"
	case "at_hash":
		return "ties it to the access token"
	case "realm":
		return "the realm's short name"
	case "token_type":
		return "how to present it"
	case "email_verified":
		return "whether the address was proven"
	default:
		return ""
	}
}

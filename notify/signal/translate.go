package signal

import (
	"encoding/json"
	"fmt"

	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/identity/user"
	"authserver/internal/event"
)

// signalled is an event of ours in the words of CAEP and RISC.
type signalled struct {
	uri       string
	userID    string
	sessionID string // "" unless it is about one session
	details   map[string]any
}

// translate says what receivers are told of the event; nothing for most.
func translate(e event.Event) ([]signalled, error) {
	switch e.Type {
	case session.Ended{}.EventType():
		var p session.Ended
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Type, err)
		}
		return []signalled{caep(e, SessionRevoked, p.UserID, e.Ref.ID, nil)}, nil
	case user.Suspended{}.EventType():
		return []signalled{{AccountDisabled, e.Ref.ID, "", map[string]any{}}}, nil
	case user.Restored{}.EventType():
		return []signalled{{AccountEnabled, e.Ref.ID, "", map[string]any{}}}, nil
	case user.Deleted{}.EventType():
		return []signalled{{AccountPurged, e.Ref.ID, "", map[string]any{}}}, nil
	case mfa.Reset{}.EventType():
		var p mfa.Reset
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Type, err)
		}
		var all []signalled
		for _, factor := range p.Factors {
			all = append(all, credential(e, factor, "delete")...)
		}
		return all, nil
	}
	factor, change, err := changed(e)
	if err != nil || factor == "" {
		return nil, err
	}
	return credential(e, factor, change), nil
}

// changed says which credential an event changes, and how; "" for none.
func changed(e event.Event) (factor, change string, err error) {
	switch e.Type {
	case user.PasswordChanged{}.EventType():
		return "password", "update", nil
	case totp.Enabled{}.EventType():
		return "totp", "create", nil
	case totp.Removed{}.EventType():
		return "totp", "delete", nil
	case passkey.Registered{}.EventType():
		return "passkey", "create", nil
	case passkey.Revoked{}.EventType():
		return "passkey", "revoke", nil
	case mfa.FactorEnabled{}.EventType(), mfa.FactorRemoved{}.EventType():
		var p mfa.FactorEnabled // both say the same
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return "", "", fmt.Errorf("read %s: %w", e.Type, err)
		}
		if e.Type == (mfa.FactorRemoved{}).EventType() {
			return p.Factor, "delete", nil
		}
		return p.Factor, "create", nil
	}
	return "", "", nil
}

// credential tells of a factor in CAEP's words (CAEP 1.0 §3.3). It has none for codes by
// mail. What kind of device holds a passkey is not known when it goes, so all are called
// those of a platform.
func credential(e event.Event, factor, change string) []signalled {
	kind, known := map[string]string{"password": "password", "totp": "app", "sms": "phone-sms", "passkey": "fido2-platform"}[factor]
	if !known {
		return nil
	}
	return []signalled{caep(e, CredentialChange, e.Ref.ID, "", map[string]any{"credential_type": kind, "change_type": change})}
}

// caep adds what all events of CAEP may say (CAEP 1.0 §2).
func caep(e event.Event, uri, userID, sessionID string, details map[string]any) signalled {
	if details == nil {
		details = map[string]any{}
	}
	details["event_timestamp"] = e.At.Unix()
	details["initiating_entity"] = initiator(e, userID)
	return signalled{uri, userID, sessionID, details}
}

func initiator(e event.Event, userID string) string {
	switch {
	case e.Actor.Kind == event.System:
		return "system"
	case e.Actor.Kind == event.Anonymous, e.Actor.Kind == event.User && e.Actor.ID == userID:
		return "user"
	default:
		return "admin"
	}
}

// subject names a person, and their session if it is about one, as receivers know them
// from the realm's tokens (RFC 9493, SSF 1.0 §3).
func (d signalled) subject(issuer string) map[string]any {
	person := map[string]any{"format": "iss_sub", "iss": issuer, "sub": d.userID}
	if d.sessionID == "" {
		return person
	}
	return map[string]any{"format": "complex", "user": person, "session": map[string]any{"format": "opaque", "id": d.sessionID}}
}

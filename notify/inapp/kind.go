package inapp

import (
	"regexp"
	"slices"
)

// Channel is a way in which a person is told.
type Channel string

// The channels.
const (
	Account Channel = "account"
	Mail    Channel = "email"
	SMS     Channel = "sms"
)

// Topic is what a person decides about.
type Topic struct {
	Slug string
	// Security topics always stay in the account.
	Security bool
	// Mails says whether mails of the topic are sent unless the person says otherwise;
	// Always, that letters of their own tell of it whatever the person says.
	Mails, Always bool
	// Texts says that a person may choose SMS.
	Texts bool
}

// Topics are all topics, in the order in which they are shown.
func Topics() []Topic {
	return []Topic{
		{Slug: "sign_in", Security: true, Mails: true, Always: true, Texts: true},
		{Slug: "password", Security: true, Mails: true, Always: true, Texts: true},
		{Slug: "factors", Security: true, Mails: true, Always: true, Texts: true},
		{Slug: "contact", Security: true, Mails: true, Always: true, Texts: true},
		{Slug: "data", Security: true, Mails: true, Always: true, Texts: true},
		{Slug: "access"},
		{Slug: "applications", Mails: true},
		{Slug: "documents"},
		{Slug: "messages"},
	}
}

// FindTopic returns the topic of that name.
func FindTopic(slug string) (Topic, bool) {
	all := Topics()
	i := slices.IndexFunc(all, func(t Topic) bool { return t.Slug == slug })
	if i < 0 {
		return Topic{}, false
	}
	return all[i], true
}

// Default reports whether a channel is used where the person has said nothing.
func (t Topic) Default(c Channel) bool {
	return c == Account || c == Mail && t.Mails
}

// Offers reports whether the topic can use the channel at all.
func (t Topic) Offers(c Channel) bool {
	switch c {
	case Account, Mail:
		return true
	case SMS:
		return t.Texts
	}
	return false
}

// Fixed reports whether the person has no say: the channel is on.
func (t Topic) Fixed(c Channel) bool {
	return c == Account && t.Security || c == Mail && t.Always
}

// Kind is what a notification is about. The house's kinds are named after the event that
// they tell of; a realm's own kinds are the slugs of its templates.
type Kind struct {
	Slug  string
	Topic string
	Icon  string
	// Link leads to a page below the realm; empty for none.
	Link string
	// Advice names a sentence of the catalogue ("notice_advice_…") for the body.
	Advice string
	// Urgent kinds stand out.
	Urgent bool
	// Letter says that no mail is made of it: a letter of its own tells of it, or none does.
	Letter bool
}

// priority is that of a notification of the kind.
func (k Kind) priority() Priority {
	if k.Urgent {
		return High
	}
	return Normal
}

// Message is the kind of what an administrator says in their own words.
const Message = "message"

// NewDevice is the kind of a sign-in from a device that was not seen before.
const NewDevice = "security_device_new"

// Kinds are the house's kinds.
func Kinds() []Kind {
	const security, not = "/account/security", "not_you"
	return []Kind{
		{Slug: NewDevice, Topic: "sign_in", Icon: "device", Link: "/account/devices", Advice: not, Urgent: true, Letter: true},
		{Slug: "security_sign_in_suspicious", Topic: "sign_in", Icon: "warn", Link: "/account/activity", Advice: not, Urgent: true, Letter: true},
		{Slug: "security_sign_in_blocked", Topic: "sign_in", Icon: "warn", Link: "/account/activity", Advice: "locked", Urgent: true, Letter: true},
		{Slug: "session_ended", Topic: "sign_in", Icon: "device", Link: "/account/sessions", Letter: true},
		{Slug: "login_locked", Topic: "sign_in", Icon: "warn", Link: "/account/activity", Advice: "locked", Urgent: true, Letter: true},
		{Slug: "mfa_locked", Topic: "sign_in", Icon: "warn", Link: "/account/activity", Advice: "locked", Urgent: true},
		{Slug: "user_password_changed", Topic: "password", Icon: "lock", Link: security, Advice: not, Urgent: true, Letter: true},
		{Slug: "user_totp_enabled", Topic: "factors", Icon: "shield", Link: security, Advice: not, Letter: true},
		{Slug: "user_totp_removed", Topic: "factors", Icon: "shield", Link: security, Advice: not, Urgent: true, Letter: true},
		{Slug: "mfa_factor_enabled", Topic: "factors", Icon: "shield", Link: security, Advice: not, Letter: true},
		{Slug: "mfa_factor_removed", Topic: "factors", Icon: "shield", Link: security, Advice: not, Urgent: true, Letter: true},
		{Slug: "mfa_reset", Topic: "factors", Icon: "shield", Link: security, Advice: not, Urgent: true, Letter: true},
		{Slug: "mfa_recovery_codes_made", Topic: "factors", Icon: "code", Link: security, Advice: not, Letter: true},
		{Slug: "mfa_recovery_code_used", Topic: "factors", Icon: "code", Link: security, Advice: not, Urgent: true, Letter: true},
		{Slug: "passkey_registered", Topic: "factors", Icon: "passkey", Link: "/account/passkeys", Advice: not, Letter: true},
		{Slug: "passkey_revoked", Topic: "factors", Icon: "passkey", Link: "/account/passkeys", Advice: not, Urgent: true, Letter: true},
		{Slug: "passkey_clone_suspected", Topic: "factors", Icon: "warn", Link: "/account/passkeys", Urgent: true, Letter: true},
		{Slug: "user_provider_linked", Topic: "factors", Icon: "link", Link: "/account/providers", Advice: not, Letter: true},
		{Slug: "user_provider_unlinked", Topic: "factors", Icon: "link", Link: "/account/providers", Advice: not, Letter: true},
		{Slug: "user_email_changed", Topic: "contact", Icon: "mail", Link: "/account/profile", Advice: not, Urgent: true, Letter: true},
		{Slug: "user_phone_verified", Topic: "contact", Icon: "phone", Link: "/account/profile", Advice: not, Letter: true},
		{Slug: "user_phone_removed", Topic: "contact", Icon: "phone", Link: "/account/profile", Advice: not, Letter: true},
		{Slug: "privacy_exported", Topic: "data", Icon: "download", Link: "/account/privacy", Advice: "export", Letter: true},
		{Slug: "user_erasure_scheduled", Topic: "data", Icon: "trash", Link: "/account/privacy", Advice: not, Urgent: true, Letter: true},
		{Slug: "user_erasure_cancelled", Topic: "data", Icon: "check", Link: "/account/privacy", Letter: true},
		{Slug: "role_assignment_created", Topic: "access", Icon: "key"},
		{Slug: "role_assignment_deleted", Topic: "access", Icon: "key"},
		{Slug: "consent_granted", Topic: "applications", Icon: "apps", Link: "/account/applications", Advice: "application", Letter: true},
		{Slug: "consent_revoked", Topic: "applications", Icon: "apps", Link: "/account/applications", Letter: true},
		{Slug: "document_activated", Topic: "documents", Icon: "check", Link: "/account/privacy/documents", Advice: "document"},
		{Slug: "webhook_disabled", Topic: "messages", Icon: "warn", Advice: "webhook", Urgent: true},
		{Slug: Message, Topic: "messages", Icon: "mail"},
	}
}

// FindKind returns a kind of the house.
func FindKind(slug string) (Kind, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k Kind) bool { return k.Slug == slug })
	if i < 0 {
		return Kind{}, false
	}
	return all[i], true
}

// kindOf is a kind of the house or, of that name, one of a realm.
func kindOf(slug string) Kind {
	if k, ok := FindKind(slug); ok {
		return k
	}
	return Kind{Slug: slug, Topic: "messages", Icon: "mail"}
}

// slugForm is what the names of kinds and icons look like.
var slugForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

// placeholdersOf are the values that the house's kinds bring beside those of every kind.
func placeholdersOf() []string { return []string{"detail", "device", "place"} }

// channels are all channels, in the order in which they are shown.
func channels() []Channel { return []Channel{Account, Mail, SMS} }

// Code generated from the payload types of all rooms by "make events"; DO NOT EDIT.

package server

import (
	"authserver/consent"
	"authserver/consent/preference"
	"authserver/consent/terms"
	"authserver/identity/bulk"
	"authserver/identity/contact"
	"authserver/identity/directory"
	"authserver/identity/federation"
	"authserver/identity/flow"
	"authserver/identity/invitation"
	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/privacy"
	"authserver/identity/profile"
	"authserver/identity/recovery"
	"authserver/identity/registration"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/notify/inapp"
	"authserver/notify/message"
	"authserver/notify/signal"
	"authserver/notify/webhook"
	"authserver/oauth"
	"authserver/oauth/key"
	"authserver/rbac"
	"authserver/rbac/policy"
	"authserver/tenant/application"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
	"authserver/watch/audit"
	"authserver/watch/queue"
	"authserver/watch/security"
)

// recorded are all types of events, by room.
func recorded() []event.Kind {
	return []event.Kind{
		{Payload: consent.Granted{}, Room: "consent", Description: "Recorded each time a person agrees, also to what they agreed to before."},
		{Payload: consent.Revoked{}, Room: "consent", Description: "Recorded when what was granted to an application is taken back."},
		{Payload: preference.Updated{}, Room: "consent/preference", Description: "Recorded when a person allows or forbids a purpose."},
		{Payload: terms.Accepted{}, Room: "consent/terms", Description: "Recorded when a person agrees to a version."},
		{Payload: terms.Activated{}, Room: "consent/terms", Description: "Recorded when somebody puts a version in force, or plans to."},
		{Payload: terms.Created{}, Room: "consent/terms", Description: "Recorded when a version is written down."},
		{Payload: terms.Deleted{}, Room: "consent/terms", Description: "Recorded when a draft is thrown away."},
		{Payload: terms.Pinned{}, Room: "consent/terms", Description: "Recorded when an application demands other documents."},
		{Payload: terms.Updated{}, Room: "consent/terms", Description: "Recorded when a draft changes."},
		{Payload: terms.Withdrawn{}, Room: "consent/terms", Description: "Recorded when a version is no longer in force, or no longer planned, without another in its place."},
		{Payload: bulk.CancelledEvent{}, Room: "identity/bulk", Description: "Recorded when an administrator ends a job early. Done rows stay done."},
		{Payload: bulk.FinishedEvent{}, Room: "identity/bulk", Description: "Recorded when all rows of a job are done or have failed."},
		{Payload: bulk.RequestedEvent{}, Room: "identity/bulk", Description: "Recorded when an administrator asks for a job."},
		{Payload: contact.EmailChangeRequested{}, Room: "identity/contact", Description: "Recorded when a person wants another address. It names none."},
		{Payload: directory.Merged{}, Room: "identity/directory", Description: "Recorded when an account has taken another one in, which is erased."},
		{Payload: federation.Failed{}, Room: "identity/federation", Description: "Recorded when a person came back from a provider and was not let in."},
		{Payload: federation.Linked{}, Room: "identity/federation", Description: "Recorded when an identity can sign in to an account from now on."},
		{Payload: federation.ProviderCreated{}, Room: "identity/federation", Description: "Recorded when a realm gets a provider."},
		{Payload: federation.ProviderDeleted{}, Room: "identity/federation", Description: "Recorded when a provider is gone, with all links to it."},
		{Payload: federation.ProviderDisabled{}, Room: "identity/federation", Description: "Recorded when nobody may sign in through the provider any more."},
		{Payload: federation.ProviderEnabled{}, Room: "identity/federation", Description: "Recorded when people may sign in through the provider again."},
		{Payload: federation.ProviderUpdated{}, Room: "identity/federation", Description: "Recorded when a provider changes. Fields names what changed, Changes tells from what to what, secrets and keys left out."},
		{Payload: federation.Succeeded{}, Room: "identity/federation", Description: "Recorded with the session that a sign-in through a provider begins."},
		{Payload: federation.Unlinked{}, Room: "identity/federation", Description: "Recorded when an identity no longer signs in to an account."},
		{Payload: flow.Ended{}, Room: "identity/flow", Description: "Says that an administrator ended a sign-in in progress."},
		{Payload: invitation.AcceptedEvent{}, Room: "identity/invitation", Description: "Recorded when the person has chosen a password."},
		{Payload: invitation.RevokedEvent{}, Room: "identity/invitation", Description: "Recorded when an administrator takes an invitation back."},
		{Payload: invitation.Sent{}, Room: "identity/invitation", Description: "Recorded when an invitation is made, and each time it is sent again."},
		{Payload: login.Failed{}, Room: "identity/login", Description: "Recorded for every attempt that did not succeed. It never holds what was typed: Identifier is a keyed digest, the same for all spellings of one address."},
		{Payload: login.Locked{}, Room: "identity/login", Description: "Recorded when a failure closes an account, or an address that is nobody's."},
		{Payload: login.Succeeded{}, Room: "identity/login", Description: "Recorded with the session that it begins."},
		{Payload: mfa.Challenged{}, Room: "identity/mfa", Description: "Recorded when a code is sent."},
		{Payload: mfa.DeviceForgotten{}, Room: "identity/mfa", Description: "Recorded when a person ends their trust in browsers."},
		{Payload: mfa.DeviceTrusted{}, Room: "identity/mfa", Description: "Recorded when a person wants to be spared the question in a browser."},
		{Payload: mfa.FactorEnabled{}, Room: "identity/mfa", Description: "Recorded when a person has chosen codes by SMS or mail. The other kinds have events of their own."},
		{Payload: mfa.FactorRemoved{}, Room: "identity/mfa", Description: "Recorded when a person no longer wants codes by SMS or mail."},
		{Payload: mfa.Failed{}, Room: "identity/mfa", Description: "Recorded for every guess that was not right."},
		{Payload: mfa.Locked{}, Room: "identity/mfa", Description: "Recorded when wrong guesses close the account's second factors."},
		{Payload: mfa.RecoveryCodeUsed{}, Room: "identity/mfa", Description: "Recorded when one stood in for a factor."},
		{Payload: mfa.RecoveryCodesMade{}, Room: "identity/mfa", Description: "Recorded with new recovery codes; older ones are dead."},
		{Payload: mfa.Reset{}, Room: "identity/mfa", Description: "Recorded when an operator has taken all of a person's factors away."},
		{Payload: mfa.Verified{}, Room: "identity/mfa", Description: "Recorded when a person has passed with a second factor."},
		{Payload: passkey.CloneSuspected{}, Room: "identity/passkey", Description: "Recorded when a passkey's counter has not grown: two devices may hold the same key."},
		{Payload: passkey.Refused{}, Room: "identity/passkey", Description: "Recorded when an answer to a live challenge was not accepted. The browser is not told the reason."},
		{Payload: passkey.Registered{}, Room: "identity/passkey", Description: "Recorded when a person has a new passkey. It tells no label: people write names into labels, and events are kept longer than people."},
		{Payload: passkey.Renamed{}, Room: "identity/passkey", Description: "Recorded when a passkey gets another name."},
		{Payload: passkey.Revoked{}, Room: "identity/passkey", Description: "Recorded when a passkey opens nothing any more."},
		{Payload: passkey.Used{}, Room: "identity/passkey", Description: "Recorded when a passkey has signed a person in, or was their second factor."},
		{Payload: privacy.Downloaded{}, Room: "identity/privacy", Description: "Recorded when a stored copy is fetched."},
		{Payload: privacy.Exported{}, Room: "identity/privacy", Description: "Recorded when a copy of a person's data was made."},
		{Payload: profile.SchemaChanged{}, Room: "identity/profile", Description: "Recorded when a realm asks for something else than before."},
		{Payload: recovery.Completed{}, Room: "identity/recovery", Description: "Recorded when a person has set a new password that way."},
		{Payload: recovery.Requested{}, Room: "identity/recovery", Description: "Recorded when somebody asks for a new password for an address. It is about an identifier, a keyed digest of the address, whether that is anybody's or not."},
		{Payload: recovery.Sent{}, Room: "identity/recovery", Description: "Recorded when a letter goes to a person because of it."},
		{Payload: registration.Completed{}, Room: "identity/registration", Description: "Recorded when a person has made their account."},
		{Payload: registration.Requested{}, Room: "identity/registration", Description: "Recorded when somebody asks for an account. It names nobody: there is no account yet, or one that somebody else asked about."},
		{Payload: session.Created{}, Room: "identity/session", Description: "Recorded when a person signs in with a browser that has no session of theirs."},
		{Payload: session.Elevated{}, Room: "identity/session", Description: "Recorded when a session gains a second factor."},
		{Payload: session.Ended{}, Room: "identity/session", Description: "Recorded when a session is ended before its time. One that expires only falls silent."},
		{Payload: totp.Enabled{}, Room: "identity/totp", Description: "Recorded when a code has confirmed a secret."},
		{Payload: totp.Removed{}, Room: "identity/totp", Description: "Recorded when the user has an authenticator no more."},
		{Payload: user.Created{}, Room: "identity/user", Description: "Recorded when an account begins to exist. It names no address: events are kept longer than people."},
		{Payload: user.Deleted{}, Room: "identity/user", Description: "Recorded when all that is personal of a user is erased. What events name from before and after is an id that leads to nobody."},
		{Payload: user.EmailChanged{}, Room: "identity/user", Description: "Recorded when another address takes the place of the old one. It names neither."},
		{Payload: user.EmailVerified{}, Room: "identity/user", Description: "Recorded when an address is shown to be the person's."},
		{Payload: user.ErasureCancelled{}, Room: "identity/user", Description: "Recorded when somebody stays after all."},
		{Payload: user.ErasureScheduled{}, Room: "identity/user", Description: "Recorded when a time is set at which a person will be erased."},
		{Payload: user.PasswordChanged{}, Room: "identity/user", Description: "Recorded when a password is set, by whomever the actor is."},
		{Payload: user.PasswordRevoked{}, Room: "identity/user", Description: "Recorded when a password is taken away because somebody else knows it."},
		{Payload: user.PhoneRemoved{}, Room: "identity/user", Description: "Recorded when a person takes their number away."},
		{Payload: user.PhoneVerified{}, Room: "identity/user", Description: "Recorded when a number is shown to be the person's."},
		{Payload: user.Reclaimed{}, Room: "identity/user", Description: "Recorded when an account, whose address was never shown to be its user's, goes over to the address's owner with nothing in it."},
		{Payload: user.Restored{}, Room: "identity/user", Description: "Recorded when a suspended user may sign in again."},
		{Payload: user.Suspended{}, Room: "identity/user", Description: "Recorded when a user may no longer sign in."},
		{Payload: user.Updated{}, Room: "identity/user", Description: "Recorded when a profile changes. Fields names the claims that changed, without their values."},
		{Payload: inapp.PreferencesChanged{}, Room: "notify/inapp", Description: "Recorded when a person decides how they are told."},
		{Payload: inapp.Sent{}, Room: "notify/inapp", Description: "Recorded when an administrator sends a notification. It tells no words."},
		{Payload: inapp.TemplateDeleted{}, Room: "notify/inapp", Description: "Recorded when it has them no more."},
		{Payload: inapp.TemplateSet{}, Room: "notify/inapp", Description: "Recorded when a realm has words of its own."},
		{Payload: message.AddressReleased{}, Room: "notify/message", Description: "Says that an address gets again what it did not."},
		{Payload: message.AddressSuppressed{}, Room: "notify/message", Description: "Says that an address no longer gets everything. The address itself is personal data of somebody who may be unknown here, so it stays out of the events."},
		{Payload: message.TemplateDeleted{}, Room: "notify/message", Description: "Says that a realm uses the house's words again."},
		{Payload: message.TemplateSet{}, Room: "notify/message", Description: "Says that a realm has words of its own for a kind of letter."},
		{Payload: signal.StatusChanged{}, Room: "notify/signal", Description: "Recorded when a stream is enabled, paused or disabled: by its receiver, or because the receiver fails."},
		{Payload: signal.StreamCreated{}, Room: "notify/signal", Description: "Recorded when a receiver wants to be told of security events."},
		{Payload: signal.StreamDeleted{}, Room: "notify/signal", Description: "Recorded when a stream is gone, with all that waited for it."},
		{Payload: signal.StreamUpdated{}, Room: "notify/signal", Description: "Recorded when a stream is delivered otherwise, or of other events."},
		{Payload: webhook.Created{}, Room: "notify/webhook", Description: "Recorded when somebody wants to be told of events. It does not tell the address, which may hold a secret."},
		{Payload: webhook.Deleted{}, Room: "notify/webhook", Description: "Recorded when a registration is gone."},
		{Payload: webhook.Disabled{}, Room: "notify/webhook", Description: "Recorded when a registration is told of nothing any more: by somebody, or because its receiver fails or is gone."},
		{Payload: webhook.Enabled{}, Room: "notify/webhook", Description: "Recorded when a registration is told of events again."},
		{Payload: webhook.SecretRotated{}, Room: "notify/webhook", Description: "Recorded when a registration has another secret."},
		{Payload: webhook.Updated{}, Room: "notify/webhook", Description: "Recorded when a registration changes. Fields names what changed, without values."},
		{Payload: oauth.Authorized{}, Room: "oauth", Description: "Recorded when a person's request ends with an authorization code."},
		{Payload: oauth.GrantRevoked{}, Room: "oauth", Description: "Recorded when every token of a grant is dead. Reason is one of revoked_by_client, code_replayed, refresh_reused, session_ended, user, consent_withdrawn, administrator."},
		{Payload: oauth.TokenRevoked{}, Room: "oauth", Description: "Recorded when a client gives back one access token (RFC 7009)."},
		{Payload: oauth.TokensIssued{}, Room: "oauth", Description: "Recorded when the token endpoint has answered with tokens. It is a high-rate record and holds no token."},
		{Payload: key.Activated{}, Room: "oauth/key", Description: "Recorded when a published key begins to sign."},
		{Payload: key.Created{}, Room: "oauth/key", Description: "Recorded when a key begins to exist, as next or at once as active."},
		{Payload: key.Retired{}, Room: "oauth/key", Description: "Recorded when a key ceases to sign and its private half is erased."},
		{Payload: key.Withdrawn{}, Room: "oauth/key", Description: "Recorded when a key is taken out before its time: from then on nothing that it has signed is accepted."},
		{Payload: rbac.AssignmentCreated{}, Room: "rbac", Description: "Recorded when somebody has a role."},
		{Payload: rbac.AssignmentDeleted{}, Room: "rbac", Description: "Recorded when somebody has a role no more."},
		{Payload: rbac.AssignmentInvalidated{}, Room: "rbac", Description: "Recorded when a requirement of the role is met no more."},
		{Payload: rbac.AssignmentRestored{}, Room: "rbac", Description: "Recorded when all requirements are met again."},
		{Payload: rbac.AssignmentUpdated{}, Room: "rbac", Description: "Recorded when its time or conditions change."},
		{Payload: rbac.GroupCreated{}, Room: "rbac", Description: "Recorded when a group exists."},
		{Payload: rbac.GroupDeleted{}, Room: "rbac", Description: "Recorded when a group is gone, with its assignments."},
		{Payload: rbac.GroupUpdated{}, Room: "rbac", Description: "Recorded when a group is called otherwise."},
		{Payload: rbac.MemberAdded{}, Room: "rbac", Description: "Recorded when somebody is in a group."},
		{Payload: rbac.MemberRemoved{}, Room: "rbac", Description: "Recorded when somebody is in a group no more."},
		{Payload: rbac.PermissionCreated{}, Room: "rbac", Description: "Recorded when an application has a new permission."},
		{Payload: rbac.PermissionDeleted{}, Room: "rbac", Description: "Recorded when a permission is gone."},
		{Payload: rbac.PermissionUpdated{}, Room: "rbac", Description: "Recorded when a permission is described anew."},
		{Payload: rbac.RoleCreated{}, Room: "rbac", Description: "Recorded when a role exists."},
		{Payload: rbac.RoleDeleted{}, Room: "rbac", Description: "Recorded when a role is gone."},
		{Payload: rbac.RoleUpdated{}, Room: "rbac", Description: "Recorded when a role is another one than before."},
		{Payload: policy.Activated{}, Room: "rbac/policy", Description: "Recorded when a text comes into force; Before is what counted until then."},
		{Payload: policy.Created{}, Room: "rbac/policy", Description: "Recorded when a policy exists, as a draft."},
		{Payload: policy.Deactivated{}, Room: "rbac/policy", Description: "Recorded when a policy counts no more."},
		{Payload: policy.Deleted{}, Room: "rbac/policy", Description: "Recorded when a policy is gone."},
		{Payload: policy.Updated{}, Room: "rbac/policy", Description: "Recorded when a policy is called otherwise or has another draft."},
		{Payload: application.Created{}, Room: "tenant/application", Description: "Recorded when an application is registered."},
		{Payload: application.Deleted{}, Room: "tenant/application", Description: "Recorded when an application is removed for good."},
		{Payload: application.Disabled{}, Room: "tenant/application", Description: "Recorded when an application is disabled."},
		{Payload: application.Enabled{}, Room: "tenant/application", Description: "Recorded when a disabled application is enabled again."},
		{Payload: application.KeyCreated{}, Room: "tenant/application", Description: "Recorded for each API key that is made."},
		{Payload: application.KeyRevoked{}, Room: "tenant/application", Description: "Recorded when an API key is revoked."},
		{Payload: application.KeyRotated{}, Room: "tenant/application", Description: "Recorded when an API key has a successor."},
		{Payload: application.KeyUpdated{}, Room: "tenant/application", Description: "Recorded when an API key may do something else, or from elsewhere."},
		{Payload: application.SecretAdded{}, Room: "tenant/application", Description: "Recorded for each client secret that is made."},
		{Payload: application.SecretRevoked{}, Room: "tenant/application", Description: "Recorded when a client secret is revoked before its time."},
		{Payload: application.Updated{}, Room: "tenant/application", Description: "Recorded when an administrator changes an application. Fields names what changed, Changes tells from what to what."},
		{Payload: limit.Reached{}, Room: "tenant/limit", Description: "Recorded when somebody is turned away, once a minute for each limit of a realm and node. The actor's address is that of one of them."},
		{Payload: limit.Reset{}, Room: "tenant/limit", Description: "Recorded when a realm takes the house's limit again."},
		{Payload: limit.Updated{}, Room: "tenant/limit", Description: "Recorded when a realm sets a limit for itself."},
		{Payload: realm.Activated{}, Room: "tenant/realm", Description: "Recorded when a blocked realm is opened again."},
		{Payload: realm.Created{}, Room: "tenant/realm", Description: "Recorded when a realm begins to exist."},
		{Payload: realm.Deleted{}, Room: "tenant/realm", Description: "Recorded when a realm is removed for good."},
		{Payload: realm.Suspended{}, Room: "tenant/realm", Description: "Recorded when a realm is blocked."},
		{Payload: realm.Updated{}, Room: "tenant/realm", Description: "Recorded when an administrator changes a realm. Fields names what changed, Changes tells from what to what."},
		{Payload: audit.Exported{}, Room: "watch/audit", Description: "Recorded when somebody downloaded entries of the audit."},
		{Payload: audit.Read{}, Room: "watch/audit", Description: "Recorded when somebody read entries of the audit."},
		{Payload: audit.Refused{}, Room: "watch/audit", Description: "Recorded when somebody asked the administration for what they may not do: of the same caller and operation once a minute at most on each node."},
		{Payload: audit.SegmentRemoved{}, Room: "watch/audit", Description: "Recorded when the retention of a segment is over: the entries with these numbers are gone, and its checkpoint stays."},
		{Payload: queue.Dropped{}, Room: "watch/queue", Description: "Recorded when somebody gives something up for good."},
		{Payload: queue.Retried{}, Room: "watch/queue", Description: "Recorded when somebody has what was given up tried again."},
		{Payload: security.DeviceConfirmed{}, Room: "watch/security", Description: "Recorded when a person says that a device is theirs."},
		{Payload: security.DeviceNew{}, Room: "watch/security", Description: "Recorded when somebody signs in with a browser that they have not used before; not for their first."},
		{Payload: security.DeviceRenamed{}, Room: "watch/security", Description: "Recorded when a person names a device."},
		{Payload: security.DeviceRevoked{}, Room: "watch/security", Description: "Recorded when a device is not to be recognised any more."},
		{Payload: security.DeviceSuspected{}, Room: "watch/security", Description: "Recorded when somebody marks a device as suspicious."},
		{Payload: security.SignInBlocked{}, Room: "watch/security", Description: "Recorded when a sign-in is refused because it is unusual."},
		{Payload: security.SignInDenied{}, Room: "watch/security", Description: "Recorded when a person says that a sign-in was not theirs."},
		{Payload: security.SignInSuspicious{}, Room: "watch/security", Description: "Recorded when a sign-in is unusual in another way than by its device alone."},
		{Payload: security.Spraying{}, Room: "watch/security", Description: "Recorded once in a quarter of an hour for a network that fails at many accounts."},
		{Payload: security.Stuffing{}, Room: "watch/security", Description: "Recorded once in a quarter of an hour in which very many sign-ins fail in the realm."},
	}
}

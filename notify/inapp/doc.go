// Package inapp tells people, in their account, what concerns them: that somebody
// signed in from a new device, that a role was given to them, that an administrator has
// something to say.
//
// # Where notifications come from
//
// A subscriber hears the events of the other rooms and writes one row for each that
// concerns a person, in the transaction that marks the event as dispatched, so exactly
// once. Most of the house's sentences are those of the activity (identity/activity,
// "activity_…" in the catalogue); the activity keeps everything that happened, this room
// says what a person should look at. An administrator sends one to a person or to
// everybody who holds a role; that, and what concerns everybody, is a sending: a row of
// which a worker makes notifications, some people at a time under a lease.
//
// # Words
//
// A row holds either what its words are about, and the house's words are said in the
// language of whoever reads them; or the realm's own words, which were filled in when it
// was written. A realm brings words of its own for a kind and language, as for letters.
//
// # Preferences
//
// Kinds belong to topics. For each topic a person says whether they are told in the
// account, by mail and by SMS. What is about the safety of the account always stays in
// the account; letters that protect it cannot be switched off either. Only deviations
// are stored. notify/message asks [Service.Wants] before it sends what is optional, and
// an address that was unsubscribed gets no optional letter whatever stands here.
//
// What is left to others: recognising devices and unusual sign-ins (watch/security, whose
// events are heard here), everything that happened (identity/activity).
//
// Tables: notifications, notification_preferences, notification_sendings,
// notification_templates. Events: notification.sent,
// notification.preferences_changed, notification.template_set,
// notification.template_deleted.
package inapp

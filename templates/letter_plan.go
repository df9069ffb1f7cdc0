package templates

import (
	"slices"
	"strconv"
	"time"
)

// letterPlan says of what a kind of letter is made, beside its subject and its lead.
type letterPlan struct {
	// button labels the address "link", second the address "recover_link".
	button, second string
	// code: it brings one.
	code bool
	// note is what to do when it was somebody else.
	note string
	// span names the value that says for how long, or how many are left.
	span string
	// sms: it is one text; titled: that of its title.
	sms, titled bool
}

// letterPlans are all kinds of letters. The catalogue has letter_<kind>_subject and
// letter_<kind>_lead for each, or letter_<kind>_text for an SMS.
func letterPlans() map[string]letterPlan {
	const confirm, check = "letter_button_confirm", "letter_button_check"
	const ignore, notYou = "letter_note_ignore", "letter_note_not_you"
	return map[string]letterPlan{
		"verify_email":        {code: true, button: confirm, note: ignore, span: "minutes"},
		"register":            {code: true, button: "letter_button_register", note: ignore, span: "minutes"},
		"register_taken":      {button: "letter_button_signin", second: "letter_button_recover", note: ignore},
		"change_email":        {code: true, button: confirm, note: ignore, span: "minutes"},
		"recover":             {code: true, button: "letter_button_recover", note: "letter_note_recover", span: "minutes"},
		"second_factor_email": {code: true, note: "letter_note_code", span: "minutes"},
		"verify_phone":        {sms: true},
		"second_factor_sms":   {sms: true},
		"invitation":          {button: "letter_button_invitation", note: "letter_note_invitation", span: "days"},

		"email_changing":      {note: "letter_note_help"},
		"email_changed":       {button: "letter_button_undo", span: "days"},
		"phone_changed":       {note: "letter_note_help"},
		"password_changed":    {button: "letter_button_secure", note: "letter_note_help"},
		"account_locked":      {button: "letter_button_recover", span: "minutes"},
		"factor_added":        {button: check, note: notYou},
		"factor_removed":      {button: check, note: notYou},
		"recovery_codes_made": {button: check, note: notYou},
		"recovery_code_used":  {button: check, note: notYou, span: "left"},
		"passkey_added":       {button: check, note: notYou},
		"passkey_removed":     {button: check, note: notYou},
		"passkey_suspected":   {button: check},
		"provider_linked":     {button: check, note: notYou},
		"provider_unlinked":   {button: check, note: notYou},
		"export_ready":        {button: "letter_button_download", note: "letter_note_help", span: "days"},
		"erasure_scheduled":   {button: "letter_button_keep", note: "letter_note_help"},
		"erasure_cancelled":   {note: "letter_note_help"},
		"erased":              {},
		"application_revoked": {note: "letter_note_help"},
		"new_device":          {button: "letter_button_was_it_you", span: "days"},
		"unusual_sign_in":     {button: "letter_button_was_it_you", span: "days"},
		"sign_in_blocked":     {button: "letter_button_secure", note: "letter_note_help"},
		"sign_in_denied":      {button: "letter_button_secure", note: "letter_note_help"},
		"notice":              {button: "letter_button_notices"},
		"notice_sms":          {sms: true, titled: true},
	}
}

// LetterKinds are the kinds of letters that have words.
func LetterKinds() []string {
	var kinds []string
	for kind := range letterPlans() {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// letterColours are the realm's own colours where a letter shows some.
type letterColours struct {
	Button, OnButton, Link, DarkLink string
}

// letterColours keeps to the rules of Stylesheet: a realm chooses the hue, and text
// stays readable.
func (t Theme) letterColours() letterColours {
	c := letterColours{Button: "#3451d1", OnButton: "#ffffff", Link: "#2f49c0", DarkLink: "#9db0ff"}
	primary, ok := parseColour(t.Primary)
	if ok {
		button := primary.until(shapeContrast, cardLight, black)
		c.Button, c.OnButton = button.String(), button.ink().String()
	}
	accent, has := parseColour(t.Accent)
	if !has {
		accent, has = primary, ok
	}
	if has {
		c.Link = accent.until(textContrast, cardLight, black).String()
		c.DarkLink = accent.until(textContrast, cardDark, white).String()
	}
	return c
}

// plainMoment is moment without markup.
func (v voice) plainMoment(t time.Time, zone *time.Location) string {
	if zone == nil {
		return v.plainTime("moment_form_utc", t, time.UTC)
	}
	return v.plainTime("moment_form", t, zone)
}

// plainDate is the day that an RFC 3339 time or date names, as the language writes it;
// anything else stays as it is.
func (v voice) plainDate(date string, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	if t, err := time.Parse(time.DateOnly, date); err == nil {
		return v.plainTime("date_form", t, time.UTC)
	}
	if t, err := time.Parse(time.RFC3339, date); err == nil {
		return v.plainTime("date_form", t, zone)
	}
	return date
}

func (v voice) plainTime(form string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(zone)
	month, err := v.text("month_" + strconv.Itoa(int(local.Month())))
	if err != nil {
		return local.Format("2006-01-02 15:04")
	}
	s, err := v.text(form, "day", local.Day(), "month", month, "year", local.Year(), "time", local.Format("15:04"))
	if err != nil {
		return local.Format("2006-01-02 15:04")
	}
	return s
}

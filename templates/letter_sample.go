package templates

import "time"

// Sample is a letter with values as they might be, for previews and for looking at.
func Sample(kind, language string, brand Brand, leave bool) Letter {
	l := Letter{
		Kind: kind, Language: language, Brand: brand, To: "ada@example.com", Name: "Ada", App: "Little Shop",
		Browser: "Firefox, Linux", IP: "192.0.2.7", At: time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC),
		Values: map[string]string{
			"code": "482913", "minutes": "10", "days": "7", "left": "3", "date": "2026-03-11",
			"link":         "https://id.example.com/realms/acme/verify?token=qYb3n0sVh1",
			"recover_link": "https://id.example.com/realms/acme/recover",
			"new_email":    "ada@new.example.com", "phone": "+49 30 ••••• 12", "factor": "totp", "passkey": "Ada’s phone",
			"provider": "Google", "application": "Little Shop",
			"title": "New sign-in to your account", "body": "If that was not you, change your password and look through your devices.",
		},
	}
	switch kind {
	case "verify_email", "register", "change_email":
		l.Values["minutes"] = "1440"
	}
	if leave {
		l.Unsubscribe = "https://id.example.com/realms/acme/email/unsubscribe/0192f0c1"
	}
	return l
}

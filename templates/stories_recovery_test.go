package templates_test

import "authserver/templates"

// recoveryStories are the pages about setting a new password.
func recoveryStories() map[string]templates.Page {
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	wrong := func(code, field string) templates.Frame {
		return templates.Frame{Problems: []templates.Problem{{Code: code, Field: field}}}
	}
	plain := templates.NewPassword{MinLength: 12, MaxLength: 128, Words: []string{"acme"}, Focus: true}
	own := plain
	own.Focus = false
	console := templates.AccountFrame{Section: "security", Sub: true, Person: templates.Person{Name: "Ada Lovelace", Email: "ada@example.com", Initials: "AL"}}
	refused := console
	refused.Problems = []templates.Problem{{Code: "password_wrong", Field: "password"}}
	return map[string]templates.Page{
		"recover":       &templates.Recover{Frame: frame, App: shop, SignInURL: "/realms/acme/login?flow=f&proof=p"},
		"recover-plain": &templates.Recover{Frame: frame, Email: "ada@example.com", SignInURL: "/realms/acme/login?flow=f&proof=p"},
		"recover-wrong": &templates.Recover{Frame: wrong("email_invalid", "email"), Email: "ada", SignInURL: "/realms/acme/account"},
		"recoversent":   &templates.RecoverSent{Address: "ada@example.com", Wait: 30, ChangeURL: "/realms/acme/recover"},
		"recoversent-again": &templates.RecoverSent{
			Address: "ada@example.com", Wait: 30, ChangeURL: "/realms/acme/recover", Done: "recovery_sent",
		},
		"recoversent-wrong": &templates.RecoverSent{
			Frame: wrong("recovery_code", "code"), Address: "ada@example.com", ChangeURL: "/realms/acme/recover",
		},
		"recoverpassword": &templates.RecoverPassword{Email: "ada@example.com", Password: plain},
		"recoverpassword-wrong": &templates.RecoverPassword{
			Frame: wrong("password_common", "new_password"), Email: "ada@example.com", Password: plain,
		},
		"recoverpassword-invited": &templates.RecoverPassword{Email: "ada@example.com", Password: plain, Invited: true},
		"recoverdone-invited":     &templates.RecoverDone{ContinueURL: "https://shop.example", Invited: true},
		"recoverdone":             &templates.RecoverDone{ContinueURL: "/realms/acme/account"},
		"accountpassword":         &templates.AccountPassword{AccountFrame: console, Current: true, Password: own, ForgotURL: "/realms/acme/recover", ExpiresDays: 3},
		"accountpassword-wrong":   &templates.AccountPassword{AccountFrame: refused, Current: true, Password: own, ForgotURL: "/realms/acme/recover"},
		"accountpassword-first":   &templates.AccountPassword{AccountFrame: console, First: true, Password: plain},
	}
}

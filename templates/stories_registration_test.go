package templates_test

import "authserver/templates"

// registrationStories are the pages of the area in the states that people meet.
func registrationStories() map[string]templates.Page {
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	with := func(problems ...templates.Problem) templates.Frame {
		f := frame
		f.Problems = problems
		return f
	}
	rules := templates.NewPassword{MinLength: 12, MaxLength: 128, Words: []string{"Little Shop"}}
	signIn := "/realms/acme/login?flow=1&proof=2"
	return map[string]templates.Page{
		"signin-register": &templates.SignIn{Frame: frame, App: shop, RegisterURL: "/realms/acme/register?flow=1&proof=2"},
		"register":        &templates.Register{Frame: frame, App: shop, Password: rules, SignInURL: signIn},
		"register-wrong": &templates.Register{App: shop, Email: "ada", Name: "Ada", Password: rules, SignInURL: signIn, Frame: with(
			templates.Problem{Code: "email_invalid", Field: "email"},
			templates.Problem{Code: "name_invalid", Field: "name"},
			templates.Problem{Code: "password_too_short", Field: "new_password"})},
		"checkinbox": &templates.CheckInbox{Frame: frame, App: shop, Address: "a•••a@example.com", Register: true, Wait: 27,
			ChangeURL: "/realms/acme/register?flow=1&proof=2&change=1"},
		"checkinbox-sent": &templates.CheckInbox{Frame: frame, Address: "a•••a@example.com", Done: "code_sent"},
		"checkinbox-wrong": &templates.CheckInbox{App: shop, Address: "a•••a@example.com", Register: true, Wait: 3725, Frame: with(
			templates.Problem{Code: "code_wrong", Field: "code"})},
		"registerconfirm":       &templates.RegisterConfirm{App: shop, Address: "ada@example.com"},
		"registerconfirm-other": &templates.RegisterConfirm{Address: "ada@example.com", Choose: true, Password: rules},
		"registerconfirm-wrong": &templates.RegisterConfirm{Address: "ada@example.com", Choose: true, Password: rules, Frame: templates.Frame{
			Problems: []templates.Problem{{Code: "password_common", Field: "new_password"}}}},
		"registerdone": &templates.RegisterDone{ContinueURL: "/realms/acme/account"},
	}
}

package templates_test

import "authserver/templates"

// contactStories are the pages of the area in the states that people meet.
func contactStories() map[string]templates.Page {
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	console := func(problems ...templates.Problem) templates.AccountFrame {
		return templates.AccountFrame{
			Section: "profile", Sub: true, Frame: templates.Frame{Problems: problems},
			Person: templates.Person{Name: "Ada Lovelace", Email: "ada@example.com", Initials: "AL"},
		}
	}
	wrongCode := templates.Problem{Code: "code_wrong", Field: "code"}
	back := "/realms/acme/verify-email?flow=1&proof=2"
	wrongEmail := frame
	wrongEmail.Problems = []templates.Problem{{Code: "email_invalid", Field: "email"}}
	return map[string]templates.Page{
		"changeaddress":         &templates.ChangeAddress{Frame: frame, App: shop, Present: "ada@exampel.com", BackURL: back},
		"changeaddress-wrong":   &templates.ChangeAddress{Frame: wrongEmail, Present: "ada@exampel.com", Email: "ada", BackURL: back},
		"confirmemail":          &templates.ConfirmEmail{Kind: templates.ConfirmVerify, Address: "ada@example.com", Account: "Ada Lovelace"},
		"confirmemail-change":   &templates.ConfirmEmail{Kind: templates.ConfirmChange, Address: "ada@new.example", Account: "a•••@example.com"},
		"confirmemail-undo":     &templates.ConfirmEmail{Kind: templates.ConfirmUndo, Address: "ada@example.com", Account: "Ada Lovelace"},
		"confirmedemail":        &templates.ConfirmedEmail{Kind: templates.ConfirmVerify, ContinueURL: "/realms/acme/account"},
		"confirmedemail-change": &templates.ConfirmedEmail{Kind: templates.ConfirmChange, ContinueURL: "/realms/acme/account"},
		"confirmedemail-undo":   &templates.ConfirmedEmail{Kind: templates.ConfirmUndo, ContinueURL: "/realms/acme/recover"},
		"accountemail":          &templates.AccountEmail{AccountFrame: console(), Email: "ada@example.com", Verified: true},
		"accountemail-open":     &templates.AccountEmail{AccountFrame: console(), Email: "ada@example.com"},
		"accountemail-pending":  &templates.AccountEmail{AccountFrame: console(wrongCode), Email: "ada@example.com", Pending: "ada@example.com", Wait: 12},
		"accountemail-changing": &templates.AccountEmail{AccountFrame: console(), Email: "ada@example.com", Verified: true,
			Pending: "ada@new.example", Changing: true},
		"accountemailchange": &templates.AccountEmailChange{AccountFrame: console(), Present: "ada@example.com"},
		"accountemailchange-wrong": &templates.AccountEmailChange{Present: "ada@example.com", Email: "ada@example.com",
			AccountFrame: console(templates.Problem{Code: "email_same", Field: "email"})},
		"accountphone":         &templates.AccountPhone{AccountFrame: console()},
		"accountphone-have":    &templates.AccountPhone{AccountFrame: console(), Phone: "+49 1512 3456789", Verified: true},
		"accountphone-pending": &templates.AccountPhone{AccountFrame: console(wrongCode), Phone: "+49 1512 3456789", Pending: "+49 1512 3456780", Wait: 30},
		"accountphonechange":   &templates.AccountPhoneChange{AccountFrame: console()},
		"accountphonechange-wrong": &templates.AccountPhoneChange{Phone: "110",
			AccountFrame: console(templates.Problem{Code: "phone_invalid", Field: "phone"})},
		"accountphoneremove": &templates.AccountPhoneRemove{AccountFrame: console(), Phone: "+49 1512 3456789"},
	}
}

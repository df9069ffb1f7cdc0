package templates

import "strconv"

// Frame is what every page has round its content. A room sets the first group;
// internal/web fills the second for each answer from the request and its realm.
type Frame struct {
	// FlowID and Proof name the sign-in flow and the hop this page stands for.
	// When set, every form of the page carries them as "flow" and "proof".
	FlowID, Proof string
	// Problems are what was wrong with the last submission.
	Problems []Problem

	// Language is one of Languages.
	Language string
	// Brand is the realm's face.
	Brand Brand
	// Path is where the page's forms post to: the path of the request.
	Path string
	// LanguageLinks lead to the same page in the other languages.
	LanguageLinks []LanguageLink
	// Stylesheet is the address of the realm's own colours; empty without any.
	Stylesheet string
}

// Base gives internal/web access to the frame of any page.
func (f *Frame) Base() *Frame { return f }

// Dir is the direction in which the page's language is written.
func (f *Frame) Dir() string { return direction(f.Language) }

// Alerts are the problems that the page summarises on top: those that belong to
// no field, as code and sentence.
func (f *Frame) Alerts() []Problem {
	var general []Problem
	for _, p := range f.Problems {
		if p.Field == "" {
			general = append(general, p)
		}
	}
	return general
}

// ProblemAt is the first problem with the named field, or nil.
func (f *Frame) ProblemAt(field string) *Problem {
	for i := range f.Problems {
		if f.Problems[i].Field == field {
			return &f.Problems[i]
		}
	}
	return nil
}

// Faulty says whether the page answers a submission that was refused.
func (f *Frame) Faulty() bool { return len(f.Problems) > 0 }

// Problem is one thing that was wrong. The page shows the catalogue's message
// "fault_<Code>" or, when there is none, Message.
type Problem struct {
	Code, Message string
	// Field is the name of the input it belongs to; empty for the whole page.
	Field string
	// Seconds is how long to wait before trying again, if that is known.
	Seconds int
}

// Brand is how a realm looks. The zero value is the product's own face.
type Brand struct {
	// Slug and Name are the realm's; empty outside any realm.
	Slug, Name string
	// LogoURL is an https or data URL of an image, or empty.
	LogoURL string
	Theme   Theme
	// DefaultLanguage is spoken to a person who asks for no language we have.
	DefaultLanguage string
}

// Title is the realm's name, or the product's outside a realm.
func (b Brand) Title() string {
	if b.Name != "" {
		return b.Name
	}
	return "Auth Server"
}

// Theme are a realm's colours, as #rgb or #rrggbb; anything else is ignored.
type Theme struct {
	// Mode is light, dark or auto; empty means auto.
	Mode string
	// Primary colours the main button and links; Background the page.
	Primary, Background string
}

// ColorScheme is the value of the page's color-scheme meta element.
func (t Theme) ColorScheme() string {
	switch t.Mode {
	case "light", "dark":
		return t.Mode
	}
	return "light dark"
}

// LanguageLink leads to the page in another language.
type LanguageLink struct{ Language, URL string }

// Name is the language's own name for itself.
func (l LanguageLink) Name() string { return nativeName(l.Language) }

// Field is a hidden input.
type Field struct{ Name, Value string }

// Hidden are the hidden inputs that bind a form to its flow.
func (f *Frame) Hidden() []Field {
	if f.FlowID == "" {
		return nil
	}
	return []Field{{"flow", f.FlowID}, {"proof", f.Proof}}
}

// Wait is the problem's waiting time as a number of whole minutes, at least one.
func (p Problem) Wait() string { return strconv.Itoa(max(1, (p.Seconds+59)/60)) }

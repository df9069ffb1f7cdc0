package templates

// Frame is what every page has round its content. A room sets the first group;
// internal/web fills the second for each answer from the request and its realm.
type Frame struct {
	// FlowID and Proof name the sign-in flow and the hop this page stands for.
	// When set, every form of the page carries them as "flow" and "proof".
	FlowID, Proof string
	// Problems are what was wrong with the last submission.
	Problems []Problem
	target   string

	// Language is one of Languages.
	Language string
	// Brand is the realm's face.
	Brand Brand
	// Path is where the page's forms post to: the path of the request, or that of
	// Target.
	Path string
	// LanguageLinks lead to the same page in the other languages.
	LanguageLinks []LanguageLink
	// Stylesheet is the address of the realm's own colours; empty without any.
	Stylesheet string
}

// Base gives internal/web access to the frame of any page.
func (f *Frame) Base() *Frame { return f }

// PostTo makes the page's forms post to the path below the realm, instead of to
// the address of the page itself.
func (f *Frame) PostTo(path string) { f.target = path }

// Target is the path below the realm that PostTo named, or "".
func (f *Frame) Target() string { return f.target }

// Dir is the direction in which the page's language is written.
func (f *Frame) Dir() string { return direction(f.Language) }

// ProblemAt is the first problem with the named field, or nil.
func (f *Frame) ProblemAt(field string) *Problem {
	for i := range f.Problems {
		if f.Problems[i].Field == field {
			return &f.Problems[i]
		}
	}
	return nil
}

// Problem is one thing that was wrong. The page shows the catalogue's message
// "fault_<Code>" or, when there is none, Message.
type Problem struct {
	Code, Message string
	// Field is the name of the input it belongs to; empty for the whole page.
	Field string
}

// Brand is how a realm looks. The zero value is the product's own face.
type Brand struct {
	// Slug and Name are the realm's; empty outside any realm.
	Slug, Name string
	// LogoURL is the https address of a picture or a data URL of one; anything
	// else is not shown.
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

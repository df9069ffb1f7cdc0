package templates

import (
	"html/template"
	"time"
)

// LegalText is a document as people read it.
type LegalText struct {
	ID, Kind       string
	Title, Version string
	Since          time.Time
	// Language is that of the text, which may not be the page's.
	Language string
	// HTML has been sanitized.
	HTML template.HTML
	// URL leads to a page of its own.
	URL string
	// Checked is what was ticked before.
	Checked bool
}

// Terms asks to accept what is new before a sign-in goes on. It posts
// accept-ID for each document, and action=accept or action=decline.
type Terms struct {
	Frame
	App       App
	Documents []LegalText
}

// Legal lists the documents that are in force.
type Legal struct {
	Frame
	Documents []LegalText
}

// LegalDocument is one of them.
type LegalDocument struct {
	Frame
	Document LegalText
}

// Agreement is what a person accepted.
type Agreement struct {
	Title, Version, URL string
	AcceptedAt          time.Time
}

// AccountDocuments tells what a person accepted.
type AccountDocuments struct {
	AccountFrame
	Agreements []Agreement
}

// PurposeChoice is what a person's data may be used for, or not.
type PurposeChoice struct {
	// Purpose names it; the catalogue has the words.
	Purpose string
	Granted bool
}

// PastChoice is one that was made.
type PastChoice struct {
	ID, Purpose string
	Granted     bool
	At          time.Time
}

// AccountChoices lets a person choose. It posts purpose_NAME for each that is allowed.
type AccountChoices struct {
	AccountFrame
	Choices []PurposeChoice
	History []PastChoice
}

// termsPages are the pages about documents and choices.
func termsPages() []Page {
	return []Page{new(Terms), new(Legal), new(LegalDocument), new(AccountDocuments), new(AccountChoices)}
}

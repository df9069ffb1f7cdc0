package templates

// Reference is the documentation of the administration: what programs can ask for.
type Reference struct {
	Frame
	// Document is the address of the OpenAPI document.
	Document string
	Groups   []ReferenceGroup
}

// ReferenceGroup is what belongs together.
type ReferenceGroup struct {
	ID, Name   string
	Operations []ReferenceOperation
}

// ReferenceOperation is one operation. What it says stands in English, as in the document.
type ReferenceOperation struct {
	ID, Method, Path     string
	Summary, Description string
	Permission           string
	Parameters           []ReferenceMember
	Body                 []ReferenceMember
	Result               []ReferenceMember
	Answers              []ReferenceAnswer
}

// ReferenceMember is a parameter, or a member of a body; Name has dots on the way in.
type ReferenceMember struct {
	Name, In, Kind, About string
	Required              bool
}

// ReferenceAnswer is a status with the codes that come under it.
type ReferenceAnswer struct {
	Status int
	About  string
}

func referencePages() []Page { return []Page{new(Reference)} }

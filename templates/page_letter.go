package templates

// Unsubscribe asks whether an address shall get no more letters that are not essential.
// It posts nothing but its button.
type Unsubscribe struct {
	Frame
	// Email is the address, masked.
	Email string
	// Done says that it gets none already.
	Done bool
}

func letterPages() []Page { return []Page{new(Unsubscribe)} }

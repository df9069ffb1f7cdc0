package realm

// Printable is Sentence for a line of at most the given number of code points.
func Printable(field, s string, most int) (string, error) { return printable(field, s, 0, most) }

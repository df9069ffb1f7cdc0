package templates

// NewPassword is what the partial "new-password" asks for: one input new_password,
// the realm's rules as a list, and a meter of strength where there is JavaScript.
// A page has it as its field Password and shows it with {{template "new-password" .}};
// its "script" brings {{template "password-script"}}.
type NewPassword struct {
	MinLength, MaxLength int
	// Upper, Lower, Digit and Symbol say that the realm asks for one of the kind.
	Upper, Lower, Digit, Symbol bool
	// History is how many former passwords may not come back.
	History int
	// Breached says that leaked passwords are refused.
	Breached bool
	// Words are known to whoever knows the person and the place; the meter counts
	// them for nothing. They are told to the page, so they hold no secret.
	Words []string
	// Focus says that the person begins with this input.
	Focus bool
}

// ProblemsAt are the problems with the named field: a new password may lack several
// things at once.
func (f *Frame) ProblemsAt(field string) []Problem {
	var some []Problem
	for _, p := range f.Problems {
		if p.Field == field {
			some = append(some, p)
		}
	}
	return some
}

package user

import "authserver/internal/fault"

// Check returns everything that Update would refuse of the profile, one fault a
// field, so that a person who fills in a form learns of all of it at once.
func (p Profile) Check() []*fault.Fault {
	var faults []*fault.Fault
	for _, c := range p.claims(&User{}) {
		if c.given == nil {
			continue
		}
		_, err := c.check(c.name, *c.given)
		if wrong, ok := fault.Of(err); ok {
			faults = append(faults, wrong)
		}
	}
	if p.Address != nil {
		_, err := p.Address.normalise()
		if wrong, ok := fault.Of(err); ok {
			faults = append(faults, wrong)
		}
	}
	return faults
}

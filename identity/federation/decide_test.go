package federation

import "testing"

// Every situation that can be: what an identity is worth must never depend on a case
// that nobody thought of.
func TestDecide(t *testing.T) {
	t.Parallel()
	for bits := range 1 << 8 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		s := situation{
			linked: on(0), active: on(1), address: on(2), vouched: on(3), exists: on(4), owned: on(5), open: on(6), mayRegister: on(7),
		}
		got := decide(s)
		switch {
		case (got == enter) != (s.linked && s.active):
			t.Errorf("%+v: %d", s, got)
		case s.linked && got != enter && got != refuse:
			t.Errorf("%+v: an address was looked at for an identity that has its person: %d", s, got)
		case got == link && !(s.vouched && s.owned && s.open && s.exists):
			t.Errorf("%+v: linked without the word of both sides", s)
		case got == reclaim && !(s.vouched && !s.owned && s.open && s.exists):
			t.Errorf("%+v: took an account from its owner", s)
		case got == register && !(s.mayRegister && !s.exists && s.address):
			t.Errorf("%+v: made an account", s)
		case got == prove && (s.vouched || !s.exists || !s.open):
			t.Errorf("%+v: asked for a proof", s)
		case !s.linked && s.address && s.exists && !s.open && got != refuse:
			t.Errorf("%+v: a suspended account was reached: %d", s, got)
		}
	}
	for want, s := range map[verdict]situation{
		enter:         {linked: true, active: true},
		refuse:        {linked: true},
		link:          {address: true, vouched: true, exists: true, owned: true, open: true},
		reclaim:       {address: true, vouched: true, exists: true, open: true},
		prove:         {address: true, exists: true, owned: true, open: true, mayRegister: true},
		register:      {address: true, mayRegister: true},
		refuseAddress: {mayRegister: true},
		refuseUnknown: {address: true, vouched: true},
	} {
		if got := decide(s); got != want {
			t.Errorf("%+v: %d, want %d", s, got, want)
		}
	}
}

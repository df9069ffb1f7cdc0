package secret

import "sync/atomic"

// load counts who is hashing and who waits for a turn.
type load struct{ running, waiting atomic.Int64 }

// run and wait count the caller until the function that they return is called.
func (l *load) run() (done func())  { return count(&l.running) }
func (l *load) wait() (done func()) { return count(&l.waiting) }

func count(n *atomic.Int64) func() {
	n.Add(1)
	return func() { n.Add(-1) }
}

// Load returns how many passwords are being hashed now and how many callers wait
// for a turn: the first sign of a flood, or of too small a machine.
func (p *Passwords) Load() (running, waiting int) {
	return int(p.load.running.Load()), int(p.load.waiting.Load())
}

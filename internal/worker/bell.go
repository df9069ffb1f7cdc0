package worker

// Bell wakes one worker of this process. Ringing it again before the worker has heard it
// changes nothing.
type Bell chan struct{}

// NewBell returns a bell that nobody has rung.
func NewBell() Bell { return make(Bell, 1) }

// Ring wakes the worker, if it sleeps, or has it look again. It never waits.
func (b Bell) Ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

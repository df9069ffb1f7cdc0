package server

import "context"

// Settle does now what the workers would do in a moment: it hands on the events that
// wait, sends the letters and calls the webhooks
// and signal receivers. It is for who runs the house without Run, and wants to
// see what follows from a request.
func (s *Server) Settle(ctx context.Context) error {
	for _, once := range []func(context.Context) (int, error){s.dispatcher.Once, s.Messages.Once, s.Webhooks.Once, s.Signals.Once} {
		for {
			n, err := once(ctx)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
	}
	return nil
}

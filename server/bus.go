package server

import (
	"context"

	"authserver/notify/pubsub"
	"authserver/watch/metrics"
)

// buildBus makes the room that tells other programs what happens, and hears them. With a
// bus, it is the last subscriber.
func (s *Server) buildBus() {
	s.Bus = pubsub.New(pubsub.Deps{DB: s.Database, Publisher: s.equipment.bus.Publisher, Now: s.now, Logger: s.logger})
	s.Inbox = &pubsub.Handlers{}
	if s.equipment.bus.Publisher != nil {
		s.dispatcher.Add(s.Bus)
	}
}

// busWorkers publish, and read what somebody handles.
func (s *Server) busWorkers() []worker {
	var jobs []worker
	if s.equipment.bus.Publisher != nil {
		jobs = append(jobs, worker{"bus", s.Bus.Run})
	}
	if s.equipment.bus.Source != nil {
		if len(s.Inbox.Types()) == 0 {
			s.logger.Warn("nobody handles messages of the inbox, so it is not read; AUTHSERVER_BUS_URL need not name one")
			return jobs
		}
		jobs = append(jobs, worker{"inbox", s.Bus.Consumer("authserver", s.equipment.bus.Source, s.Inbox).Run})
	}
	return jobs
}

// busQueue tells the metrics what waits for the bus.
func (s *Server) busQueue(ctx context.Context, all map[string]metrics.Queue) error {
	if s.equipment.bus.Publisher == nil {
		return nil
	}
	waiting, since, err := s.Bus.Queue(ctx)
	all["bus"] = metrics.Queue{Waiting: waiting, Since: since}
	return err
}

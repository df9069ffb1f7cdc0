package pubsub

import (
	"context"
	"fmt"
	"io"
	"time"

	"authserver/internal/config"
)

// Bus is the two ways of a bus; one may be nil.
type Bus struct {
	Publisher Publisher
	Source    Source
	closer    io.Closer
}

// Close ends its connections.
func (b Bus) Close() error {
	if b.closer == nil {
		return nil
	}
	return b.closer.Close()
}

// Open returns the bus that the settings name. It does not call it: a bus that is away
// must not keep the server from starting.
func Open(ctx context.Context, c config.Bus, now func() time.Time) (Bus, error) {
	var b Bus
	switch {
	case c.Redis != "":
		client, err := dial(c.Redis)
		if err != nil {
			return Bus{}, fmt.Errorf("bus: %w", err)
		}
		b.closer = client
		b.Publisher = &stream{client: client, name: c.Stream, now: now}
		if c.Inbox != "" {
			b.Source = newGroup(client, c.Inbox, Visibility)
		}
	case c.Region != "":
		at, err := newAmazon(ctx, c)
		if err != nil {
			return Bus{}, fmt.Errorf("bus: %w", err)
		}
		if c.TopicARN != "" {
			b.Publisher = at
		}
		if c.Queue != "" {
			b.Source = at
		}
	}
	return b, nil
}

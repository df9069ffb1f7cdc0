package pubsub

import (
	"context"
	"time"

	"authserver/internal/config"
)

// ReaderOf is another member of the group that reads the inbox of b, with a shorter
// visibility.
func ReaderOf(url, stream string, visibility time.Duration) (Source, error) {
	client, err := dial(url)
	if err != nil {
		return nil, err
	}
	return newGroup(client, stream, visibility), nil
}

// OpenQuick is Open, with polls that do not wait.
func OpenQuick(ctx context.Context, c config.Bus) (Bus, error) {
	b, err := Open(ctx, c, nil)
	if a, ok := b.Source.(*amazon); ok {
		a.wait = 0
	}
	return b, err
}

// Pauses makes the consumer tell its pauses instead of making them.
func (c *Consumer) Pauses(tell func(time.Duration)) {
	c.rest = func(_ context.Context, d time.Duration) { tell(d) }
}

// Beat sets the time between extensions.
func (c *Consumer) Beat(d time.Duration) { c.beat = d }

package tracing

import (
	"context"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"
)

// Redis makes a span of each command that a client of Redis sends and that has a
// parent: its name, and none of its arguments. It is a redis.Hook.
type Redis struct{}

// DialHook implements redis.Hook.
func (Redis) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook implements redis.Hook.
func (Redis) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, span := Child(ctx, Client, "redis "+cmd.Name())
		defer span.End()
		return ofRedis(span, next(ctx, cmd))
	}
}

// ProcessPipelineHook implements redis.Hook.
func (Redis) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, span := Child(ctx, Client, "redis pipeline")
		defer span.End()
		span.Int("db.operation.batch.size", len(cmds))
		return ofRedis(span, next(ctx, cmds))
	}
}

func ofRedis(span Span, err error) error {
	span.String("db.system.name", "redis")
	if err != nil && !errors.Is(err, redis.Nil) {
		span.Fail("redis")
	}
	return err
}

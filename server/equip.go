package server

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/config"
	"authserver/internal/device"
	"authserver/internal/ratelimit"
	"authserver/internal/secret"
	"authserver/internal/tracing"
	"authserver/notify/pubsub"

	"github.com/redis/go-redis/v9"
)

// equipment is what the rooms are built with beside the database: keys, and what the
// settings name outside of the house.
type equipment struct {
	ring   *secret.Ring
	leaked *secret.Breached // nil without a list
	places *device.Places   // nil without a database of them
	out    outlets
	// limiter counts, with the Redis of the settings if there is one.
	limiter *ratelimit.Limiter
	redis   redis.UniversalClient
	bus     pubsub.Bus // without ways when there is none
}

// equip reads what the settings name, before the database is touched.
func equip(ctx context.Context, c config.Config, o Options, ownClock bool) (equipment, error) {
	var e equipment
	var err error
	if e.ring, err = secret.ParseRing(c.SecretKeys); err != nil {
		return e, fmt.Errorf("AUTHSERVER_SECRET_KEYS: %w", err)
	}
	if e.leaked, err = breached(c); err != nil {
		return e, err
	}
	if c.GeoIPFile != "" {
		if e.places, err = device.OpenPlaces(c.GeoIPFile); err != nil {
			return e, fmt.Errorf("AUTHSERVER_GEOIP_FILE: %w", err)
		}
	}
	if e.out, err = openOutlets(ctx, c, o.Now); err != nil {
		return e, err
	}
	limits := ratelimit.Deps{OwnClock: ownClock, Now: o.Now, Logger: o.Logger}
	if c.RedisURL != "" && c.RateLimits {
		// Nobody waits for it: a Redis that is not there yet must not keep a server from
		// starting.
		if e.redis, err = ratelimit.Dial(c.RedisURL); err != nil {
			return e, fmt.Errorf("AUTHSERVER_REDIS_URL: %w", err)
		}
		e.redis.AddHook(tracing.Redis{})
		limits.Redis = e.redis
	}
	e.limiter = ratelimit.New(limits)
	e.bus, err = pubsub.Open(ctx, c.Bus, o.Now)
	return e, err
}

// close gives back what equip opened.
func (e equipment) close() error {
	err := e.bus.Close()
	if e.leaked != nil {
		err = errors.Join(err, e.leaked.Close())
	}
	if e.places != nil {
		err = errors.Join(err, e.places.Close())
	}
	if e.redis != nil {
		err = errors.Join(err, e.redis.Close())
	}
	return err
}

package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/config"
	"authserver/internal/device"
	"authserver/internal/secret"
)

// equipment is what the rooms are built with beside the database: keys, and what the
// settings name outside of the house.
type equipment struct {
	ring   *secret.Ring
	leaked *secret.Breached // nil without a list
	places *device.Places   // nil without a database of them
	out    outlets
}

// equip reads what the settings name, before the database is touched.
func equip(ctx context.Context, c config.Config, now func() time.Time) (equipment, error) {
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
	e.out, err = openOutlets(ctx, c, now)
	return e, err
}

// close gives back the files that equip opened.
func (e equipment) close() error {
	var err error
	if e.leaked != nil {
		err = e.leaked.Close()
	}
	if e.places != nil {
		err = errors.Join(err, e.places.Close())
	}
	return err
}

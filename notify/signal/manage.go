package signal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// ByID returns a stream of an application, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, applicationID, streamID string) (*Stream, error) {
	stream, err := s.streamOf(ctx, realmID, streamID)
	if err == nil && stream.ApplicationID != applicationID {
		return nil, ErrNotFound
	}
	return stream, err
}

// streamOf returns a stream of the realm, or ErrNotFound.
func (s *Service) streamOf(ctx context.Context, realmID, streamID string) (*Stream, error) {
	stream, err := s.find(ctx, realmID, streamID)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", streamID, err)
	}
	return stream, nil
}

// Create makes a stream, enabled.
func (s *Service) Create(ctx context.Context, stream Stream) (*Stream, error) {
	if stream.Requested == nil {
		stream.Requested = supported()
	}
	if err := stream.check(s.Networks); err != nil {
		return nil, err
	}
	now := database.At(s.Now()).Time()
	stream.ID, stream.Status, stream.CreatedAt, stream.UpdatedAt = id.New(), Enabled, now, now
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		all, err := s.ofApplication(ctx, stream.RealmID, stream.ApplicationID)
		if err != nil {
			return err
		}
		if len(all) >= mostStreams {
			return ErrTooMany
		}
		if err := s.insert(ctx, &stream); err != nil {
			return err
		}
		return s.Events.Record(ctx, stream.Ref(), StreamCreated{stream.ApplicationID, word(stream.Method), stream.Delivered()})
	})
	if err != nil {
		return nil, fmt.Errorf("create stream: %w", err)
	}
	return &stream, nil
}

// word is a method of delivery as events name it.
func word(method string) string {
	if method == Push {
		return "push"
	}
	return "poll"
}

// Update lets change edit description, delivery and events.
func (s *Service) Update(ctx context.Context, realmID, applicationID, streamID string, change func(*Stream) error) (*Stream, error) {
	var stream *Stream
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if stream, err = s.ByID(ctx, realmID, applicationID, streamID); err != nil {
			return err
		}
		if err := change(stream); err != nil {
			return err
		}
		if err := stream.check(s.Networks); err != nil {
			return err
		}
		stream.UpdatedAt = database.At(s.Now()).Time()
		if err := s.update(ctx, stream); err != nil {
			return err
		}
		return s.Events.Record(ctx, stream.Ref(), StreamUpdated{stream.ApplicationID, word(stream.Method), stream.Delivered()})
	})
	if err != nil {
		return nil, fmt.Errorf("update stream %s: %w", streamID, err)
	}
	return stream, nil
}

// SetStatus enables, pauses or disables a stream. What waits for one that is disabled is
// dropped.
func (s *Service) SetStatus(ctx context.Context, realmID, applicationID, streamID string, status Status, reason string) (*Stream, error) {
	if status != Enabled && status != Paused && status != Disabled {
		return nil, ErrStatus
	}
	if len(reason) > 500 {
		return nil, ErrStatus.At("reason")
	}
	var stream *Stream
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if stream, err = s.ByID(ctx, realmID, applicationID, streamID); err != nil || stream.Status == status {
			return err
		}
		return s.turn(ctx, stream, status, reason)
	})
	if err != nil {
		return nil, fmt.Errorf("set the status of stream %s: %w", streamID, err)
	}
	return stream, nil
}

// turn gives the stream another status, in the transaction of ctx.
func (s *Service) turn(ctx context.Context, stream *Stream, status Status, reason string) error {
	stream.Status, stream.Reason, stream.Failures, stream.FailingSince = status, reason, 0, time.Time{}
	stream.UpdatedAt = database.At(s.Now()).Time()
	if err := s.update(ctx, stream); err != nil {
		return err
	}
	if status == Disabled {
		if err := s.dropSets(ctx, stream.RealmID, stream.ID); err != nil {
			return err
		}
	}
	s.DB.AfterCommit(ctx, s.nudge)
	return s.Events.Record(ctx, stream.Ref(), StatusChanged{stream.ApplicationID, string(status), reason})
}

// pause stops a stream because of its receiver; what it is told of waits.
func (s *Service) pause(ctx context.Context, stream *Stream, reason string) error {
	ctx = event.WithActor(ctx, event.Actor{Kind: event.System})
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		now, err := s.ByID(ctx, stream.RealmID, stream.ApplicationID, stream.ID)
		if err != nil || now.Status != Enabled {
			return err
		}
		in, err := s.Realms.ByID(ctx, stream.RealmID)
		if err != nil {
			return err
		}
		// The receiver reads of it as soon as it is enabled again (SSF 1.0 §8.1.5).
		if err := s.queue(ctx, in, now, streamUpdated, opaque(now.ID), map[string]any{"status": string(Paused), "reason": reason}, ""); err != nil {
			return err
		}
		return s.turn(ctx, now, Paused, reason)
	})
}

func opaque(streamID string) map[string]any {
	return map[string]any{"format": "opaque", "id": streamID}
}

// Delete ends a stream, with all that waits for it.
func (s *Service) Delete(ctx context.Context, realmID, applicationID, streamID string) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		stream, err := s.ByID(ctx, realmID, applicationID, streamID)
		if err != nil {
			return err
		}
		return s.drop(ctx, stream)
	})
	if err != nil {
		return fmt.Errorf("delete stream %s: %w", streamID, err)
	}
	return nil
}

func (s *Service) drop(ctx context.Context, stream *Stream) error {
	gone, err := s.remove(ctx, stream.RealmID, stream.ID)
	if err != nil {
		return err
	}
	if !gone {
		return ErrNotFound
	}
	if err := s.dropSets(ctx, stream.RealmID, stream.ID); err != nil {
		return err
	}
	return s.Events.Record(ctx, stream.Ref(), StreamDeleted{stream.ApplicationID})
}

// Verify queues a verification event with the receiver's state (SSF 1.0 §8.1.4). ErrTooSoon
// says that another was asked for within a minute.
func (s *Service) Verify(ctx context.Context, in *realm.Realm, applicationID, streamID, state string) error {
	if len(state) > 1000 {
		return ErrStream.At("state")
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		stream, err := s.ByID(ctx, in.ID, applicationID, streamID)
		if err != nil {
			return err
		}
		now := s.Now()
		may, err := s.verifying(ctx, in.ID, streamID, now, now.Add(-verifyEvery))
		if err != nil {
			return err
		}
		if !may {
			return ErrTooSoon.After(verifyEvery)
		}
		details := map[string]any{}
		if state != "" {
			details["state"] = state
		}
		return s.queue(ctx, in, stream, verification, opaque(stream.ID), details, "")
	})
	if err != nil {
		return fmt.Errorf("verify stream %s: %w", streamID, err)
	}
	return nil
}

// SetSubject includes a person in a stream, or leaves them out. All are included at first.
func (s *Service) SetSubject(ctx context.Context, realmID, applicationID, streamID, userID string, included bool) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.ByID(ctx, realmID, applicationID, streamID); err != nil {
			return err
		}
		if included {
			return s.include(ctx, realmID, streamID, userID)
		}
		if _, err := s.Users.ByID(ctx, realmID, userID); errors.Is(err, user.ErrNotFound) {
			return ErrNoSubject
		} else if err != nil {
			return err
		}
		return s.exclude(ctx, realmID, streamID, userID)
	})
	if err != nil {
		return fmt.Errorf("subject of stream %s: %w", streamID, err)
	}
	return nil
}

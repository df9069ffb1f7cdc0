package signal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/internal/worker"
)

const (
	// slots is how many calls a process makes at the same time, and perStream how many of
	// them to one receiver: who hangs delays itself.
	slots, perStream = 16, 2
	patience         = 10 * time.Second
	lease            = time.Minute
	pollEvery        = time.Second

	// A receiver that has failed so often, and for so long, is paused.
	pauseAfter = 10
	pauseSince = 24 * time.Hour
)

// newLane is the lane of calls to receivers.
func (s *Service) newLane() *worker.Lane[setRow] {
	return &worker.Lane[setRow]{
		Slots: slots, PerKey: perStream, Every: pollEvery, Bell: worker.NewBell(),
		Due: func(ctx context.Context, most int) ([]string, error) {
			ids, err := s.dueStreams(ctx, s.Now(), most)
			if err != nil {
				return nil, fmt.Errorf("look for security events: %w", err)
			}
			return ids, nil
		},
		Take: s.take,
		Key:  func(r setRow) string { return r.StreamID },
		Do:   s.push,
		Failed: func(ctx context.Context, err error) {
			s.Logger.ErrorContext(ctx, "security events cannot be pushed", "error", err)
		},
		Broke: func(ctx context.Context, r setRow, err error) {
			s.Logger.ErrorContext(ctx, "security event not settled", "set_id", r.ID, "error", err)
		},
	}
}

// nudge wakes the worker of this process.
func (s *Service) nudge() { s.lane.Bell.Ring() }

// Run pushes until ctx ends, and finishes the calls that it is at.
func (s *Service) Run(ctx context.Context) error {
	s.lane.Run(ctx)
	return nil
}

// Once pushes some of what is due and returns how many it took on.
func (s *Service) Once(ctx context.Context) (int, error) {
	rows, err := s.lane.Claim(ctx)
	if err != nil {
		return 0, err
	}
	return len(rows), worker.Each(ctx, rows, s.push)
}

func (s *Service) take(ctx context.Context, streamID string, most int) (rows []setRow, err error) {
	owner, now := id.New(), s.Now()
	err = s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		rows, err = s.claim(ctx, owner, streamID, now, now.Add(lease), most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim security events of stream %s: %w", streamID, err)
	}
	return rows, nil
}

// push makes one call and writes what came of it.
func (s *Service) push(ctx context.Context, r setRow) error {
	stream, err := s.find(ctx, r.RealmID, r.StreamID)
	if errors.Is(err, database.ErrNotFound) {
		return nil // its tokens went with it
	}
	if err != nil {
		return err
	}
	may, err := s.receives(ctx, stream)
	if err != nil {
		return err
	}
	if !may {
		return s.pause(ctx, stream, "The application may not receive the realm's security events any more.")
	}
	token, err := s.sign(ctx, r)
	if err != nil {
		return err
	}
	done, failed := s.call(ctx, stream, token)
	if !done {
		s.Logger.WarnContext(ctx, "security event not delivered", "stream_id", stream.ID, "set_id", r.ID, "attempts", r.Attempts, "reason", failed)
		return s.again(ctx, stream, r)
	}
	if failed != "" {
		s.Logger.WarnContext(ctx, "security event refused by its receiver", "stream_id", stream.ID, "set_id", r.ID, "reason", failed)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.acknowledge(ctx, r.RealmID, r.StreamID, []string{r.ID}); err != nil {
			return err
		}
		return s.well(ctx, stream)
	})
}

// receives reports whether the application may still be told: it is enabled and holds the
// permission.
func (s *Service) receives(ctx context.Context, stream *Stream) (bool, error) {
	app, err := s.Applications.ByID(ctx, stream.RealmID, stream.ApplicationID)
	if err != nil || !app.Enabled {
		return false, err
	}
	return s.holds(ctx, stream.RealmID, stream.ApplicationID, readPermission)
}

// holds reports whether the application has the permission for the whole realm.
func (s *Service) holds(ctx context.Context, realmID, applicationID, permission string) (bool, error) {
	reach, err := s.Permissions.Authorize(ctx, &rest.Principal{
		Kind: rest.Application, ID: applicationID, RealmID: realmID, ApplicationID: applicationID,
	}, permission)
	return reach.All, err
}

// again gives the token back until its next attempt, and counts the failure.
func (s *Service) again(ctx context.Context, stream *Stream, r setRow) error {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	step := steps[min(max(r.Attempts, 1), len(steps))-1]
	now := s.Now()
	var failures int
	var since time.Time
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if err = s.postpone(ctx, r, now.Add(step+rand.N(step/5))); err != nil {
			return err
		}
		failures, since, err = s.ailing(ctx, stream, now)
		return err
	})
	if err != nil || failures < pauseAfter || now.Sub(since) < pauseSince {
		return err
	}
	return s.pause(ctx, stream, "The receiver has failed for a day.")
}

// call posts the token (RFC 8935 §2). done says that it need not be sent again: it was
// taken, or refused for what it is.
func (s *Service) call(ctx context.Context, stream *Stream, token string) (done bool, failed string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, stream.Endpoint, strings.NewReader(token))
	if err != nil {
		return false, "the address cannot be called"
	}
	req.Header.Set("Content-Type", "application/secevent+jwt")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", "AuthServer-Signals/1")
	if stream.Credential != "" {
		req.Header.Set("Authorization", stream.Credential)
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return false, "no answer"
	}
	defer func() { _ = res.Body.Close() }()
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return true, ""
	case res.StatusCode != http.StatusBadRequest:
		return false, res.Status
	}
	raw, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	var refusal struct {
		Err string `json:"err"`
	}
	if json.Unmarshal(raw, &refusal) != nil {
		return false, res.Status
	}
	switch refusal.Err { // RFC 8935 §2.4
	case "invalid_request", "invalid_key", "invalid_issuer", "invalid_audience":
		return true, refusal.Err
	case "authentication_failed", "access_denied":
		return false, refusal.Err
	}
	return false, res.Status
}

package pubsub

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"authserver/internal/id"
	"authserver/internal/tracing"
)

const (
	// group is the name under which all nodes of the house share a stream.
	group = "authserver"
	// waiting is how long a read waits for messages.
	waiting = 2 * time.Second
	// streamKept is how long a stream keeps messages, read or not.
	streamKept = 14 * 24 * time.Hour
	// field of an entry that holds the message; type stands beside it for who filters.
	fieldBody, fieldType = "message", "type"
)

// dial returns a client that leaves trying again to us.
func dial(url string) (*redis.Client, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("the URL of Redis is malformed") // the parser's error would quote the password
	}
	o.MaxRetries, o.DialTimeout, o.DialerRetries = -1, 2*time.Second, 1
	o.ContextTimeoutEnabled, o.DisableIdentity, o.Protocol = true, true, 2
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClient(o)
	client.AddHook(tracing.Redis{})
	return client, nil
}

// stream publishes to a stream of Redis.
type stream struct {
	client *redis.Client
	name   string
	now    func() time.Time
}

// Publish implements Publisher. An entry without an answer may be there all the same;
// it is written again, under the same id.
func (s *stream) Publish(ctx context.Context, list []Outgoing) []error {
	errs := make([]error, len(list))
	oldest := strconv.FormatInt(s.now().Add(-streamKept).UnixMilli(), 10)
	pipe := s.client.Pipeline()
	answers := make([]*redis.StringCmd, 0, len(list))
	for _, m := range list {
		answers = append(answers, pipe.XAdd(ctx, &redis.XAddArgs{
			Stream: s.name, MinID: oldest, Approx: true, Values: []any{fieldType, m.Type, fieldBody, m.Body},
		}))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		for i, a := range answers {
			if errs[i] = a.Err(); errs[i] == nil && a.Val() == "" {
				errs[i] = err
			}
		}
	}
	return errs
}

// reader reads a stream of Redis as a member of the house's group.
type reader struct {
	client       *redis.Client
	name, member string
	visibility   time.Duration
}

func newGroup(client *redis.Client, name string, visibility time.Duration) *reader {
	return &reader{client: client, name: name, member: id.New(), visibility: visibility}
}

// Receive implements Source: first what somebody has taken and not finished, then what
// is new.
func (r *reader) Receive(ctx context.Context) ([]Delivery, error) {
	list, err := r.receive(ctx)
	if err != nil && strings.HasPrefix(err.Error(), "NOGROUP") {
		// From the beginning: whoever wrote before us shall be heard.
		if err := r.client.XGroupCreateMkStream(ctx, r.name, group, "0").Err(); err != nil && !strings.HasPrefix(err.Error(), "BUSYGROUP") {
			return nil, fmt.Errorf("make the group of %s: %w", r.name, err)
		}
		list, err = r.receive(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", r.name, err)
	}
	return list, nil
}

func (r *reader) receive(ctx context.Context) ([]Delivery, error) {
	old, _, err := r.client.XAutoClaim(ctx, &redis.XAutoClaimArgs{
		Stream: r.name, Group: group, Consumer: r.member, MinIdle: r.visibility, Start: "0-0", Count: batch,
	}).Result()
	if err != nil {
		return nil, err
	}
	if len(old) > 0 {
		return r.again(ctx, old)
	}
	fresh, err := r.client.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: group, Consumer: r.member, Streams: []string{r.name, ">"}, Count: batch, Block: waiting,
	}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Delivery
	for _, s := range fresh {
		for _, m := range s.Messages {
			list = append(list, delivery(m, 1))
		}
	}
	return list, nil
}

// again learns how often messages have been delivered.
func (r *reader) again(ctx context.Context, old []redis.XMessage) ([]Delivery, error) {
	pending, err := r.client.XPendingExt(ctx, &redis.XPendingExtArgs{
		Stream: r.name, Group: group, Consumer: r.member, Start: old[0].ID, End: old[len(old)-1].ID, Count: 10 * batch,
	}).Result()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, p := range pending {
		counts[p.ID] = int(p.RetryCount)
	}
	list := make([]Delivery, 0, len(old))
	for _, m := range old {
		list = append(list, delivery(m, max(2, counts[m.ID])))
	}
	return list, nil
}

func delivery(m redis.XMessage, count int) Delivery {
	body, _ := m.Values[fieldBody].(string) // an entry of another form is an invalid message
	return Delivery{Handle: m.ID, Body: []byte(body), Count: count}
}

// Done implements Source.
func (r *reader) Done(ctx context.Context, d Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return r.client.XAck(ctx, r.name, group, d.Handle).Err()
}

// Extend implements Source: claiming what is ours begins its time anew. What is done is
// no longer there to be claimed.
func (r *reader) Extend(ctx context.Context, list []Delivery) error {
	ids := make([]string, 0, len(list))
	for _, d := range list {
		ids = append(ids, d.Handle)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return r.client.XClaimJustID(ctx, &redis.XClaimArgs{Stream: r.name, Group: group, Consumer: r.member, Messages: ids}).Err()
}

package ratelimit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"authserver/internal/secret"
)

// script is Limit.step for several counters: all are moved on, or none. It answers with
// the word that it was asked with, so that an answer that belongs to another question is
// known (CVE-2025-29923 mixed them up), with the longest wait in microseconds, and with
// the number of the counter that has it.
//
// Numbers of Lua are doubles, which hold microseconds since 1970 exactly until 2255.
const script = `
local now
if ARGV[2] == '' then
  local t = redis.call('TIME')
  now = t[1] * 1000000 + t[2]
else
  now = tonumber(ARGV[2])
end
local wait, which, tats = 0, 0, {}
for i, key in ipairs(KEYS) do
  local interval, span = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local tat = tonumber(redis.call('GET', key) or now) or now
  if tat < now or tat > now + span then tat = now end
  tats[i] = tat + interval
  local over = tats[i] - now - span
  if over > wait then wait, which = over, i end
end
if wait == 0 then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', tats[i]), 'PX', math.ceil((tats[i] - now) / 1000))
  end
end
return {ARGV[1], wait, which}`

// errMixedUp says that Redis answered another question.
var errMixedUp = errors.New("ratelimit: Redis gave an answer to another question")

// shared is the counters that all nodes see.
type shared struct {
	client redis.UniversalClient
	script *redis.Script
	now    func() int64 // nil: Redis's own clock
	// patience is how long Redis may take to answer.
	patience time.Duration
}

// Dial returns a client for the Redis at url, without connecting: redis://, or rediss://
// for TLS. A parameter addr names further nodes of a cluster, and master_name the master
// that the sentinels at the address know.
func Dial(url string) (redis.UniversalClient, error) {
	o, err := universal(url)
	if err != nil {
		return nil, fmt.Errorf("the URL of Redis: %w", err)
	}
	// How long a caller waits is the context's matter. A connection may take longer to come
	// about: it is made in the background, for the next one.
	o.MaxRetries, o.DialTimeout, o.DialerRetries = -1, 2*time.Second, 1
	o.ContextTimeoutEnabled, o.DisableIdentity, o.Protocol, o.PipelinePoolSize = true, true, 2, -1
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewUniversalClient(o), nil
}

// Quiet has go-redis keep to itself that connections break: what matters of it is logged
// by Limiter, once. It concerns the whole program, which calls it before anything else.
func Quiet() { redis.SetLogger(silence{}) }

type silence struct{}

// Printf implements the logger of go-redis.
func (silence) Printf(context.Context, string, ...any) {}

// universal reads the URL. What go-redis makes of an address depends on the other two
// parameters, which it does not read here.
func universal(address string) (*redis.UniversalOptions, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("is no URL") // the error would print the password
	}
	q := u.Query()
	more, master := q["addr"], q.Get("master_name")
	q.Del("addr")
	q.Del("master_name")
	u.RawQuery = q.Encode()
	one, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, err
	}
	return &redis.UniversalOptions{
		Addrs: append([]string{one.Addr}, more...), MasterName: master, IsClusterMode: len(more) > 0 && master == "",
		Username: one.Username, Password: one.Password, DB: one.DB, TLSConfig: one.TLSConfig,
	}, nil
}

func (s *shared) take(ctx context.Context, cells []Cell) (refusal, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	word := base64.RawURLEncoding.EncodeToString(secret.Bytes(6))
	keys := make([]string, len(cells))
	args := make([]any, 0, 2+2*len(cells))
	args = append(args, word, s.clock())
	for i, c := range cells {
		keys[i] = name(c.Key)
		args = append(args, c.Limit.interval(), c.Limit.span())
	}
	answer, err := s.script.Run(ctx, s.client, keys, args...).Slice()
	if err != nil {
		return refusal{}, err
	}
	if len(answer) != 3 || answer[0] != word {
		return refusal{}, errMixedUp
	}
	wait, ok1 := answer[1].(int64)
	which, ok2 := answer[2].(int64)
	if !ok1 || !ok2 || wait < 0 || wait > 0 && (which < 1 || which > int64(len(cells))) {
		return refusal{}, errMixedUp
	}
	return refusal{wait, int(which) - 1}, nil
}

func (s *shared) clock() string {
	if s.now == nil {
		return ""
	}
	return strconv.FormatInt(s.now(), 10)
}

// name is the key as Redis knows it. What is in braces decides on the node of a cluster.
func name(k Key) string {
	e := base64.RawURLEncoding
	return "authserver:limit:{" + e.EncodeToString(k.group()) + "}" + e.EncodeToString(k[groupSize:])
}

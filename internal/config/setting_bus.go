package config

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// Bus is where messages about events go, and where others' come from. Its zero value is
// none.
type Bus struct {
	// Redis is the server, as redis:// or rediss://; empty: the bus is Amazon's.
	Redis string
	// Stream and Inbox are the streams of Redis that are written and read.
	Stream, Inbox string

	Region string
	// TopicARN is the topic of SNS that is published to, Queue the name of the queue of
	// SQS that is read. One of them may be empty.
	TopicARN, Queue string
	// Endpoint takes the place of Amazon's own addresses.
	Endpoint string
}

// On reports whether there is a bus.
func (b Bus) On() bool { return b.Redis != "" || b.Region != "" }

// Publishes and Consumes report which ways it has.
func (b Bus) Publishes() bool { return b.Redis != "" || b.TopicARN != "" }

// Consumes reports whether others' messages are read.
func (b Bus) Consumes() bool { return b.Inbox != "" || b.Queue != "" }

// busSettings are about the bus.
func busSettings() []setting {
	return []setting{
		{Setting{prefix + "BUS_URL", true, "none", "redis://:PASSWORD@redis.internal:6379/1?stream=authserver.events",
			"Bus that every event is published to: redis://HOST/DB?stream=NAME&inbox=NAME or aws://REGION?topic=ARN&queue=NAME (SNS and SQS); inbox or queue is what is read."},
			setBus},
	}
}

// streamForm is what names of streams and queues are made of.
const streamForm = `^[A-Za-z0-9_.:-]{1,80}$`

func setBus(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil {
		return errBus // the parser would quote the password
	}
	q := u.Query()
	take := func(name string) string {
		defer q.Del(name)
		return q.Get(name)
	}
	var b Bus
	switch u.Scheme {
	case "redis", "rediss":
		b.Stream, b.Inbox = take("stream"), take("inbox")
		if b.Stream == "" {
			b.Stream = "authserver.events"
		}
		u.RawQuery = q.Encode()
		b.Redis = u.String()
		if u.Hostname() == "" {
			return errBus
		}
	case "aws":
		b.Region, b.TopicARN, b.Queue, b.Endpoint = u.Host, take("topic"), take("queue"), take("endpoint")
		environment := take("environment")
		if len(q) > 0 || u.User != nil || strings.Trim(u.Path, "/") != "" || b.Region == "" {
			return errBus
		}
		if err := b.checkAWS(environment); err != nil {
			return err
		}
	default:
		return errBus
	}
	for _, name := range []string{b.Stream, b.Inbox, b.Queue} {
		if name != "" && !regexp.MustCompile(streamForm).MatchString(name) {
			return errors.New("names a stream or a queue with other characters than letters, digits, and _ . : -")
		}
	}
	if b.Stream != "" && b.Stream == b.Inbox {
		return errors.New("would read what it writes: stream and inbox are the same")
	}
	c.Bus = b
	return nil
}

var errBus = errors.New("must be redis://HOST:PORT/DB?stream=NAME&inbox=NAME or aws://REGION?topic=ARN&queue=NAME")

// checkAWS completes the name of the queue: each topic has one queue in each
// environment, TOPIC-ENVIRONMENT.
func (b *Bus) checkAWS(environment string) error {
	if b.TopicARN != "" {
		part := strings.Split(b.TopicARN, ":")
		if len(part) != 6 || part[0] != "arn" || part[2] != "sns" || part[5] == "" {
			return errors.New("topic must be the ARN of a topic of SNS")
		}
		if environment != "" && b.Queue == "" {
			b.Queue = part[5] + "-" + environment
		}
	}
	if b.TopicARN == "" && b.Queue == "" {
		return errors.New("needs a topic to publish to, or a queue to read")
	}
	if b.Endpoint != "" {
		return serviceURL(b.Endpoint)
	}
	return nil
}

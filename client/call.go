package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// attempts is how often a call is sent that may be repeated.
	attempts = 4
	// longestWait bounds what a server may ask to wait.
	longestWait = 30 * time.Second
	// largest is the most that is read of an answer.
	largest = 64 << 20
)

// call asks for something of the realm.
func (r *RealmClient) call(ctx context.Context, method, path string, query url.Values, body, answer any, options []CallOption) error {
	return r.Client.call(ctx, method, "/realms/"+url.PathEscape(r.slug)+path, query, body, answer, options)
}

// call sends the request, again if it may be and the server is busy, and decodes the
// answer: into a *[]byte as it is, into anything else as JSON.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, answer any, options []CallOption) error {
	this := call{header: http.Header{}}
	for _, o := range options {
		o(&this)
	}
	sent, err := encode(body)
	if err != nil {
		return fmt.Errorf("client: %s %s: %w", method, path, err)
	}
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	repeatable := method != http.MethodPost && method != http.MethodPatch || this.header.Get("Idempotency-Key") != ""
	for attempt := 1; ; attempt++ {
		status, header, got, err := c.send(ctx, method, address, sent, this.header)
		busy := err != nil || status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
		if busy && repeatable && attempt < attempts {
			if err := wait(ctx, pause(header, attempt)); err != nil {
				return fmt.Errorf("client: %s %s: %w", method, path, err)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("client: %s %s: %w", method, path, err)
		}
		if this.etag != nil {
			*this.etag = header.Get("ETag")
		}
		return decode(status, header, got, answer)
	}
}

// raw is a body as it is sent.
type raw struct {
	kind  string
	bytes []byte
}

// encode writes a body: as it is, or as JSON.
func encode(body any) (raw, error) {
	switch b := body.(type) {
	case nil:
		return raw{}, nil
	case raw:
		return b, nil
	}
	text, err := json.Marshal(body)
	return raw{"application/json", text}, err
}

func (c *Client) send(ctx context.Context, method, address string, body raw, header http.Header) (int, http.Header, []byte, error) {
	var sent io.Reader
	if body.kind != "" {
		sent = bytes.NewReader(body.bytes)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header = header.Clone()
	r.Header.Set("Accept", "application/json, application/problem+json, */*;q=0.1")
	if body.kind != "" {
		r.Header.Set("Content-Type", body.kind)
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(answer.Body, largest+1))
	if err == nil && len(got) > largest {
		err = fmt.Errorf("the answer has more than %d bytes", largest)
	}
	return answer.StatusCode, answer.Header, got, err
}

// pause is what the server asks for (RFC 9110 §10.2.3), or a growing time.
func pause(header http.Header, attempt int) time.Duration {
	asked := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(asked); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	// A date is counted from the server's own time: our clock may be another.
	at, err := http.ParseTime(asked)
	now, sent := http.ParseTime(header.Get("Date"))
	if err == nil && sent == nil {
		return min(max(at.Sub(now), 0), longestWait)
	}
	return 100 * time.Millisecond << attempt
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func decode(status int, header http.Header, got []byte, answer any) error {
	if status >= 300 {
		p := &Problem{Status: status, Code: "http_" + strconv.Itoa(status), Title: http.StatusText(status)}
		if strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") {
			_ = json.Unmarshal(got, p) // what stands above, if it is none
		}
		return p
	}
	switch into := answer.(type) {
	case nil:
		return nil
	case *[]byte:
		*into = got
		return nil
	}
	if err := json.Unmarshal(got, answer); err != nil {
		return fmt.Errorf("client: the answer cannot be read: %w", err)
	}
	return nil
}

// put adds a query parameter unless it is zero.
func put(v url.Values, name string, value any) {
	switch x := value.(type) {
	case string:
		if x != "" {
			v.Set(name, x)
		}
	case int64:
		if x != 0 {
			v.Set(name, strconv.FormatInt(x, 10))
		}
	case *bool:
		if x != nil {
			v.Set(name, strconv.FormatBool(*x))
		}
	case time.Time:
		if !x.IsZero() {
			v.Set(name, x.UTC().Format(time.RFC3339Nano))
		}
	case []string:
		for _, one := range x {
			v.Add(name, one)
		}
	}
}

// pages goes through a list from page to page.
func pages[T any](next func(cursor string) (items []T, after string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		cursor, seen := "", map[string]bool{}
		for {
			items, after, err := next(cursor)
			if err == nil && seen[after] {
				err = errors.New("client: the server goes round in circles: it has given that cursor before")
			}
			seen[after] = after != ""
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if after == "" {
				return
			}
			cursor = after
		}
	}
}

package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/internal/web"

	"github.com/gin-gonic/gin"
)

// Faults of idempotency keys.
var (
	ErrKeyReused = fault.New(fault.Conflict, "idempotency_key_reused", "That Idempotency-Key was sent with another request.")
	ErrKeyInUse  = fault.New(fault.Conflict, "idempotency_key_in_use", "The request with that Idempotency-Key is still running.").After(time.Second)
	errKeyShape  = fault.New(fault.Invalid, "idempotency_key_invalid", "An Idempotency-Key has 1 to 255 printable ASCII characters.").At("idempotency-key")
)

// remembered is how long an answer can be asked for again.
const remembered = 24 * time.Hour

// kept is an answer as it is stored.
type kept struct {
	Header http.Header     `json:"header,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// once runs the operation unless it has been run with that key already, in which case
// what was answered then is answered again. Failures are not remembered: the caller may
// mend what was wrong and send the key again. If the process dies in between, the key is
// free after a minute.
func (a *API) once(c *gin.Context, op *operation, key string, in any, h handler) error {
	if len(key) > 255 || bytes.ContainsFunc([]byte(key), func(r rune) bool { return r < '!' || r > '~' }) {
		return errKeyShape
	}
	ctx := c.Request.Context()
	r, err := a.claimed(ctx, op, key, c.Request.URL.Path, in)
	if err != nil {
		return err
	}
	won, err := a.insert(ctx, r)
	if err != nil {
		return err
	}
	if !won {
		again, done, err := a.before(ctx, r)
		if err != nil {
			return err
		}
		if done {
			return a.repeat(c, again)
		}
	}
	out, err := h(ctx, in)
	if err != nil {
		if err := a.release(context.WithoutCancel(ctx), r); err != nil {
			return fmt.Errorf("release idempotency key: %w", err)
		}
		return err
	}
	if err := a.remember(context.WithoutCancel(ctx), op, r, out); err != nil {
		return err
	}
	return a.answer(c, op, out)
}

// claimed is the row that claims the key for this request.
func (a *API) claimed(ctx context.Context, op *operation, key, path string, in any) (row, error) {
	p := From(ctx)
	var sent []byte
	if op.input.body != nil {
		var err error
		if sent, err = json.Marshal(reflect.ValueOf(in).Elem().FieldByIndex(op.input.body).Interface()); err != nil {
			return row{}, fmt.Errorf("digest of request: %w", err)
		}
	}
	now := a.Now()
	return row{
		RealmID: p.RealmID, Caller: p.Kind + ":" + p.ID, Key: key, Claim: id.New(),
		// Keyed: a body may hold a password, and a plain digest would let it be guessed.
		Request:    secret.MAC(a.Ring.Derive("rest: requests")[0], op.ID, path, string(sent)),
		LeaseUntil: database.At(now.Add(lease)), ExpiresAt: database.At(now.Add(remembered)),
	}, nil
}

// before looks at who used the key. It returns the answer of then, or takes the key over
// from one who did not come back.
func (a *API) before(ctx context.Context, r row) (old row, done bool, err error) {
	old, found, err := a.find(ctx, r)
	if err != nil {
		return row{}, false, fmt.Errorf("read idempotency key: %w", err)
	}
	now := database.At(a.Now())
	switch {
	case !found: // released a moment ago
		return row{}, false, ErrKeyInUse
	case old.ExpiresAt > now && !secret.Equal(old.Request, r.Request):
		return row{}, false, ErrKeyReused
	case old.LeaseUntil == 0 && old.ExpiresAt > now:
		return old, true, nil
	case old.LeaseUntil > now:
		return row{}, false, ErrKeyInUse
	}
	won, err := a.take(ctx, old, r)
	if err != nil {
		return row{}, false, fmt.Errorf("take idempotency key: %w", err)
	}
	if !won {
		return row{}, false, ErrKeyInUse
	}
	return row{}, false, nil
}

func (a *API) remember(ctx context.Context, op *operation, r row, out any) error {
	k := kept{Header: http.Header{}}
	if v := reflect.ValueOf(out); !v.IsNil() {
		for _, h := range op.output.headers {
			k.Header.Set(h.name, v.Elem().FieldByIndex(h.index).String())
		}
		if op.output.body != nil && !op.output.file {
			body, err := json.Marshal(v.Elem().FieldByIndex(op.output.body).Interface())
			if err != nil {
				return fmt.Errorf("encode answer: %w", err)
			}
			k.Body = body
		}
	}
	plain, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	sealed, err := a.Ring.Seal(plain, "rest: idempotency", r.RealmID, r.Caller, r.Key)
	if err != nil {
		return fmt.Errorf("seal answer: %w", err)
	}
	if err := a.settle(ctx, r, op.Status, sealed); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// repeat answers what was answered before.
func (a *API) repeat(c *gin.Context, old row) error {
	plain, err := a.Ring.Open(old.Answer, "rest: idempotency", old.RealmID, old.Caller, old.Key)
	if err != nil {
		return fmt.Errorf("open answer: %w", err)
	}
	var k kept
	if err := json.Unmarshal(plain, &k); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	for name := range k.Header {
		c.Header(name, k.Header.Get(name))
	}
	c.Header("Idempotency-Replayed", "true")
	if k.Body == nil {
		c.Status(int(old.Status))
		c.Writer.WriteHeaderNow()
		return nil
	}
	return web.JSON(c, int(old.Status), k.Body)
}

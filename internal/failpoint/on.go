//go:build faultinject

package failpoint

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Enabled reports whether the program has failpoints at all.
const Enabled = true

type key string

// Set returns a context under which the point calls fn and fails as fn does. The
// armed point travels with the context, so tests in parallel do not meet. fn must
// be safe for concurrent use.
func Set(ctx context.Context, name string, fn func(context.Context) error) context.Context {
	return context.WithValue(ctx, key(name), fn)
}

// Hit passes the point: it returns nil, unless the context or the process's
// environment has armed it.
func Hit(ctx context.Context, name string) error {
	if fn, ok := ctx.Value(key(name)).(func(context.Context) error); ok {
		if err := fn(ctx); err != nil {
			return err
		}
	}
	if a := environment()[name]; a != nil {
		return a.act(name)
	}
	return nil
}

// action is what FAILPOINTS asks of a point.
type action struct {
	what string
	at   int64 // the passage at which to act; 0 is every one
	hits atomic.Int64
}

// environment reads FAILPOINTS once.
var environment = sync.OnceValue(func() map[string]*action {
	actions := map[string]*action{}
	for entry := range strings.SplitSeq(os.Getenv("FAILPOINTS"), ",") {
		if entry == "" {
			continue
		}
		name, what, ok := strings.Cut(entry, "=")
		what, at, counted := strings.Cut(what, "@")
		a := &action{what: what}
		var err error
		if counted {
			a.at, err = strconv.ParseInt(at, 10, 64)
		}
		if !ok || err != nil || (what != "kill" && what != "error" && what != "panic") {
			panic(fmt.Sprintf("FAILPOINTS: %q is not NAME=kill|error|panic[@N]", entry))
		}
		actions[name] = a
	}
	return actions
})

func (a *action) act(name string) error {
	if n := a.hits.Add(1); a.at != 0 && n != a.at {
		return nil
	}
	switch a.what {
	case "kill":
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			_ = p.Kill()
		}
		select {} // the signal is on its way; nothing more may happen
	case "panic":
		panic("failpoint " + name)
	default:
		return fmt.Errorf("%w at %s", ErrInjected, name)
	}
}

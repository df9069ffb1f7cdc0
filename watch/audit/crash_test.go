//go:build faultinject

package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"authserver/internal/failpoint"
)

// Whoever dies between the entry and the commit leaves neither; the next one leaves one.
func TestAnEventWhoseDispatchDiesIsOneEntry(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"audit/appended", "event/handled", "database/committing", "event/dispatched"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.settle(t)
			o.record(t, ann(), "ann", said{kind: "test.said"}, said{kind: "test.said"})
			died := 0
			ctx := failpoint.Set(t.Context(), step, func(context.Context) error {
				died++
				return failpoint.ErrInjected
			})
			for range 3 {
				_, _ = o.dispatcher.Once(ctx)
			}
			if r := o.verify(t); died == 0 || !r.Intact || step != "event/dispatched" && r.Entries != 1 {
				t.Errorf("%d deaths, report %+v", died, r)
			}
			o.people.Clock.Add(time.Hour)
			o.settle(t)
			if r := o.verify(t); !r.Intact || r.Entries != 3 {
				t.Errorf("report %+v", r)
			}
		})
	}
}

// A checkpoint that was not committed is made again, and entries that were given up are
// removed by whoever comes next.
func TestWorkThatDiesIsDoneByTheNext(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, 20)
	die := func(step string) context.Context {
		return failpoint.Set(t.Context(), step, func(context.Context) error { return failpoint.ErrInjected })
	}
	if n, err := o.audit.Checkpoint(die("audit/closing")); n != 0 || !errors.Is(err, failpoint.ErrInjected) {
		t.Fatalf("%d segments closed, %v", n, err)
	}
	if r := o.verify(t); !r.Intact || r.Checkpoints != 0 {
		t.Errorf("report %+v", r)
	}
	if n := o.checkpoint(t); n != 2 {
		t.Errorf("%d segments closed", n)
	}
	o.people.Clock.Add(31 * day)
	if _, err := o.audit.Sweep(die("audit/removing")); !errors.Is(err, failpoint.ErrInjected) {
		t.Fatal(err)
	}
	if r := o.verify(t); !r.Intact || r.First != 17 { // given up, and still there
		t.Errorf("report %+v", r)
	}
	if n, err := o.audit.Sweep(t.Context()); err != nil || n != 16 {
		t.Errorf("%d entries removed, %v", n, err)
	}
}

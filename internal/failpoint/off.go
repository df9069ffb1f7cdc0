//go:build !faultinject

package failpoint

import "context"

// Enabled reports whether the program has failpoints at all.
const Enabled = false

// Hit does nothing in this build.
func Hit(context.Context, string) error { return nil }

// Set does nothing in this build.
func Set(ctx context.Context, _ string, _ func(context.Context) error) context.Context { return ctx }

package login

import (
	"testing"
	"time"

	"authserver/tenant/realm"
)

func TestWaitGrowsUpToTheHardLimit(t *testing.T) {
	t.Parallel()
	usual := realm.DefaultPolicy().Lockout
	steady := realm.Lockout{Threshold: 3, Base: time.Minute, Growth: 1, Max: time.Hour, Hard: 5}
	tests := []struct {
		policy   realm.Lockout
		kind     string
		failures int64
		want     time.Duration
	}{
		{usual, kindAccount, 0, 0}, {usual, kindAccount, 9, 0},
		{usual, kindAccount, 10, 30 * time.Second}, {usual, kindAccount, 11, time.Minute}, {usual, kindIdentifier, 12, 2 * time.Minute},
		{usual, kindAccount, 14, 8 * time.Minute}, {usual, kindAccount, 15, 15 * time.Minute}, {usual, kindAccount, 99, 15 * time.Minute},
		{usual, kindAccount, 100, forever}, {usual, kindIdentifier, 1000, forever},
		{usual, kindDevice, 9, 0}, {usual, kindDevice, 10, forever},
		{steady, kindAccount, 2, 0}, {steady, kindAccount, 3, time.Minute}, {steady, kindAccount, 4, time.Minute}, {steady, kindAccount, 5, forever},
	}
	for _, tc := range tests {
		if got := wait(tc.policy, tc.kind, tc.failures); got != tc.want {
			t.Errorf("wait(%s, %d) = %s, want %s", tc.kind, tc.failures, got, tc.want)
		}
	}
}

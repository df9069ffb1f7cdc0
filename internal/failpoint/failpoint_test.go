package failpoint_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"authserver/internal/failpoint"
)

func TestPointFailsOnlyWhereItIsArmed(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	armed := failpoint.Set(t.Context(), "room/step", func(context.Context) error { return boom })
	if err := failpoint.Hit(t.Context(), "room/step"); err != nil {
		t.Errorf("another context: %v", err)
	}
	if err := failpoint.Hit(armed, "room/other"); err != nil {
		t.Errorf("another point: %v", err)
	}
	if err := failpoint.Hit(armed, "room/step"); errors.Is(err, boom) != failpoint.Enabled {
		t.Errorf("got %v with failpoints enabled: %v", err, failpoint.Enabled)
	}
}

// TestPassThreeTimes is the process that TestEnvironmentArmsAProcess starts.
func TestPassThreeTimes(t *testing.T) {
	t.Parallel()
	if os.Getenv("FAILPOINTS") == "" {
		return
	}
	for range 3 {
		if err := failpoint.Hit(t.Context(), "room/step"); err != nil {
			t.Log("failed:", err)
		} else {
			t.Log("passed")
		}
	}
}

func TestEnvironmentArmsAProcess(t *testing.T) {
	t.Parallel()
	if !failpoint.Enabled {
		return
	}
	for armed, want := range map[string]string{
		"room/step=error@2": "passed failed passed",
		"room/step=kill@3":  "killed",
		"room/step=panic":   "panic: failpoint room/step",
		"room/step=nothing": "is not NAME=kill|error|panic",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPassThreeTimes$", "-test.v")
		cmd.Env = append(os.Environ(), "FAILPOINTS="+armed)
		out, err := cmd.CombinedOutput()
		got := string(out)
		if strings.Contains(armed, "error") {
			got = ""
			for line := range strings.Lines(string(out)) {
				for _, word := range []string{"passed", "failed"} {
					if strings.Contains(line, ": "+word) {
						got += word + " "
					}
				}
			}
		}
		if err != nil {
			got += " " + err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", armed, got, want)
		}
	}
}

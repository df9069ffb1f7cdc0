package realm_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"authserver/tenant/realm"
)

// What operators read about a policy (docs/operate.md) is what a policy is: every name,
// none that is not there, and each with its default.
func TestOperatorsReadOfEveryPolicyValue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "\n## What a realm demands\n")
	if !found {
		t.Fatal("docs/operate.md has no section about policies")
	}
	section, _, _ = strings.Cut(section, "\n### ")
	written := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \| (.*?) \| `).FindAllStringSubmatch(section, -1) {
		value, _, _ := strings.Cut(row[2], " (") // after it stands what the seconds are
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			written[name[1]] = value
		}
	}

	text, err := json.Marshal(realm.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	var policy map[string]json.RawMessage
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	for name, value := range policy {
		if got, want := written[name], strings.Trim(string(value), `"`); got != want {
			t.Errorf("docs/operate.md says that the default of %s is %q, want %q", name, got, want)
		}
		delete(written, name)
	}
	for name := range written {
		t.Errorf("docs/operate.md tells of %s, which no policy has", name)
	}
}

// The bounds that operators read are those that Check has: both ends pass, and what
// stands just outside does not.
func TestOperatorsReadTheBoundsOfPolicies(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| [^|]* \\| (\\d+) to (\\d+)").FindAllStringSubmatch(string(page), -1)
	if len(rows) < 20 {
		t.Fatalf("only %d policy values have bounds", len(rows))
	}
	for _, row := range rows {
		var low, high int
		if _, err := fmt.Sscan(row[2]+" "+row[3], &low, &high); err != nil {
			t.Fatal(err)
		}
		for value, want := range map[int]bool{low: true, high: true, low - 1: false, high + 1: false} {
			if got := boundAllows(row[1], value); got != want {
				t.Errorf("docs/operate.md says %s to %s for %s; %d is allowed: %t", row[2], row[3], row[1], value, got)
			}
		}
	}
}

// boundAllows reports whether Check lets the value pass by its own bounds. Values that
// depend on another one are set so that they do not stand in its way.
func boundAllows(name string, value int) bool {
	p := realm.DefaultPolicy()
	wide := map[string]int{
		"refresh_idle": 300, "refresh_absolute": 31536000, "session_idle": 300, "session_absolute": 2592000,
		"lockout_base": 1, "lockout_max": 86400, "lockout_threshold": 3, "lockout_hard": 100,
	}
	wide[name] = value
	text, err := json.Marshal(wide)
	if err != nil {
		return false
	}
	return json.Unmarshal(text, &p) == nil && p.Check() == nil
}

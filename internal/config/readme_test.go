package config_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"authserver/internal/config"
)

// The README's table of settings is what Settings says, so that a newcomer is never told of one that is not there.
func TestReadmeListsExactlyTheSettings(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## Settings\n")
	section, _, _ = strings.Cut(section, "\n## ")
	start := max(strings.Index(section, "\n|"), 0)

	want := "| setting | default | |\n|---|---|---|\n"
	for _, s := range config.Settings() {
		help := s.Help
		if s.Secret {
			help += " *Secret.*"
		}
		want += fmt.Sprintf("| `%s` | %s | %s |\n", s.Name, s.Default, help)
	}
	if got := strings.TrimSpace(section[start:]); got != strings.TrimSpace(want) {
		t.Errorf("the table under \"Settings\" in README.md is not what config.Settings says. It should be:\n\n%s", want)
	}
}

package letter_test

import (
	"testing"
	"time"

	"authserver/internal/letter"
)

func TestALetterBringsWhatItsTemplateSays(t *testing.T) {
	t.Parallel()
	whole := letter.Letter{
		RealmID: "r", Kind: letter.SecondFactorEmail, To: "ann@example.com",
		Data: map[string]string{"code": "123456", "minutes": "10"}, ExpiresAt: time.Unix(1, 0),
	}
	if err := whole.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*letter.Letter){
		"no realm":       func(l *letter.Letter) { l.RealmID = "" },
		"no recipient":   func(l *letter.Letter) { l.To = "" },
		"unknown kind":   func(l *letter.Letter) { l.Kind = "greetings" },
		"never expires":  func(l *letter.Letter) { l.ExpiresAt = time.Time{} },
		"value missing":  func(l *letter.Letter) { l.Data = map[string]string{"code": "123456", "hours": "1"} },
		"value too many": func(l *letter.Letter) { l.Data = map[string]string{"code": "1", "minutes": "1", "x": "1"} },
	} {
		l := whole
		spoil(&l)
		if l.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestEveryKindIsListedOnce(t *testing.T) {
	t.Parallel()
	seen := map[letter.Kind]bool{}
	for _, s := range letter.Kinds() {
		if seen[s.Kind] {
			t.Errorf("%s stands twice", s.Kind)
		}
		seen[s.Kind] = true
		if got, ok := letter.Find(s.Kind); !ok || got.Channel != s.Channel {
			t.Errorf("%s is not found", s.Kind)
		}
	}
}

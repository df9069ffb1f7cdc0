package event_test

import (
	"encoding/json"
	"strings"
	"testing"

	"authserver/internal/event"
)

func TestChangesAreWhatDiffers(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	for name, c := range map[string]struct {
		before, after any
		want          string
	}{
		"nothing":           {object{"a": 1}, object{"a": 1}, `[]`},
		"a value":           {object{"a": 1, "b": 2}, object{"a": 1, "b": 3}, `[{"field":"b","before":2,"after":3}]`},
		"in an object":      {object{"p": object{"q": object{"r": "x"}, "s": 1}}, object{"p": object{"q": object{"r": "y"}, "s": 1}}, `[{"field":"p.q.r","before":"x","after":"y"}]`},
		"a list as a whole": {object{"l": []int{1, 2}}, object{"l": []int{1}}, `[{"field":"l","before":[1,2],"after":[1]}]`},
		"one that is new":   {object{"a": nil}, object{"a": "x"}, `[{"field":"a","after":"x"}]`},
		"one that is gone":  {object{"a": false}, object{}, `[{"field":"a","before":false}]`},
		"in order of names": {object{}, object{"c": 1, "a": 2}, `[{"field":"a","after":2},{"field":"c","after":1}]`},
		"not the version":   {object{"version": 1, "updated_at": "x"}, object{"version": 2, "updated_at": "y"}, `[]`},
	} {
		got, err := json.Marshal(event.Changes(c.before, c.after, "version", "updated_at"))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestALongValueIsStoodFor(t *testing.T) {
	t.Parallel()
	got := event.Changes(map[string]string{"a": "short"}, map[string]string{"a": strings.Repeat("x", 3000)})
	var stand struct {
		Bytes  int
		SHA256 string
	}
	if err := json.Unmarshal(got[0].After, &stand); err != nil || stand.Bytes != 3002 || len(stand.SHA256) != 64 {
		t.Errorf("got %s, %v", got[0].After, err)
	}
}

package authserver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// docs/coverage.md says, for each of the 955 lines of the product's checklist, which test would fail without it, or
// why none does. What it says must be there.
const coverageLines = 955

// reasons are how a line begins that has no test, or tells of a difference.
var reasons = regexp.MustCompile(`(?:^|[;|] ?)(by design|differs|not built|documents?)\b`)

func TestTheCoverageNamesTestsThatThereAre(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	rooms := testRooms(t)
	claimed := map[int]int{}
	for i, line := range strings.Split(string(page), "\n") {
		at := fmt.Sprintf("docs/coverage.md:%d", i+1)
		extra, isExtra := strings.CutPrefix(line, "Extra, not claimed: ")
		cells := strings.Split(line, "|")
		switch {
		case isExtra:
			claim(t, at, extra, claimed)
		case strings.HasPrefix(line, "| R-"):
			if len(cells) != 5 {
				t.Errorf("%s: a line has three cells: ids, what, tests", at)
				continue
			}
			claim(t, at, cells[1], claimed)
			covers(t, at, strings.TrimSpace(cells[3]), rooms)
		}
	}
	for n := 1; n <= coverageLines; n++ {
		if claimed[n] != 1 {
			t.Errorf("R-%03d stands in docs/coverage.md %d times: say once which test covers it, why none does, or that it is not claimed", n, claimed[n])
		}
		delete(claimed, n)
	}
	for n := range claimed {
		t.Errorf("R-%03d is no line of the checklist", n)
	}
}

// claim counts the ids of a cell.
func claim(t *testing.T, at, cell string, claimed map[int]int) {
	t.Helper()
	for _, id := range strings.Fields(cell) {
		digits, ok := strings.CutPrefix(id, "R-")
		n, err := strconv.Atoi(digits)
		if !ok || len(digits) != 3 || err != nil {
			t.Errorf("%s: %q is no id such as R-001", at, id)
			continue
		}
		claimed[n]++
	}
}

// covers holds what a cell says to the tests that there are: some test, or a reason.
func covers(t *testing.T, at, cell string, rooms map[string][]string) {
	t.Helper()
	named := regexp.MustCompile("`(?:([a-z0-9_/]+)\\.)?(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(cell, -1)
	for _, m := range named {
		room, name := m[1], m[2]
		switch where := rooms[name]; {
		case len(where) == 0:
			t.Errorf("%s names %s, which is nowhere", at, name)
		case room != "" && !slices.Contains(where, room):
			t.Errorf("%s names %s of %s; it stands in %v", at, name, room, where)
		}
	}
	if len(named) == 0 && (!reasons.MatchString(cell) || len(strings.Fields(cell)) < 6) {
		t.Errorf("%s names no test and gives no reason: %q", at, cell)
	}
}

// testRooms says in which rooms a test of a name stands.
func testRooms(t *testing.T) map[string][]string {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
	rooms := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "tools") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			if room := filepath.ToSlash(filepath.Dir(path)); !slices.Contains(rooms[m[1]], room) {
				rooms[m[1]] = append(rooms[m[1]], room)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

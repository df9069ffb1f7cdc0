package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTheDatabaseRefusesToChangeTheAudit(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, 9)
	if n := o.checkpoint(t); n != 1 {
		t.Fatalf("%d segments closed", n)
	}
	for _, statement := range []string{
		"UPDATE audit_entries SET type = 'x' WHERE seq = 2",
		"DELETE FROM audit_entries WHERE seq = 2",
		"DELETE FROM audit_entries",
		"UPDATE audit_segments SET closed_at = 1",
		"DELETE FROM audit_segments",
		"DELETE FROM audit_heads",
		"UPDATE audit_heads SET seq = seq - 1",
		"UPDATE audit_heads SET kept_seq = 5", // not where a segment begins
		"UPDATE audit_heads SET kept_seq = 20",
		"UPDATE audit_heads SET realm_id = 'x'",
	} {
		if err := o.raw(t, statement); err == nil || !strings.Contains(err.Error(), "audit: ") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if postgres() {
		if err := o.raw(t, "TRUNCATE audit_entries"); err == nil {
			t.Error("the entries can be truncated")
		}
	}
	if r := o.verify(t); !r.Intact || r.Entries != 10 || r.Checkpoints != 1 {
		t.Errorf("report %+v", r)
	}
}

// scar is what the owner of the database does, and what verifying must say of it: the
// numbers of entries, negative ones of checkpoints, 0 of the head.
type scar struct {
	name, sql string
	named     []int64
}

// TestWhateverIsDoneToTheChainIsNamed has 21 entries: two closed segments of eight, and an
// open one of five.
func TestWhateverIsDoneToTheChainIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []scar{
		{"nothing", "SELECT 1", nil},
		{"a changed type", "UPDATE audit_entries SET type = 'test.seid' WHERE seq = 3", []int64{3, -1}},
		{"a changed time", "UPDATE audit_entries SET at = at + 1 WHERE seq = 20", []int64{20}},
		{"a changed hash", "UPDATE audit_entries SET hash = previous WHERE seq = 11", []int64{11, 12}},
		{"a changed payload", "UPDATE audit_entries SET payload = '{}' WHERE seq = 9", []int64{9, -2}},
		{"a changed sealed part", "UPDATE audit_entries SET details = '' WHERE seq = 9", []int64{9, -2}},
		{"another actor", "UPDATE audit_entries SET actor_id = 'bob' WHERE seq = 21", []int64{21}},
		{"another realm's", "UPDATE audit_entries SET realm_id = '' WHERE seq = 8", []int64{8}},
		{"a removed entry", "DELETE FROM audit_entries WHERE seq = 12", []int64{12}},
		{"a removed first entry", "DELETE FROM audit_entries WHERE seq = 1", []int64{1}},
		{"a removed first entry of a segment", "DELETE FROM audit_entries WHERE seq = 9", []int64{9}},
		{"removed entries", "DELETE FROM audit_entries WHERE seq BETWEEN 6 AND 10", []int64{6, 7, 8, 9, 10}},
		{"a removed end", "DELETE FROM audit_entries WHERE seq > 19", []int64{20, 21}},
		{"a removed end with its head", "DELETE FROM audit_entries WHERE seq > 19; UPDATE audit_heads SET seq = 19, hash = (SELECT hash FROM audit_entries WHERE seq = 19)", []int64{0}},
		{"two that were swapped", "UPDATE audit_entries SET seq = 100 WHERE seq = 4; UPDATE audit_entries SET seq = 4 WHERE seq = 5; UPDATE audit_entries SET seq = 5 WHERE seq = 100",
			[]int64{4, 5, 6, -1}},
		{"one moved to the end", "UPDATE audit_entries SET seq = 22 WHERE seq = 18", []int64{18, 22}},
		{"one inserted at the end", copyOf(17, 22), []int64{22}},
		{"one inserted between", "UPDATE audit_entries SET seq = seq + 100 WHERE seq > 18; UPDATE audit_entries SET seq = seq - 99 WHERE seq > 100; " + copyOf(17, 19), []int64{19, 20, 21, 22}},
		{"a checkpoint's root", "UPDATE audit_segments SET root = hash WHERE number = 1", []int64{-1}},
		{"a checkpoint's signature", "UPDATE audit_segments SET checkpoint = (SELECT s.checkpoint FROM audit_segments s WHERE s.number = 2) WHERE number = 1", []int64{-1, -2}},
		{"a removed checkpoint", "DELETE FROM audit_segments WHERE number = 1", []int64{-1}},
		{"a removed last checkpoint", "DELETE FROM audit_segments WHERE number = 2", []int64{-2}},
		{"no head", "DELETE FROM audit_heads WHERE realm_id <> ''", []int64{0}},
		{"given up before its time", "UPDATE audit_heads SET kept_seq = 9; DELETE FROM audit_entries WHERE seq < 9", []int64{0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			if last := o.fill(t, 20); last != 21 {
				t.Fatalf("%d entries", last)
			}
			if n := o.checkpoint(t); n != 2 {
				t.Fatalf("%d segments closed", n)
			}
			o.disarm(t)
			if err := o.raw(t, strings.Split(c.sql, "; ")...); err != nil {
				t.Fatal(err)
			}
			r := o.verify(t)
			var named []int64
			for _, p := range r.Problems {
				named = append(named, p.Sequence-p.Checkpoint)
			}
			want, got := map[int64]bool{}, map[int64]bool{}
			for _, n := range c.named {
				want[n] = true
			}
			for _, n := range named {
				got[n] = true
			}
			if r.Intact != (len(c.named) == 0) || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("intact %v, named %v, want %v\n%v", r.Intact, named, c.named, r.Problems)
			}
		})
	}
}

// copyOf is SQL that inserts a copy of an entry under another number.
func copyOf(from, to int) string {
	return fmt.Sprintf("INSERT INTO audit_entries SELECT realm_id, %d, version, previous, hash, '01a226a9-b27d-79d6-8965-9586f6de1d23', at, type, actor_kind, actor_id,"+
		" actor_application_id, application_id, ref_kind, ref_id, subject_kind, subject_id, request_id, payload, details, origin FROM audit_entries WHERE seq = %d", to, from)
}

// What comes later does not cover what was done to the head, and no checkpoint is signed.
func TestAHeadThatWasForgedStaysForged(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, 3)
	o.disarm(t)
	if err := o.raw(t, "DELETE FROM audit_entries WHERE seq = 4", "UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE seq = 3)"); err != nil {
		t.Fatal(err)
	}
	o.fill(t, 3)
	if r := o.verify(t); r.Intact || r.Entries != 6 {
		t.Errorf("report %+v", r)
	}
	o.people.Clock.Add(2 * time.Hour)
	if n, err := o.audit.Checkpoint(t.Context()); err == nil || n != 0 {
		t.Errorf("%d segments signed, %v", n, err)
	}
}

package secret_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"authserver/internal/fault"
	"authserver/internal/secret"
)

// cheap keeps the tests quick; the rules do not depend on the price.
func cheap() secret.PasswordParams {
	return secret.PasswordParams{Memory: 64, Time: 1, Threads: 1, Concurrency: 4, Wait: time.Minute}
}

func hash(t *testing.T, p *secret.Passwords, password string) string {
	t.Helper()
	s, err := p.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPasswordsMatchExactly(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(cheap())
	long := strings.Repeat("x", 72)
	cases := []struct {
		name, set, given string
		want             bool
	}{
		{"same", "correct horse", "correct horse", true},
		{"other", "correct horse", "correct hors", false},
		{"case", "correct horse", "Correct horse", false},
		{"leading space", " correct horse", "correct horse", false},
		{"trailing space", "correct horse ", "correct horse", false},
		{"empty given", "correct horse", "", false},
		{"composed and decomposed", "caf\u00e9 au lait", "cafe\u0301 au lait", true},
		{"decomposed and composed", "A\u030angstro\u0308m", "\u00c5ngstr\u00f6m", true},
		{"compatibility forms stay apart", "\ufb01nancial", "financial", false},
		{"beyond 72 bytes", long + "a", long + "b", false}, // bcrypt would accept
		{"beyond a NUL", "abc\x00def", "abc\x00xyz", false},
		{"any Unicode", "密码🔑 and more", "密码🔑 and more", true},
	}
	for _, c := range cases {
		match, stale, err := p.Verify(t.Context(), hash(t, p, c.set), c.given)
		if err != nil || match != c.want || stale {
			t.Errorf("%s: got %v, %v, %v, want %v", c.name, match, stale, err, c.want)
		}
	}
}

func TestHashesAreSaltedPHCStrings(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.DefaultPasswordParams())
	a, b := hash(t, p, "password"), hash(t, p, "password")
	if a == b {
		t.Error("two hashes of one password are equal")
	}
	if !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("unexpected form %s", a)
	}
}

// The hash is the standard's: a foreign encoder's string verifies.
func TestForeignHashVerifiesAndIsStale(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(cheap())
	salt := []byte("somesalt")
	e := base64.RawStdEncoding.EncodeToString
	foreign := fmt.Sprintf("$argon2id$v=19$m=256,t=2,p=2$%s$%s", e(salt), e(argon2.IDKey([]byte("password"), salt, 2, 256, 2, 24)))
	match, stale, err := p.Verify(t.Context(), foreign, "password")
	if err != nil || !match || !stale {
		t.Errorf("got %v, %v, %v", match, stale, err)
	}
	match, stale, err = p.Verify(t.Context(), foreign, "passwore")
	if err != nil || match || stale {
		t.Errorf("wrong password: got %v, %v, %v", match, stale, err)
	}
}

func TestStaleFollowsTheParameters(t *testing.T) {
	t.Parallel()
	now := cheap()
	made := hash(t, secret.NewPasswords(now), "password")
	changes := map[string]func(*secret.PasswordParams){
		"memory":  func(p *secret.PasswordParams) { p.Memory *= 2 },
		"time":    func(p *secret.PasswordParams) { p.Time++ },
		"threads": func(p *secret.PasswordParams) { p.Threads++ },
	}
	for name, change := range changes {
		params := now
		change(&params)
		match, stale, err := secret.NewPasswords(params).Verify(t.Context(), made, "password")
		if err != nil || !match || !stale {
			t.Errorf("%s: got %v, %v, %v", name, match, stale, err)
		}
	}
}

func TestMalformedHashesAreErrors(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(cheap())
	good := hash(t, p, "password")
	parts := strings.Split(good, "$")
	with := func(i int, s string) string {
		c := append([]string{}, parts...)
		c[i] = s
		return strings.Join(c, "$")
	}
	cases := map[string]string{
		"empty": "", "plain text": "correct horse", "no variant": with(1, "argon2"), "bcrypt": "$2a$10$abcdefghijklmnopqrstuv",
		"old version": with(2, "v=16"), "no version": with(2, ""), "order": with(3, "t=1,m=64,p=1"), "sign": with(3, "m=+64,t=1,p=1"),
		"leading zero": with(3, "m=064,t=1,p=1"), "more": with(3, "m=64,t=1,p=1,x=1"), "no memory": with(3, "m=0,t=1,p=1"),
		"no time": with(3, "m=64,t=0,p=1"), "no threads": with(3, "m=64,t=1,p=0"), "all memory": with(3, "m=4294967295,t=1,p=1"),
		"all time": with(3, "m=64,t=4294967295,p=1"), "too wide": with(3, "m=64,t=1,p=256"), "short salt": with(4, "YWJj"), "no salt": with(4, ""),
		"no hash": with(5, ""), "short hash": with(5, "YWJj"), "padded": good + "=", "line break": good + "\n", "truncated": good[:len(good)-1] + "!",
		"another part": good + "$",
	}
	for name, s := range cases {
		match, _, err := p.Verify(t.Context(), s, "password")
		if match || err == nil {
			t.Errorf("%s: got %v, %v", name, match, err)
		}
		if err != nil && s != "" && strings.Contains(err.Error(), s) {
			t.Errorf("%s: the error quotes the hash", name)
		}
		if _, ok := fault.Of(err); ok {
			t.Errorf("%s: a defect is told as the caller's fault", name)
		}
	}
}

// One hash costs 64 MiB × 12 here: whoever comes meanwhile waits 1 ms and is
// turned away; Burn and Hash wait in the same queue.
func TestAFullHouseTurnsAwayAfterTheWait(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.PasswordParams{Memory: 64 * 1024, Time: 12, Threads: 1, Concurrency: 1, Wait: time.Millisecond})
	var wg sync.WaitGroup
	results := make([]error, 12)
	for i := range results {
		wg.Go(func() {
			if i%2 == 0 {
				results[i] = p.Burn(t.Context(), "password")
				return
			}
			_, results[i] = p.Hash(t.Context(), "password")
		})
	}
	wg.Wait()
	served, busy := 0, 0
	for _, err := range results {
		switch {
		case err == nil:
			served++
		case errors.Is(err, secret.ErrBusy):
			busy++
		default:
			t.Error(err)
		}
	}
	if served == 0 || busy == 0 {
		t.Errorf("%d served, %d turned away", served, busy)
	}
	if f := secret.ErrBusy; f.Kind != fault.Unavailable || f.RetryAfter <= 0 {
		t.Errorf("ErrBusy does not say when to come again: %+v", f)
	}
}

func TestAGoneCallerIsNotBusy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := secret.NewPasswords(cheap()).Burn(ctx, "password"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAHashDearerThanTheHouseStillGetsATurn(t *testing.T) {
	t.Parallel()
	dear := cheap()
	dear.Memory = 4096
	made := hash(t, secret.NewPasswords(dear), "password")
	match, stale, err := secret.NewPasswords(cheap()).Verify(t.Context(), made, "password")
	if err != nil || !match || !stale {
		t.Errorf("got %v, %v, %v", match, stale, err)
	}
}

func TestNewPasswordsPanicsOnNonsense(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*secret.PasswordParams){
		"memory": func(p *secret.PasswordParams) { p.Memory = 1 }, "time": func(p *secret.PasswordParams) { p.Time = 0 },
		"threads": func(p *secret.PasswordParams) { p.Threads = 0 }, "concurrency": func(p *secret.PasswordParams) { p.Concurrency = 0 },
		"wait": func(p *secret.PasswordParams) { p.Wait = 0 },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			params := cheap()
			change(&params)
			secret.NewPasswords(params)
		}()
	}
}

func BenchmarkVerify(b *testing.B) {
	p := secret.NewPasswords(secret.DefaultPasswordParams())
	made, err := p.Hash(b.Context(), "password")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("match", func(b *testing.B) {
		for b.Loop() {
			_, _, _ = p.Verify(b.Context(), made, "password")
		}
	})
	b.Run("burn", func(b *testing.B) {
		for b.Loop() {
			_ = p.Burn(b.Context(), "password")
		}
	})
}

func FuzzParseDigestNeverMatchesAnotherHash(f *testing.F) {
	params := cheap()
	params.Memory = 8
	p := secret.NewPasswords(params)
	salt := []byte("somesaltsomesalt") // fixed: the fuzzer's workers are processes of their own
	e := base64.RawStdEncoding.EncodeToString
	made := "$argon2id$v=19$m=8,t=1,p=1$" + e(salt) + "$" + e(argon2.IDKey([]byte("password"), salt, 1, 8, 1, 32))
	f.Add(made)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, encoded string) {
		if strings.Contains(encoded, "m=") && !strings.Contains(encoded, "m=8,t=1,p=1") {
			return // the price, not the parser, is bounded by other tests
		}
		match, _, err := p.Verify(t.Context(), encoded, "password")
		if match && err == nil && encoded != made {
			t.Fatalf("%q matches", encoded)
		}
	})
}

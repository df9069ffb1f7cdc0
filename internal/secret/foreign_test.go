package secret_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"authserver/internal/secret"
)

// foreignHashes are "correct horse" as other systems wrote it: libxcrypt, argon2-cffi
// and Python's hashlib.
func foreignHashes() map[string]string {
	return map[string]string{
		"bcrypt 2a":       "$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"bcrypt 2b":       "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"bcrypt 2y":       "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"argon2i":         "$argon2i$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$j/TEKiJYQSJ+7cFQqnkFdIRm7u5cXxI0p5YkcJQeUXc",
		"argon2d":         "$argon2d$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$QGgjNLD4o171SuQTLsjJGz7xmEsN4UdJFYpTBIj1RqQ",
		"argon2id":        "$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$Z1plu/WheYBWDgKhQYl1V5chWQ5E+M5OvriDp8j2vGU",
		"argon2id Django": "argon2$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$Z1plu/WheYBWDgKhQYl1V5chWQ5E+M5OvriDp8j2vGU",
		"scrypt":          "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
		"Django":          "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		"Django SHA-1":    "pbkdf2_sha1$1000$seasalt$iQvkNOF1wEL4Khh8eogJ8rUhipM=",
		"Keycloak":        "keycloak$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg==$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4NQEC0GVAwWLSUGWbcye1xU+dO7fZFld1DsscNlAN1uxw==",
		"Keycloak 512":    "keycloak$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg==$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuSZCG8iLbnlIEPOMoVX+i2B2wkSxjQ8CRGR9OkNGuIPMQ==",
		"Keycloak SHA-1":  "keycloak$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg==$aUfE2vx5Q7zgbb0jx49AaNpXUQQVW6pePKN5ab37G40CjX2bMTkDcCwFngZ2OyqCChhH4ZgScMIsuF9Oq2gqbw==",
		"modular 512":     "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa.ks4TP71JiecwuSZCG8iLbnlIEPOMoVX.i2B2wkSxjQ8CRGR9OkNGuIPMQ",
		"modular SHA-1":   "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
		"SSHA":            "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==",
		"SSHA256":         "{SSHA256}YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2tzYWx0c2FsdA==",
		"SSHA512":         "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0",
	}
}

func TestHashesOfOtherSystemsVerifyAndAreStale(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(cheap())
	for name, encoded := range foreignHashes() {
		if err := secret.Importable(encoded); err != nil {
			t.Errorf("%s: not importable: %v", name, err)
		}
		match, stale, err := p.Verify(t.Context(), encoded, "correct horse")
		if !match || !stale || err != nil {
			t.Errorf("%s: %v, %v, %v; want a match that is stale", name, match, stale, err)
		}
		for _, wrong := range []string{"", "correct hors", "correct horse ", "Correct horse", "correct horse\x00"} {
			match, stale, err := p.Verify(t.Context(), encoded, wrong)
			if match || stale || err != nil {
				t.Errorf("%s: %q: %v, %v, %v; want no match", name, wrong, match, stale, err)
			}
		}
		// One changed character anywhere must not be read as the same hash.
		for i := range encoded {
			spoilt := encoded[:i] + "!" + encoded[i+1:]
			match, _, err := p.Verify(t.Context(), spoilt, "correct horse")
			if match {
				t.Errorf("%s: %q matches", name, spoilt)
			}
			if err != nil && strings.Contains(err.Error(), spoilt) {
				t.Errorf("%s: the error quotes the hash", name)
			}
		}
	}
}

// Of two passwords that are alike in 72 bytes, bcrypt cannot tell one from the other
// (Okta, October 2024).
func TestBcryptMatchesNothingBeyondWhatItReads(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(cheap())
	const of72 = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
	x := strings.Repeat("x", 72)
	for password, want := range map[string]bool{x: true, x + "y": false, x + x: false, x[:71]: false} {
		match, _, err := p.Verify(t.Context(), of72, password)
		if match != want || err != nil {
			t.Errorf("%d bytes: %v, %v; want %v", len(password), match, err, want)
		}
	}
}

func TestADecomposedPasswordIsTriedBothWays(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(cheap())
	// Django with sha256 of the decomposed form: made elsewhere as it was typed.
	const decomposed = "pbkdf2_sha256$1000$seasalt$257fcJ2m+D7oeQ6xdSBT2BbW6PA8LvSV7VL8IWEd1Kc="
	typed := norm.NFD.String("Zürich ist schön")
	if match, _, err := p.Verify(t.Context(), decomposed, typed); !match || err != nil {
		t.Errorf("as it was typed: %v, %v", match, err)
	}
}

func TestWhatIsNotImportable(t *testing.T) {
	t.Parallel()
	salt, hash := "c2FsdHNhbHRzYWx0c2FsdA", "Z1plu/WheYBWDgKhQYl1V5chWQ5E+M5OvriDp8j2vGU"
	for name, encoded := range map[string]string{
		"empty": "", "clear text": "correct horse", "clear text, marked": "$plaintext$correct horse", "base64 clear text": "$base64$Y29ycmVjdCBob3JzZQ",
		"{CLEARTEXT}": "{CLEARTEXT}correct horse", "{CLEAR}": "{CLEAR}x", "unsalted": "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"salt too short": "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJI=", "MD5": "$1$abcdefgh$G6kZ1YfAXNdPY2uRSxvgt1", "SHA-crypt": "$6$saltsalt$x",
		"DES": "abJnggxhB/yWI", "bcrypt with the bug of 2x": "$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"bcrypt that takes a day": "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"bcrypt too short":        "$2b$04$abcdefghijklmnopqrstuu", "bcrypt cost 16": "$2b$16$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"argon2 of a gigabyte":     "$argon2id$v=19$m=1048576,t=1,p=1$" + salt + "$" + hash,
		"argon2 of many passes":    "$argon2id$v=19$m=262144,t=16,p=1$" + salt + "$" + hash,
		"argon2i of a gigabyte":    "$argon2i$v=19$m=1048576,t=1,p=1$" + salt + "$" + hash,
		"argon2d of many passes":   "$argon2d$v=19$m=262144,t=5,p=1$" + salt + "$" + hash,
		"argon2 without cost":      "$argon2d$v=19$m=0,t=0,p=0$" + salt + "$" + hash,
		"argon2 with a short hash": "$argon2i$v=19$m=256,t=2,p=2$" + salt + "$YWJj",
		"scrypt of four gigabytes": "$scrypt$ln=20,r=32,p=1$" + salt + "$" + hash, "scrypt of many lanes": "$scrypt$ln=17,r=8,p=16$" + salt + "$" + hash,
		"scrypt without rounds": "$scrypt$ln=0,r=8,p=1$" + salt + "$" + hash, "yescrypt": "$y$j9T$saltsalt$x",
		"PBKDF2 of many rounds":     "pbkdf2_sha256$99999999$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		"PBKDF2 without rounds":     "pbkdf2_sha256$0$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		"PBKDF2 of MD5":             "pbkdf2_md5$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		"PBKDF2 with an empty hash": "pbkdf2_sha256$1000$seasalt$", "PBKDF2 without salt": "pbkdf2_sha256$1000$$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		"Keycloak of what is not PBKDF2": "keycloak$argon2$5$MDEyMzQ1Njc4OWFiY2RlZg==$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M=",
		"a megabyte":                     "{SSHA}" + strings.Repeat("A", 1<<20),
	} {
		if err := secret.Importable(encoded); err == nil {
			t.Errorf("%s: accepted", name)
		} else if encoded != "" && strings.Contains(err.Error(), encoded) {
			t.Errorf("%s: the error quotes the hash", name)
		}
	}
}

// A quick hash must not make the answer quicker than that about nobody (ENU-02).
func TestAQuickForeignHashTakesAsLongAsOurs(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.PasswordParams{Memory: 32 * 1024, Time: 3, Threads: 1, Concurrency: 1, Wait: time.Minute})
	took := func(fn func()) time.Duration {
		start := time.Now()
		fn()
		return time.Since(start)
	}
	nobody, somebody := time.Hour, time.Hour // the quickest of each, by turns: other tests want the processor, too
	for range 10 {
		nobody = min(nobody, took(func() { _ = p.Burn(t.Context(), "not this one") }))
		somebody = min(somebody, took(func() { _, _, _ = p.Verify(t.Context(), foreignHashes()["SSHA"], "not this one") }))
	}
	if somebody < nobody/2 {
		t.Errorf("a wrong password takes %s with {SSHA}, %s where there is nobody", somebody, nobody)
	}
}

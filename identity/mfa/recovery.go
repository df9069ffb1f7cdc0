package mfa

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"authserver/identity/flow"
	"authserver/internal/database"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

const (
	// codesMade is how many recovery codes there are.
	codesMade = 10
	// codeLength makes 80 random bits of five each.
	codeLength = 16
	codeGroup  = 4
	// alphabet is Crockford's: without i, l, o and u, which people misread.
	alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	// sheetFor is how long new codes can be read, written down, printed.
	sheetFor = 15 * time.Minute
)

// MakeCodes gives the user ten new recovery codes; all older ones are dead. It returns
// ErrNoFactor for who has nothing that they could stand in for. The codes lie on a
// sheet that only the binding (a session's or flow's id) sees, until Keep.
func (s *Service) MakeCodes(ctx context.Context, in *realm.Realm, userID, binding string) ([]string, error) {
	var codes []string
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, in.ID, userID, s.now()); err != nil {
			return fmt.Errorf("make recovery codes of user %s: %w", userID, err)
		}
		kinds, err := s.enrolled(ctx, in, userID)
		if err != nil {
			return err
		}
		if len(kinds) == 0 {
			return ErrNoFactor
		}
		codes, err = s.makeCodes(ctx, in, userID, binding)
		return err
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func (s *Service) makeCodes(ctx context.Context, in *realm.Realm, userID, binding string) ([]string, error) {
	codes, digests := make([]string, codesMade), make([][]byte, codesMade)
	for i := range codes {
		codes[i] = newCode()
		digests[i] = codeDigest(userID, codes[i])
	}
	now := s.now()
	if err := s.replaceCodes(ctx, in.ID, userID, digests, now); err != nil {
		return nil, fmt.Errorf("make recovery codes of user %s: %w", userID, err)
	}
	plain, err := json.Marshal(codes)
	if err != nil {
		return nil, err
	}
	sealed, err := s.ring.Seal(plain, sheetContext(in.ID, userID, binding)...)
	if err != nil {
		return nil, err
	}
	err = s.layOut(ctx, sheetRow{
		RealmID: in.ID, UserID: userID, Binding: binding, Codes: sealed, ExpiresAt: database.At(now.Add(sheetFor)),
	})
	if err != nil {
		return nil, fmt.Errorf("make recovery codes of user %s: %w", userID, err)
	}
	if err := s.tell(ctx, in, userID, letter.RecoveryCodesMade, nil); err != nil {
		return nil, err
	}
	return codes, s.events.Record(ctx, ref(in.ID, userID), RecoveryCodesMade{Count: codesMade})
}

// FirstCodes makes recovery codes for who has none left, in the transaction that gave
// them a factor, and reports whether it did. They lie on the binding's sheet; where that
// is a flow, CodesURL leads to it.
func (s *Service) FirstCodes(ctx context.Context, in *realm.Realm, userID, binding string) (bool, error) {
	left, err := s.codesLeft(ctx, in.ID, userID)
	if err != nil || left > 0 {
		return false, err
	}
	_, err = s.makeCodes(ctx, in, userID, binding)
	return err == nil, err
}

// CodesURL is where a person reads the recovery codes that came with the first factor,
// before they go on with the flow: for the page of any kind of factor, after it has
// proven the step Enrol.
func (s *Service) CodesURL(f *flow.Flow) string { return s.flows.URLAt(f, flow.Enrol, pathCodes) }

// Sheet returns the new codes that the binding may still see, or none.
func (s *Service) Sheet(ctx context.Context, realmID, userID, binding string) ([]string, error) {
	r, err := s.sheet(ctx, realmID, userID, binding, s.now())
	if err != nil || r == nil {
		return nil, err
	}
	plain, err := s.ring.Open(r.Codes, sheetContext(realmID, userID, binding)...)
	if err != nil {
		return nil, fmt.Errorf("open recovery codes of user %s: %w", userID, err)
	}
	var codes []string
	if err := json.Unmarshal(plain, &codes); err != nil {
		return nil, fmt.Errorf("decode recovery codes of user %s: %w", userID, err)
	}
	return codes, nil
}

// Keep takes the sheet away: the person has the codes, and nobody sees them again.
func (s *Service) Keep(ctx context.Context, realmID, userID, binding string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.tearUp(ctx, realmID, userID, binding) })
}

// recover takes a recovery code, once, in the transaction of what it opens.
func (s *Service) recover(ctx context.Context, in *realm.Realm, userID, code string) error {
	used, err := s.useCode(ctx, in.ID, userID, codeDigest(userID, code), s.now())
	if err != nil {
		return fmt.Errorf("use recovery code of user %s: %w", userID, err)
	}
	if !used {
		return ErrWrong
	}
	left, err := s.codesLeft(ctx, in.ID, userID)
	if err != nil {
		return err
	}
	if err := s.tell(ctx, in, userID, letter.RecoveryCodeUsed, map[string]string{"left": fmt.Sprint(left)}); err != nil {
		return err
	}
	return s.events.Record(ctx, ref(in.ID, userID), RecoveryCodeUsed{Left: left})
}

func sheetContext(realmID, userID, binding string) []string {
	return []string{"identity/mfa recovery codes", realmID, userID, binding}
}

// newCode is a code in groups, as it is shown.
func newCode() string {
	var b strings.Builder
	for i, r := range secret.Bytes(codeLength) {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r%32])
	}
	return b.String()
}

// codeDigest is what is stored of a code. Each has enough entropy to stand alone; the
// user is there so that one code of two people would not look it.
func codeDigest(userID, code string) []byte {
	return secret.Digest(userID + "\x00" + cleanCode(code))
}

// cleanCode reads a code as a person types it: without groups, in any case, and with
// the letters that look like digits.
func cleanCode(code string) string {
	if len(code) > 4*codeLength {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); r {
		case 'o':
			return '0'
		case 'i', 'l':
			return '1'
		case '-', '–', '.', ' ', '\t', '\n', '\r', '\u00a0':
			return -1
		}
		return r
	}, code)
}

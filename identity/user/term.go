package user

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// longestTerm bounds a term, in bytes: what indexes take. Names are shorter.
const longestTerm = 1000

// folded makes upper and lower case alike, in every script. It is done here because the
// databases disagree about it.
func folded(text string) []byte {
	term := []byte(strings.ToLower(norm.NFC.String(text)))
	return term[:min(len(term), longestTerm)]
}

// terms are what the user is found by: address and names, each once.
func (r *row) terms() [][]byte {
	if r.Status == string(StatusErased) {
		return nil
	}
	var all [][]byte
	for _, text := range []string{r.EmailKey, r.Name, r.GivenName, r.FamilyName} {
		if text != "" {
			all = append(all, folded(text))
		}
	}
	slices.SortFunc(all, bytes.Compare)
	return slices.CompactFunc(all, bytes.Equal)
}

// span is where the terms that begin so are: at from or after it, and before to.
func span(beginning string) (from, to []byte) {
	from = folded(beginning)
	to = slices.Clone(from)
	to[len(to)-1]++ // UTF-8 has no byte 0xff
	return from, to
}

// catchUpAtOnce is how many people are made findable in one transaction.
const catchUpAtOnce = 500

// CatchUp makes people findable whom a version of this program has written that did not
// know how; List looks at every row of their realm until then. It is harmless when several
// nodes do it at once, and costs one look when there is nothing to do.
func (s *Service) CatchUp(ctx context.Context) error {
	for {
		n, err := s.catchUp(ctx)
		if err != nil {
			return fmt.Errorf("make people findable: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

// catchUp takes some of those who wait and returns how many.
func (s *Service) catchUp(ctx context.Context) (n int, err error) {
	waiting, err := s.unsearched(ctx, catchUpAtOnce)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	of := map[string][]string{}
	for _, u := range waiting {
		of[u.RealmID] = append(of[u.RealmID], u.ID)
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		for _, realmID := range slices.Sorted(maps.Keys(of)) {
			if err := s.retell(ctx, realmID, of[realmID]...); err != nil {
				return err
			}
		}
		return nil
	})
	return len(waiting), err
}

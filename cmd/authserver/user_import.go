package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"authserver/identity/bulk"
	"authserver/identity/profile"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

const (
	importBatch    = 100       // people in one transaction
	importLine     = 256 << 10 // bytes
	importProblems = 20        // lines that are told of
)

func (p *program) userImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Take over users from another system, with their password hashes",
		Long: `Take over users from another system, with their password hashes. The file has one
JSON object a line:

  {"email":"ada@example.com","email_verified":true,"name":"Ada Lovelace",
   "password_hash":"pbkdf2_sha256$870000$…","must_change_password":false}

(each on one line). Only email is required. Further fields have the names of OpenID
Connect's claims: given_name, family_name, middle_name, nickname, preferred_username,
picture, website, gender, birthdate, zoneinfo, locale, phone_number (which comes in
unverified), and address with its parts; attributes holds the realm's own fields (see
authserver realm profile).

password_hash may be bcrypt ($2a$, $2b$, $2y$), Argon2 or scrypt in the PHC form, PBKDF2
as Django or passlib writes it, {SSHA}, {SSHA256} or {SSHA512}; for Keycloak it is
"keycloak$ALGORITHM$ITERATIONS$SALT$VALUE" with algorithm and hashIterations of its
credentialData and salt and value of its secretData. Each person's first sign-in makes
it a hash of ours. Clear text is refused.

The whole file is checked before anything is imported. Addresses that the realm has
already are reported and left as they are, so a run that was interrupted may be
repeated.`,
		Example: `  authserver user import --realm acme --file users.ndjson --check
  authserver user import --realm acme --file users.ndjson`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	file := cmd.Flags().String("file", "", "file with one JSON object a line")
	check := cmd.Flags().Bool("check", false, "only say what is wrong with the file")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "file")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *slug)
		if err != nil {
			return err
		}
		schema, err := h.Profiles.Schema(ctx, r.ID)
		if err != nil {
			return err
		}
		total, err := checkImport(*file, r, schema)
		if err != nil {
			return err
		}
		answer := imported{Realm: r.Slug, Checked: total, Existing: []string{}}
		if !*check {
			if err := h.importPeople(ctx, r, schema, *file, &answer); err != nil {
				return fmt.Errorf("%w (%d users were imported before that; repeat the command to go on)", err, answer.Imported)
			}
		}
		return p.print(*asJSON, answer, answer.text(*check))
	})
	return cmd
}

// imported is what an import did.
type imported struct {
	Realm    string   `json:"realm"`
	Checked  int      `json:"checked"`
	Imported int      `json:"imported"`
	Existing []string `json:"existing"`
}

func (i imported) text(checkOnly bool) string {
	if checkOnly {
		return fmt.Sprintf("Checked   %d\nThe file is in order; nothing was imported.\n", i.Checked)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Imported  %d\nExisting  %d\n", i.Imported, len(i.Existing))
	for _, email := range i.Existing {
		fmt.Fprintf(&b, "          %s\n", email)
	}
	return b.String()
}

// readPerson reads one line and checks it.
func readPerson(line []byte, in *realm.Realm, schema *profile.Schema) (n user.Imported, key string, err error) {
	p, err := bulk.Read(line)
	if err != nil {
		return n, "", err
	}
	return p.Check(in, func(values map[string]any) (map[string]any, error) {
		own, faults := schema.Check(profile.Admin, values)
		if len(faults) > 0 {
			return nil, faults[0]
		}
		return own, nil
	})
}

// eachLine calls fn with every line that is not empty, and its number.
func eachLine(path string, fn func(number int, line []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the file cannot be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, importLine)
	number := 1
	for ; lines.Scan(); number++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := fn(number, line); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", number, err)
	}
	return nil
}

// checkImport reads the whole file, counts its people, and returns an error that
// names every line that is wrong.
func checkImport(path string, in *realm.Realm, schema *profile.Schema) (total int, err error) {
	seen := map[string]int{}
	var problems []string
	wrong := 0
	err = eachLine(path, func(number int, line []byte) error {
		total++
		_, key, err := readPerson(line, in, schema)
		first, twice := seen[key]
		switch {
		case err == nil && twice:
			err = fmt.Errorf("email: the same address stands in line %d", first)
		case err == nil:
			seen[key] = number
		}
		if err == nil {
			return nil
		}
		if wrong++; len(problems) < importProblems {
			problems = append(problems, fmt.Sprintf("  line %d: %s", number, sentence(err)))
		}
		return nil
	})
	if err != nil || wrong == 0 {
		return total, err
	}
	if more := wrong - len(problems); more > 0 {
		problems = append(problems, fmt.Sprintf("  and %d more", more))
	}
	return total, fmt.Errorf("%d of %d lines are wrong, so nothing was imported:\n%s", wrong, total, strings.Join(problems, "\n"))
}

// importPeople imports a file that was checked, in batches.
func (h house) importPeople(ctx context.Context, in *realm.Realm, schema *profile.Schema, path string, answer *imported) error {
	batch := make([]user.Imported, 0, importBatch)
	flush := func() error {
		existing, err := h.Users.Import(ctx, in, batch)
		if err != nil {
			return err
		}
		answer.Imported += len(batch) - len(existing)
		answer.Existing = append(answer.Existing, existing...)
		batch = batch[:0]
		return ctx.Err()
	}
	err := eachLine(path, func(number int, line []byte) error {
		n, _, err := readPerson(line, in, schema)
		if err != nil {
			return fmt.Errorf("line %d: the file has changed meanwhile: %s", number, sentence(err))
		}
		if batch = append(batch, n); len(batch) < importBatch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"authserver/watch/audit"
)

func (p *program) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify the audit, and prove what is in it",
		Long: `Everything that is done in a realm becomes an entry of its audit. Each entry holds the
hash of the one before, and every hour what has come is signed. So whatever anybody
does to the database shows.`,
		Example: "  authserver audit verify",
		RunE:    group,
	}
	cmd.AddCommand(p.auditVerify(), p.auditKeys(), p.auditProof())
	return cmd
}

func (p *program) auditVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Read the audit of all realms, or of one, and name what is not as it was written",
		Long: `Read the audit from the first entry that is kept to the last, in all realms and for
what belongs to none, or in one realm. Entries that were changed, removed, inserted or
moved are named, and so are checkpoints. The exit code is 0 only if there are none.

With --checkpoints, the chain is also held to checkpoints that were kept elsewhere: only
these show that the whole database was put back to an older state. The file is what
GET …/audit/checkpoints answered, or has one signed checkpoint a line.`,
		Example: `  authserver audit verify
  authserver audit verify --realm acme --checkpoints kept.json
  authserver audit verify --realm acme --json`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm (default: everything)")
	file := cmd.Flags().String("checkpoints", "", "file with checkpoints that were kept elsewhere")
	asJSON := jsonFlag(cmd)
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		missed, err := h.compare(ctx, *file)
		if err != nil {
			return err
		}
		var ids []string
		if *slug != "" {
			r, err := h.inRealm(ctx, *slug)
			if err != nil {
				return err
			}
			ids = []string{r.ID}
		} else {
			if ids, err = h.Audit.Chains(ctx); err != nil {
				return err
			}
			for _, id := range slices.Sorted(maps.Keys(missed)) {
				if !slices.Contains(ids, id) { // of a whole chain nothing is left but what was kept elsewhere
					ids = append(ids, id)
				}
			}
		}
		reports, wrong := []*audit.Report{}, int64(0)
		var text strings.Builder
		for _, id := range ids {
			report, err := h.Audit.Verify(ctx, id)
			if err != nil {
				return err
			}
			report.Add(missed[id]...)
			reports = append(reports, report)
			wrong += int64(len(report.Problems)) + report.More
			h.describe(ctx, &text, report)
		}
		if err := p.print(*asJSON, map[string]any{"intact": wrong == 0, "chains": reports}, text.String()); err != nil {
			return err
		}
		if wrong > 0 {
			return fmt.Errorf("the audit is not as it was written: %d problems", wrong)
		}
		return nil
	})
	return cmd
}

// describe writes a report for people.
func (h house) describe(ctx context.Context, text *strings.Builder, r *audit.Report) {
	name := "(no realm)"
	if r.RealmID != "" {
		name = r.RealmID
		if in, err := h.Realms.ByID(ctx, r.RealmID); err == nil {
			name = in.Slug
		}
	}
	verdict := "intact"
	if !r.Intact {
		verdict = "NOT INTACT"
	}
	fmt.Fprintf(text, "%-20s %s: %d entries (%d to %d), %d checkpoints\n", name, verdict, r.Entries, r.First, r.Last, r.Checkpoints)
	for _, problem := range r.Problems {
		fmt.Fprintf(text, "    %s\n", problem)
	}
	if r.More > 0 {
		fmt.Fprintf(text, "    and %d more\n", r.More)
	}
}

func (p *program) auditKeys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Print the public keys of checkpoints, as a JWK set",
		Long: `Print the public keys that checkpoints are signed with, as a JWK set, the newest
first. Give it to those who are to check proofs: they need nothing else.`,
		Example: "  authserver audit keys > audit-keys.json",
		Args:    cobra.NoArgs,
	}
	cmd.RunE = p.withRooms(func(_ context.Context, h house) error {
		return p.print(true, h.Audit.PublicKeys(), "")
	})
	return cmd
}

func (p *program) auditProof() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "proof",
		Short: "Prove to others that an entry is in the audit",
		Example: `  authserver audit proof make --realm acme --entry 0199… > proof.json
  authserver audit proof verify --file proof.json --key audit-keys.json`,
		RunE: group,
	}
	cmd.AddCommand(p.proofMake(), p.proofVerify())
	return cmd
}

func (p *program) proofMake() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "make",
		Short: "Print the proof of an entry, as JSON",
		Long: `Print the proof that an entry was in the audit when the checkpoint above it was signed.
It shows this entry and no other; what is personal is sealed in it. Entries get their
checkpoint within the hour; with --now what has come so far is signed first.`,
		Example: "  authserver audit proof make --realm acme --entry 0199… > proof.json",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	entry := cmd.Flags().String("entry", "", "id of the entry")
	now := cmd.Flags().Bool("now", false, "sign a checkpoint first")
	require(cmd, "realm", "entry")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *slug)
		if err != nil {
			return err
		}
		if *now {
			if _, err := h.Audit.CheckpointNow(ctx, r.ID); err != nil {
				return err
			}
		}
		proof, err := h.Audit.Prove(ctx, r.ID, *entry)
		if err != nil {
			return err
		}
		return p.print(true, proof, "")
	})
	return cmd
}

func (p *program) proofVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check a proof, without a database",
		Long: `Check a proof with the public keys that you were given (authserver audit keys). It needs
no database and no settings. The exit code is 0 only if the entry is the one that was
signed.`,
		Example: "  authserver audit proof verify --file proof.json --key audit-keys.json",
		Args:    cobra.NoArgs,
	}
	file := cmd.Flags().String("file", "", "the proof")
	key := cmd.Flags().String("key", "", "the public keys: a JWK set, or one JWK")
	asJSON := jsonFlag(cmd)
	require(cmd, "file", "key")
	cmd.RunE = func(*cobra.Command, []string) error {
		proof, err := readProof(*file)
		if err != nil {
			return err
		}
		keys, err := readKeys(*key)
		if err != nil {
			return err
		}
		claims, err := proof.Verify(keys)
		if err != nil {
			return errors.Join(errors.New("the proof proves nothing"), err)
		}
		e := proof.Entry
		return p.print(*asJSON, map[string]any{"proven": true, "entry": e, "checkpoint": claims}, fmt.Sprintf(
			"Proven: entry %d of realm %s, %s at %s by %s %s, was there when checkpoint %d was signed at %s.\n",
			e.Sequence, e.RealmID, e.Type, stamp(e.At), e.ActorKind, e.ActorID, claims.Number, stamp(claims.ClosedAt)))
	}
	return cmd
}

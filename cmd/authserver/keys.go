package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authserver/client"
)

func (p *program) keys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Look after the signing keys of realms",
		Long: `Each realm signs its tokens with its own keys, one per algorithm. They rotate by
themselves: the next key is published before it is used, and a retired one stays
published until the last token that it signed has ended.`,
		Example: "  authserver keys list --realm acme",
		RunE:    group,
	}
	cmd.AddCommand(p.keysList(), p.keysRotate(), p.keysWithdraw(), p.keysReseal(), p.keysOperator())
	return cmd
}

// keyLine is a signing key as commands show it: never its private part.
type keyLine struct {
	ID        string `json:"kid"`
	Algorithm string `json:"alg"`
	State     string `json:"state"`
	Created   string `json:"created_at"`
	Activated string `json:"activated_at,omitempty"`
	Retired   string `json:"retired_at,omitempty"`
}

func keyLines(ctx context.Context, realm *client.RealmClient) ([]keyLine, string, error) {
	lines, text := []keyLine{}, strings.Builder{}
	for k, err := range realm.AllKeys(ctx, client.ListKeysQuery{Limit: 100}) {
		if err != nil {
			return nil, "", err
		}
		l := keyLine{k.ID, k.Algorithm, k.State, stamp(k.CreatedAt), stamp(k.ActivatedAt), stamp(k.RetiredAt)}
		lines = append(lines, l)
		fmt.Fprintf(&text, "%-8s %-8s %s  created %s\n", l.Algorithm, l.State, l.ID, l.Created)
	}
	return lines, text.String(), nil
}

// stamp writes a time for people and programs alike; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (p *program) keysList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List a realm's signing keys",
		Example: "  authserver keys list --realm acme --json",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		lines, text, err := keyLines(ctx, a.In(*slug))
		if err != nil {
			return err
		}
		return p.print(*asJSON, map[string]any{"realm": *slug, "keys": lines}, text)
	})
	return cmd
}

func (p *program) keysRotate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Begin to sign with new keys",
		Long: `Publish a new key for each algorithm; the server signs with it a day later, when
every cache has read it. With --now a new key signs at once, and verifiers must ask
for the key set again when they meet it. What the old key has signed stays valid:
when a key may have leaked, rotate with --now, then withdraw it.`,
		Example: `  authserver keys rotate --realm acme
  authserver keys rotate --realm acme --algorithm ES256 --now`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	algorithms := cmd.Flags().StringArray("algorithm", nil, "only this algorithm; may be repeated (default: all that the realm has)")
	now := cmd.Flags().Bool("now", false, "sign with the new keys at once")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		realm := a.In(*slug)
		if len(*algorithms) == 0 {
			*algorithms = []string{""} // all
		}
		for _, algorithm := range *algorithms {
			if _, err := realm.RotateKeys(ctx, client.RotateKeysRequest{Algorithm: algorithm, Immediately: now}); err != nil {
				return err
			}
		}
		lines, text, err := keyLines(ctx, realm)
		if err != nil {
			return err
		}
		return p.print(*asJSON, map[string]any{"realm": *slug, "keys": lines}, text)
	})
	return cmd
}

func (p *program) keysWithdraw() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "withdraw",
		Short: "Take back a key that has leaked: nothing that it signed is valid any more",
		Long: `Take a key out of the realm's key set at once. Nothing that it signed is valid any
more, whoever signed it: everybody who holds such a token must sign in again.`,
		Example: `  authserver keys rotate --realm acme --algorithm ES256 --now
  authserver keys withdraw --realm acme --kid 0199…`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	kid := cmd.Flags().String("kid", "", "the key's id, as authserver keys list shows it")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "kid")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		if err := a.In(*slug).WithdrawKey(ctx, *kid); err != nil {
			return err
		}
		return p.print(*asJSON, map[string]string{"realm": *slug, "withdrawn": *kid}, "Key "+*kid+" is withdrawn.\n")
	})
	return cmd
}

func (p *program) keysReseal() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reseal",
		Short: "Seal all secrets with the newest of AUTHSERVER_SECRET_KEYS",
		Long: `Seal all secrets with the newest of AUTHSERVER_SECRET_KEYS: signing keys, secrets of
upstream providers, authenticator apps, keys and heads of the audit. To replace a key of the ring: put the new
one first, restart every node, run this, then take the old one out a week later
(copies of personal data that wait to be fetched live so long).`,
		Example: "  authserver keys reseal",
		Args:    cobra.NoArgs,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		n, err := h.Reseal(ctx)
		if err != nil {
			return err
		}
		return p.print(*asJSON, map[string]int{"resealed": n}, fmt.Sprintf("%d secrets sealed anew.\n", n))
	})
	return cmd
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"authserver/watch/queue"
)

func (p *program) parked() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "parked",
		Short: "Look after what workers gave up",
		Long: `Look after what workers gave up: events that no attempt could handle. Each waits with
the error of its last attempt until it is tried again or dropped.`,
		Example: "  authserver parked list",
		RunE:    group,
	}
	cmd.AddCommand(p.parkedList(), p.parkedRetry(), p.parkedDrop())
	return cmd
}

// mostParked bounds what the list prints.
const mostParked = 1000

// parkedLine is an item as commands show it.
type parkedLine struct {
	ID       string `json:"id"`
	RealmID  string `json:"realm_id,omitempty"`
	Queue    string `json:"queue"`
	Kind     string `json:"kind"`
	Subject  string `json:"subject"`
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
	ParkedAt string `json:"parked_at"`
}

// realmOr is the id of the realm, or "" for all of them.
func (h house) realmOr(ctx context.Context, slug string) (string, error) {
	if slug == "" {
		return "", nil
	}
	r, err := h.inRealm(ctx, slug)
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

func (p *program) parkedList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List what workers gave up, with the reason",
		Example: "  authserver parked list --realm acme --json",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm (default all)")
	name := cmd.Flags().String("queue", "", "only this queue (default all)")
	asJSON := jsonFlag(cmd)
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		realmID, err := h.realmOr(ctx, *slug)
		if err != nil {
			return err
		}
		all, err := h.Parked.List(ctx, realmID, *name, "", mostParked)
		if err != nil {
			return err
		}
		lines, text := linesOf(all)
		return p.print(*asJSON, map[string]any{"parked": lines}, text)
	})
	return cmd
}

func linesOf(all []queue.Item) ([]parkedLine, string) {
	lines, text := make([]parkedLine, 0, len(all)), strings.Builder{}
	for _, i := range all {
		l := parkedLine{i.ID, i.RealmID, i.Queue, i.Kind, i.Subject, i.Reason, i.Attempts, stamp(i.ParkedAt)}
		lines = append(lines, l)
		fmt.Fprintf(&text, "%s  %-8s %s  given up %s after %d attempts\n    %s\n", l.ID, l.Queue, l.Kind, l.ParkedAt, l.Attempts, l.Reason)
	}
	if len(lines) == 0 {
		text.WriteString("Nothing was given up.\n")
	}
	return lines, text.String()
}

func (p *program) parkedRetry() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "retry [ID]",
		Short: "Try again what was given up",
		Long: `Try one item again, or with --all every one. The workers of running servers take it
up within a second, and give it up again if it fails as before.`,
		Example: `  authserver parked retry 0198a3c4-0000-7000-8000-000000000000
  authserver parked retry --all --queue events`,
		Args: cobra.MaximumNArgs(1),
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm (default all)")
	name := cmd.Flags().String("queue", "", "with --all: only this queue (default all)")
	all := cmd.Flags().Bool("all", false, "everything that was given up")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (len(args) == 1) == *all {
			return fmt.Errorf("name one item, or say --all")
		}
		return p.withRooms(func(ctx context.Context, h house) error {
			realmID, err := h.realmOr(ctx, *slug)
			if err != nil {
				return err
			}
			n := int64(1)
			if *all {
				n, err = h.Parked.RetryAll(ctx, realmID, *name)
			} else {
				err = h.Parked.Retry(ctx, realmID, args[0])
			}
			if err != nil {
				return err
			}
			return p.print(*asJSON, map[string]any{"items": n}, fmt.Sprintf("%d will be tried again.\n", n))
		})(cmd, args)
	}
	return cmd
}

func (p *program) parkedDrop() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "drop ID",
		Short:   "Give an item up for good",
		Example: "  authserver parked drop 0198a3c4-0000-7000-8000-000000000000 --reason 'of a subscriber that is gone'",
		Args:    cobra.ExactArgs(1),
	}
	reason := cmd.Flags().String("reason", "", "why, for the record")
	asJSON := jsonFlag(cmd)
	require(cmd, "reason")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return p.withRooms(func(ctx context.Context, h house) error {
			if err := h.Parked.Drop(ctx, "", args[0], *reason); err != nil {
				return err
			}
			return p.print(*asJSON, map[string]any{"id": args[0]}, "It is dropped.\n")
		})(cmd, args)
	}
	return cmd
}

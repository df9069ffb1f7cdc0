package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"authserver/watch/audit"
)

// compare holds the audit to the checkpoints in the file, if there is one, and returns by
// realm what does not fit.
func (h house) compare(ctx context.Context, file string) (map[string][]audit.Problem, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the checkpoints cannot be read: %w", err)
	}
	kept, err := checkpointsIn(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return h.Audit.Compare(ctx, kept)
}

// checkpointsIn are the signed checkpoints in a page of the API or in lines.
func checkpointsIn(text string) ([]string, error) {
	var kept []string
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "{") {
		var page struct {
			Items []struct {
				Checkpoint string `json:"checkpoint"`
			} `json:"items"`
		}
		if err := json.Unmarshal([]byte(text), &page); err != nil {
			return nil, fmt.Errorf("this is no page of checkpoints: %w", err)
		}
		for _, one := range page.Items {
			kept = append(kept, one.Checkpoint)
		}
	} else {
		kept = strings.Fields(text)
	}
	if len(kept) == 0 {
		return nil, errors.New("there is no checkpoint in it")
	}
	return kept, nil
}

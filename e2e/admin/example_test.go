package admin

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"authserver/e2e"
)

// Every body that is sent or answered has an example, and the example fits its schema.
func TestEveryOperationHasExamplesThatFit(t *testing.T) {
	t.Parallel()
	doc, err := e2e.Open(t).Server.Admin.Open()
	if err != nil {
		t.Fatal(err)
	}
	requests, answers := 0, 0
	fits := func(where string, m *huma.MediaType, mode huma.ValidateMode) {
		t.Helper()
		raw, err := json.Marshal(m.Example)
		if err != nil || m.Example == nil {
			t.Errorf("%s has no example, %v", where, err)
			return
		}
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		result := &huma.ValidateResult{}
		huma.Validate(doc.Components.Schemas, m.Schema, huma.NewPathBuffer(nil, 0), mode, value, result)
		for _, wrong := range result.Errors {
			t.Errorf("%s: %v in %s", where, wrong, raw)
		}
	}
	for path, item := range doc.Paths {
		for method, o := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if o == nil {
				continue
			}
			if o.RequestBody != nil {
				for _, m := range o.RequestBody.Content {
					requests++
					fits(method+" "+path, m, huma.ModeWriteToServer)
				}
			}
			for status, r := range o.Responses {
				if m := r.Content["application/json"]; m != nil && strings.HasPrefix(status, "2") {
					answers++
					fits(method+" "+path+" answering "+status, m, huma.ModeReadFromServer)
				}
			}
		}
	}
	if requests < 50 || answers < 100 {
		t.Errorf("only %d requests and %d answers were looked at", requests, answers)
	}
}

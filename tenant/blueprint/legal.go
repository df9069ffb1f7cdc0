package blueprint

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"authserver/client"
)

// documentShape is what a document of a realm says of one that people accept.
type documentShape struct {
	Order    int                  `json:"order"`
	Required bool                 `json:"required"`
	Language string               `json:"language"`
	Texts    map[string]wordShape `json:"texts"`
	InForce  bool                 `json:"in_force"`
	From     *time.Time           `json:"from"`
}

// wordShape is one in one language.
type wordShape struct {
	Title    string `json:"title"`
	Markdown string `json:"markdown"`
}

// documents are what people accept, named kind/version. Drafts are work in progress and
// no part of it. One that is listed is in force, or comes into force at the time from, or
// was in force (in_force: false). What was in force once stays, because people accepted
// it: to take it from the list withdraws it.
func documents() *section {
	return &section{
		name: "documents", fields: []string{"order", "required", "language", "texts", "in_force", "from"}, writeOnly: []string{"order"},
		shape: func() any { return new(documentShape) }, gone: "withdrawn; who accepted it stays on record",
		settle: func(item Item) {
			if item["in_force"] == nil {
				item["in_force"] = true
			}
			if t, err := time.Parse(time.RFC3339, text(item["from"])); err == nil {
				item["from"] = t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
			}
		},
		check: oneInForce,
		rank:  func(item Item) float64 { n, _ := item["order"].(float64); return n },
		// What has come into force came when it came.
		same:    func(field string, old, _ any) bool { return field == "from" && old == nil },
		expect:  overtaken,
		lasting: func(item Item) bool { return item["in_force"] == false },
		read:    readDocuments,
		add: func(ctx context.Context, at *site, name string, item Item) error {
			if id, drafted := at.ids["documents"][name]; drafted {
				return updateDocument(ctx, at, id, item)
			}
			kind, version, ok := strings.Cut(name, "/")
			if !ok {
				return misfit("a document is named KIND/VERSION")
			}
			request, err := into[client.CreateDocumentRequest](without(item, "texts"))
			if err != nil {
				return err
			}
			request.Kind, request.Version, request.Texts = kind, version, words(item["texts"])
			d, err := at.realm.CreateDocument(ctx, request)
			if err == nil {
				at.learn("documents", name, d.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			changed := without(only(item, fields), "in_force", "from")
			if len(changed) == 0 {
				return nil
			}
			return updateDocument(ctx, at, at.ids["documents"][name], changed)
		},
		destroy: func(ctx context.Context, at *site, id string) error {
			_, err := at.realm.WithdrawDocument(ctx, id)
			if client.Code(err) == "document_not_in_force" { // another has taken its place
				return nil
			}
			return err
		},
		finish: publish,
	}
}

func readDocuments(ctx context.Context, at *site) (map[string]Item, error) {
	items, list := map[string]Item{}, []client.Document{}
	for d, err := range at.realm.AllDocuments(ctx, client.ListDocumentsQuery{Limit: 100}) {
		if err != nil {
			return nil, err
		}
		at.learn("documents", d.Kind+"/"+d.Version, d.ID)
		if d.Status != "draft" {
			list = append(list, d)
		}
	}
	slices.Reverse(list) // the newest was first
	order := map[string]float64{}
	for _, d := range list {
		whole, err := at.realm.GetDocument(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		order[d.Kind]++
		spoken := map[string]any{}
		for _, t := range whole.Texts {
			spoken[t.Language] = map[string]any{"title": t.Title, "markdown": t.Markdown}
		}
		item := Item{"order": order[d.Kind], "required": d.Required, "language": d.Language, "texts": spoken, "in_force": d.Status != "superseded"}
		if d.Status == "scheduled" {
			item["from"] = d.ActiveSince.UTC().Format(time.RFC3339Nano)
		}
		items[d.Kind+"/"+d.Version] = item
	}
	return items, nil
}

// words are the texts of an item, in the order of their languages.
func words(v any) []client.Text {
	spoken, _ := v.(map[string]any)
	all := []client.Text{}
	for _, language := range names(spoken) {
		t, _ := spoken[language].(map[string]any)
		all = append(all, client.Text{Language: language, Title: text(t["title"]), Markdown: text(t["markdown"])})
	}
	return all
}

func updateDocument(ctx context.Context, at *site, id string, item Item) error {
	request, err := into[client.UpdateDocumentRequest](without(item, "texts", "in_force", "from"))
	if err != nil {
		return err
	}
	if v, told := item["texts"]; told {
		request.Texts = words(v)
	}
	_, err = at.realm.UpdateDocument(ctx, id, request)
	return err
}

// oneInForce refuses two versions of a kind that would both be in force now.
func oneInForce(items map[string]Item) error {
	seen := map[string]string{}
	for _, name := range names(items) {
		kind, _, ok := strings.Cut(name, "/")
		if !ok {
			return fmt.Errorf("%q: a document is named KIND/VERSION", name)
		}
		if items[name]["in_force"] != true || items[name]["from"] != nil {
			continue
		}
		if other := seen[kind]; other != "" {
			return fmt.Errorf("%s and %s cannot both be in force: say in_force: false of one, or from when it is", other, name)
		}
		seen[kind] = name
	}
	return nil
}

// overtaken is the document as it is meant once a version that was to come has come: the
// ones before it need not be in force any more.
func overtaken(have, want map[string]Item) map[string]Item {
	came := map[string]bool{}
	for name, item := range want {
		old, there := have[name]
		if kind, _, _ := strings.Cut(name, "/"); there && item["from"] != nil && old["from"] == nil {
			came[kind] = true
		}
	}
	meant := map[string]Item{}
	for name, item := range want {
		kind, _, _ := strings.Cut(name, "/")
		if old, there := have[name]; there && came[kind] && item["from"] == nil {
			item = without(item)
			item["in_force"] = old["in_force"]
		}
		meant[name] = item
	}
	return meant
}

// publish puts versions in and out of force: first what only was in force, so that it can
// be demanded, then what is to come, then what is.
func publish(ctx context.Context, at *site, want map[string]Item, _ []string) error {
	part, _ := find("documents")
	for _, stage := range []func(context.Context, *site, *client.Document, Item) error{wasInForce, comes, isInForce, leaves} {
		for _, name := range part.ordered(want) {
			d, err := at.realm.GetDocument(ctx, at.ids["documents"][name])
			if err == nil {
				err = stage(ctx, at, d, want[name])
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func wasInForce(ctx context.Context, at *site, d *client.Document, item Item) error {
	if item["in_force"] != false || d.Status != "draft" {
		return nil
	}
	_, err := at.realm.ActivateDocument(ctx, d.ID, client.ActivateDocumentRequest{})
	return err
}

func comes(ctx context.Context, at *site, d *client.Document, item Item) error {
	from, err := time.Parse(time.RFC3339, text(item["from"]))
	if err != nil || item["in_force"] != true || d.Status == "active" || d.Status == "scheduled" && d.ActiveSince.Equal(from) {
		return nil //nolint:nilerr // no time, or nothing to do
	}
	if d.Status == "scheduled" {
		if _, err := at.realm.WithdrawDocument(ctx, d.ID); err != nil {
			return err
		}
	}
	// A time that has passed is left to isInForce.
	if _, err = at.realm.ActivateDocument(ctx, d.ID, client.ActivateDocumentRequest{At: from}); client.Code(err) == "document_time_past" {
		return nil
	}
	return err
}

func isInForce(ctx context.Context, at *site, d *client.Document, item Item) error {
	if item["in_force"] != true || d.Status == "active" || d.Status == "scheduled" {
		return nil
	}
	_, err := at.realm.ActivateDocument(ctx, d.ID, client.ActivateDocumentRequest{})
	return err
}

func leaves(ctx context.Context, at *site, d *client.Document, item Item) error {
	if item["in_force"] != false || d.Status != "active" && d.Status != "scheduled" {
		return nil
	}
	_, err := at.realm.WithdrawDocument(ctx, d.ID)
	return err
}

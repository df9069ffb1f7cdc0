package message_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

type shownTemplate struct {
	Kind        string    `json:"kind"`
	Language    string    `json:"language"`
	Subject     string    `json:"subject"`
	HTML        string    `json:"html"`
	Text        string    `json:"text"`
	Description string    `json:"description"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

func TestAdministratorsWriteLettersInTheirOwnWords(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	reader, writer := o.As("templates.read"), o.As("templates.write")
	path := o.path + "/templates/recover/en"
	reader.Do(http.MethodGet, path, nil).Want(http.StatusNotFound, "letter_template_not_found")
	body := map[string]string{"subject": "Back to {{.realm}}", "html": "<p onclick=x>{{.code}} {{.link}}</p><script>1</script>", "description": "Ours"}
	reader.Do(http.MethodPut, path, body).Want(http.StatusForbidden)

	var made shownTemplate
	got := writer.Do(http.MethodPut, path, body).Want(http.StatusOK).Into(&made)
	if made.Version != 1 || made.Description != "Ours" || strings.Contains(made.HTML, "script") || strings.Contains(made.HTML, "onclick") || made.Text == "" {
		t.Errorf("stored %+v", made)
	}
	first := got.Header.Get("ETag")
	body["subject"] = "Once more"
	writer.Do(http.MethodPut, path, body, "If-Match: "+first).Want(http.StatusOK).Into(&made)
	writer.Do(http.MethodPut, path, body, "If-Match: "+first).Want(http.StatusPreconditionFailed)
	writer.Do(http.MethodPut, o.path+"/templates/recover/de", body, "If-Match: "+first).Want(http.StatusPreconditionFailed)
	reader.Do(http.MethodGet, path, nil).Want(http.StatusOK).Into(&made)
	if made.Version != 2 || made.Subject != "Once more" {
		t.Errorf("shown %+v", made)
	}
	o.send(t, o.code("ann@example.com"))
	o.drain(t)
	if m := o.post.sent(); m[len(m)-1].Subject != "Once more" {
		t.Errorf("sent %+v", m)
	}

	writer.Do(http.MethodDelete, path, nil).Want(http.StatusNoContent)
	writer.Do(http.MethodDelete, path, nil).Want(http.StatusNotFound, "letter_template_not_found")
}

func TestWhatCannotBeALetterIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	writer := o.As("templates.write")
	path := o.path + "/templates/recover/en"
	for name, c := range map[string]struct {
		body       map[string]string
		code, says string
	}{
		"unknown":   {map[string]string{"subject": "Hi", "html": "<p>{{.code}}</p>\n<p>ü {{.password}}</p>"}, "letter_placeholder", "{{.password}} (line 2, column 6) is not known"},
		"in text":   {map[string]string{"subject": "Hi", "html": "<p>{{.code}}</p>", "text": "{{.code}}\n{{.nonsense}}"}, "letter_placeholder", "(line 2, column 1)"},
		"subject":   {map[string]string{"subject": "Hi {{.code}}", "html": "<p>{{.code}}</p>"}, "letter_placeholder", "{{.code}} (line 1, column 4) may not stand"},
		"malformed": {map[string]string{"subject": "Hi", "html": "<p>{{.code}} {{if .x}}</p>"}, "letter_placeholder", "(line 1, column 14)"},
		"missing":   {map[string]string{"subject": "Hi", "html": "<p>Hello</p>"}, "letter_placeholder", "is missing"},
		"empty":     {map[string]string{"html": "<p>{{.code}}</p>"}, "letter_template_invalid", "subject"},
	} {
		got := writer.Do(http.MethodPut, path, c.body).Want(http.StatusBadRequest, c.code)
		if !strings.Contains(got.Body, c.says) {
			t.Errorf("%s: %s", name, got.Body)
		}
	}
	body := map[string]string{"subject": "Hi", "html": "<p>{{.code}}</p>"}
	writer.Do(http.MethodPut, o.path+"/templates/greeting/en", body).Want(http.StatusBadRequest, "letter_kind_unknown")
	writer.Do(http.MethodPut, o.path+"/templates/recover/tlh", body).Want(http.StatusBadRequest, "letter_language_unknown")
}

func TestKindsOfLettersAreListed(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	set(t, o.house, own())
	type listed struct {
		Items []struct {
			Kind         string   `json:"kind"`
			Channel      string   `json:"channel"`
			Essential    bool     `json:"essential"`
			Placeholders []string `json:"placeholders"`
			Languages    []struct {
				Language   string    `json:"language"`
				Overridden bool      `json:"overridden"`
				UpdatedAt  time.Time `json:"updated_at"`
			} `json:"languages"`
		} `json:"items"`
		Next string `json:"next_cursor"`
	}
	reader := o.As("templates.read")
	var all, page, rest listed
	reader.Do(http.MethodGet, o.path+"/templates", nil).Want(http.StatusOK).Into(&all)
	overridden := 0
	for _, k := range all.Items {
		for _, l := range k.Languages {
			if l.Overridden {
				overridden++
				if k.Kind != "recover" || l.Language != "en" || l.UpdatedAt.IsZero() {
					t.Errorf("%s in %s is said to have words of its own", k.Kind, l.Language)
				}
			}
		}
	}
	if overridden != 1 || len(all.Items) < 20 {
		t.Errorf("%d of %d kinds have words of their own", overridden, len(all.Items))
	}
	reader.Do(http.MethodGet, o.path+"/templates?limit=5", nil).Want(http.StatusOK).Into(&page)
	reader.Do(http.MethodGet, o.path+"/templates?limit=100&cursor="+page.Next, nil).Want(http.StatusOK).Into(&rest)
	if len(page.Items) != 5 || len(rest.Items) != len(all.Items)-5 || rest.Items[0].Kind != all.Items[5].Kind {
		t.Errorf("pages of %d and %d kinds", len(page.Items), len(rest.Items))
	}
	o.As("templates.write").Do(http.MethodGet, o.path+"/templates", nil).Want(http.StatusForbidden)
}

func TestLettersArePreviewed(t *testing.T) {
	t.Parallel()
	o := openOffice(t, nil)
	reader := o.As("templates.read")
	type seen struct {
		Subject string `json:"subject"`
		Text    string `json:"text"`
		HTML    string `json:"html"`
	}
	var house, draft, sms seen
	reader.Do(http.MethodPost, o.path+"/templates/recover/de/preview", nil).Want(http.StatusOK).Into(&house)
	if house.Subject == "" || !strings.Contains(house.HTML, "482913") {
		t.Errorf("the house writes %+v", house)
	}
	reader.Do(http.MethodPost, o.path+"/templates/recover/en/preview", map[string]string{"subject": "At {{.realm}}", "html": "<b>{{.code}}</b>"}).
		Want(http.StatusOK).Into(&draft)
	if draft.Subject != "At "+o.Realm.Name || !strings.Contains(draft.HTML, "<b>482913</b>") || !strings.Contains(draft.Text, "482913") {
		t.Errorf("the draft reads %+v", draft)
	}
	reader.Do(http.MethodPost, o.path+"/templates/verify_phone/en/preview", map[string]string{"text": "{{.code}}!"}).Want(http.StatusOK).Into(&sms)
	if sms != (seen{Text: "482913!"}) {
		t.Errorf("the SMS reads %+v", sms)
	}
	reader.Do(http.MethodPost, o.path+"/templates/recover/en/preview", map[string]string{"subject": "x", "html": "{{.nope}}"}).Want(http.StatusBadRequest, "letter_placeholder")
	reader.Do(http.MethodPost, o.path+"/templates/nope/en/preview", nil).Want(http.StatusBadRequest, "letter_kind_unknown")
	reader.Do(http.MethodGet, o.path+"/templates/recover/en", nil).Want(http.StatusNotFound)
	o.As("templates.write").Do(http.MethodPost, o.path+"/templates/recover/en/preview", nil).Want(http.StatusForbidden)
}

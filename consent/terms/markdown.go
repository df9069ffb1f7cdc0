package terms

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// renderer makes HTML of Markdown in two layers: goldmark leaves out raw HTML and
// dangerous addresses, and what is left passes a sanitizer that knows nothing of
// Markdown.
type renderer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

func newRenderer() renderer {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "del", "code", "pre", "blockquote", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(false)
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return renderer{goldmark.New(goldmark.WithExtensions(extension.GFM)), p}
}

// html is the document's text as pages show it, below a heading of level 1.
func (r renderer) html(markdown string) (template.HTML, error) {
	var out bytes.Buffer
	if err := r.markdown.Convert([]byte(markdown), &out); err != nil {
		return "", fmt.Errorf("render document: %w", err)
	}
	// A heading of level 1 in the text would rival the page's own.
	lowered := bytes.ReplaceAll(bytes.ReplaceAll(out.Bytes(), []byte("<h1"), []byte("<h2")), []byte("</h1>"), []byte("</h2>"))
	return template.HTML(r.policy.SanitizeBytes(lowered)), nil //nolint:gosec // it has just been sanitized
}

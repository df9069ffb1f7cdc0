package chromium

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// violation is a rule of accessibility that a page breaks, as axe-core reports it.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// hold holds the page on the screen to what every page must be: free of violations in light and in dark, no wider than the narrowest phone, one main
// heading, and nothing refused by its own content security policy. It takes the pictures that people look at, and notes what stands on the page. A page
// without scripts has the same style, so that is not looked at again.
func (s *screen) hold(page string) {
	s.t.Helper()
	s.outline = append(s.outline, s.read(page))
	headings := ask(s, "count headings", chromedp.Evaluate[int](`document.querySelectorAll('h1').length`))
	if headings != 1 {
		s.t.Errorf("%s: %s has %d main headings", s.name, page, headings)
	}
	if s.plain {
		return
	}
	s.do("bring axe in", chromedp.Evaluate[chromedp.Void](engine(s.t)+"\n;true"))
	s.do("choose light", s.scheme("light"))
	s.picture(page + " light")
	s.violations(page+" in light", `{resultTypes: ['violations']}`)
	s.do("choose dark", s.scheme("dark"))
	if s.width > 600 {
		s.picture(page + " dark")
	}
	// Only colours differ.
	s.violations(page+" in dark", `{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}`)
	s.do("choose light", s.scheme("light"))
	if s.width < 600 {
		s.narrow(page)
	}
}

// engine is axe-core. It is brought in by the debugger, so the page's policy stays as strict as it is.
func engine(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("%v: `make test-tools` installs it", err)
	}
	return string(source)
}

// violations runs the engine and reports what it finds.
func (s *screen) violations(where, options string) {
	s.t.Helper()
	report := ask(s, "run axe", chromedp.Evaluate[string](
		`axe.run(document, `+options+`).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	var found []violation
	if err := json.Unmarshal([]byte(report), &found); err != nil {
		s.t.Fatalf("axe reported %.200q: %v", report, err)
	}
	for _, v := range found {
		var nodes []string
		for _, n := range v.Nodes {
			nodes = append(nodes, n.HTML+"\n"+n.FailureSummary)
		}
		s.t.Errorf("%s: %s: %s (%s): %s\n%s", s.name, where, v.ID, v.Impact, v.Help, strings.Join(nodes, "\n"))
	}
}

// narrow shows the page 320 px wide (WCAG 2.2, 1.4.10): reading must not need scrolling in two directions.
func (s *screen) narrow(page string) {
	s.t.Helper()
	s.do("narrow to 320 px", s.size(320, 640))
	wide := ask(s, "measure", chromedp.Evaluate[struct {
		Width   int
		Culprit string
	}](`(() => {
			const width = document.documentElement.scrollWidth
			const out = [...document.querySelectorAll('body *')].find(e => e.getBoundingClientRect().right > 320.5)
			return {Width: width, Culprit: width > 320 && out ? out.outerHTML.slice(0, 200) : ''}
		})()`))
	if wide.Width > 320 {
		s.t.Errorf("%s: %s is %d px wide on a screen of 320: %s", s.name, page, wide.Width, wide.Culprit)
		s.picture(page + " 320")
	}
	s.do("back", s.size(s.width, s.height))
}

package chromium

import (
	"encoding/json"
	"os"
	"strings"

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
// heading, and nothing refused by its own content security policy. It takes the picture that people look at.
func (s *screen) hold(page string) {
	s.t.Helper()
	engine, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		s.t.Fatalf("%v: `make test-tools` installs it", err)
	}
	for _, scheme := range []string{"light", "dark"} {
		s.do("choose "+scheme, s.scheme(scheme))
		s.picture(page + " " + scheme)
		for _, v := range s.violations(string(engine)) {
			var where []string
			for _, n := range v.Nodes {
				where = append(where, n.HTML+"\n"+n.FailureSummary)
			}
			s.t.Errorf("%s: %s in %s: %s (%s): %s\n%s", s.name, page, scheme, v.ID, v.Impact, v.Help, strings.Join(where, "\n"))
		}
	}
	s.do("choose light", s.scheme("light"))
	s.narrow(page)

	headings := ask(s, "count headings", chromedp.Evaluate[int](`document.querySelectorAll('h1').length`))
	if headings != 1 {
		s.t.Errorf("%s: %s has %d main headings", s.name, page, headings)
	}
}

// violations runs the engine. It is brought in by the debugger, so the page's policy stays as strict as it is.
func (s *screen) violations(engine string) []violation {
	s.t.Helper()
	s.do("bring axe in", chromedp.Evaluate[chromedp.Void](engine+"\n;true"))
	report := ask(s, "run axe", chromedp.Evaluate[string](
		`axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	var found []violation
	if err := json.Unmarshal([]byte(report), &found); err != nil {
		s.t.Fatalf("axe reported %.200q: %v", report, err)
	}
	return found
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

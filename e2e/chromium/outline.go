package chromium

import (
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"
)

// outline is what stands on a page in words: its landmarks, headings, fields, buttons and links, as somebody who cannot see it hears them.
type outline struct {
	page        string
	frame, main string // what stands round the page's own part, and that part
}

// reading lists what can be seen, in order, a landmark's contents below it.
const reading = `(() => {
	const inside = 'header, nav, main, footer, section, details', lines = []
	const squeeze = (text) => (text ?? '').replace(/\s+/g, ' ').trim()
	const named = (e) => squeeze(e.getAttribute('aria-label')
		|| (e.getAttribute('aria-labelledby') && document.getElementById(e.getAttribute('aria-labelledby'))?.innerText)
		|| (e.labels?.[0]?.innerText) || e.innerText || e.alt || '')
	const quoted = (text) => text ? ' "' + text + '"' : ''
	const seen = inside + ', h1, h2, h3, a[href], button, summary, input:not([type=hidden]), select, textarea, meter, img, [role=alert], [role=status]'
	for (const e of document.querySelectorAll(seen)) {
		const box = e.getBoundingClientRect()
		if (!e.checkVisibility({visibilityProperty: true}) || box.width <= 1 || box.height <= 1) continue
		let depth = 0
		for (let up = e.parentElement.closest(inside); up; up = up.parentElement.closest(inside)) depth++
		const role = e.getAttribute('role'), kind = e.localName
		let line
		if (e.matches(inside)) line = kind === 'details' ? 'details' : kind + quoted(squeeze(e.getAttribute('aria-label')))
		else if (role === 'alert' || role === 'status') line = role + quoted(squeeze(e.innerText))
		else if (kind === 'input') line = e.type + ' ' + e.name + quoted(named(e))
		else if (kind === 'select' || kind === 'textarea') line = kind + ' ' + e.name + quoted(named(e))
		else if (kind === 'img' && !e.alt) continue
		else line = (kind === 'a' ? 'link' : kind === 'img' ? 'picture' : kind) + quoted(named(e))
		if (e.required) line += ' required'
		if (e.getAttribute('aria-invalid') === 'true') line += ' wrong'
		if (e.getAttribute('aria-current')) line += ' current'
		if (e.disabled) line += ' disabled'
		lines.push('  '.repeat(depth) + line)
	}
	return lines.map(l => l + '\n').join('')
})()`

// read notes the outline of the page on the screen.
func (s *screen) read(page string) outline {
	s.t.Helper()
	text := ask(s, "read the page", chromedp.Evaluate[string](reading))
	text = regexp.MustCompile(`\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}(, \d{1,2}:\d{2}( UTC)?)?`).
		ReplaceAllString(text, "(date)")
	text = regexp.MustCompile(`http://(localhost|127\.0\.0\.1):\d+`).ReplaceAllString(text, "(address)")
	text = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`).ReplaceAllString(text, "(id)")
	o := outline{page: page}
	own := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, " ") {
			own = strings.HasPrefix(line, "main")
		}
		if own {
			o.main += line
		} else {
			o.frame += line
		}
	}
	return o
}

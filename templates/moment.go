package templates

import (
	"fmt"
	"html/template"
	"strconv"
	"time"
)

// date is the day of t in the zone, as the language writes it; nothing for the
// zero time.
func (v voice) date(t time.Time, zone *time.Location) (template.HTML, error) {
	return v.written("date_form", t, zone)
}

// moment is the day and the minute of t in the zone, as the language writes them.
// A person whose zone is not known is told that it is UTC.
func (v voice) moment(t time.Time, zone *time.Location) (template.HTML, error) {
	if zone == nil {
		return v.written("moment_form_utc", t, zone)
	}
	return v.written("moment_form", t, zone)
}

func (v voice) written(form string, t time.Time, zone *time.Location) (template.HTML, error) {
	if t.IsZero() {
		return "", nil
	}
	if zone == nil {
		zone = time.UTC
	}
	local := t.In(zone)
	month, err := v.text("month_" + strconv.Itoa(int(local.Month())))
	if err != nil {
		return "", err
	}
	text, err := v.text(form, "day", local.Day(), "month", month, "year", local.Year(), "time", local.Format("15:04"))
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`,
		t.UTC().Format(time.RFC3339), template.HTMLEscapeString(text))), nil
}

// done is the sentence for what has just been done, or "" for a code that nobody
// knows: the code stands in an address that anybody can write.
func (v voice) done(code string) string {
	if code == "" || len(code) > 64 {
		return ""
	}
	s, err := v.text("done_" + code)
	if err != nil {
		return ""
	}
	return s
}

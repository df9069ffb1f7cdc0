package templates

// NoticeWords is what the house says in a notification of the kind: a sentence of its
// own, or else the one by which the activity tells of the same. Advice names a sentence
// about what to do, or is empty; detail is a name that the sentence is about.
func NoticeWords(language, kind, advice, detail string) (title, body string) {
	localizer, ok := speech().localizers[language]
	if !ok {
		localizer = speech().localizers[fallback]
	}
	v := voice{localizer}
	for _, id := range []string{"notice_kind_" + kind, "activity_" + kind, "activity_general"} {
		if s, err := v.text(id, "detail", harmless(flat(detail))); err == nil {
			title = s
			break
		}
	}
	if advice != "" {
		if s, err := v.text("notice_advice_" + advice); err == nil {
			body = s
		}
	}
	return title, body
}

package message

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// place tells where a placeholder stands first in what was written, in words that follow
// its name; nothing where it cannot be told.
func place(written, name string) string {
	for _, at := range placeholder.FindAllStringSubmatchIndex(written, -1) {
		if written[at[2]:at[3]] == name {
			return position(written, at[0])
		}
	}
	return ""
}

// malformed tells where something stands that is no placeholder but looks like one.
func malformed(written string) string {
	// Placeholders are blotted out and all else stays where it is.
	blotted := placeholder.ReplaceAllStringFunc(written, func(m string) string { return strings.Repeat(" ", len(m)) })
	for _, braces := range []string{"{{", "}}"} {
		if at := strings.Index(blotted, braces); at >= 0 {
			return position(written, at)
		}
	}
	return ""
}

func position(written string, at int) string {
	line := strings.Count(written[:at], "\n") + 1
	column := utf8.RuneCountInString(written[strings.LastIndexByte(written[:at], '\n')+1:at]) + 1
	return fmt.Sprintf(" (line %d, column %d)", line, column)
}

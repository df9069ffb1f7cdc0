package message

import (
	"sync"

	useragent "github.com/medama-io/go-useragent"
)

// parser reads User-Agent headers; it is made at the first letter that needs it.
var parser = sync.OnceValue(useragent.NewParser)

// browser is a User-Agent in a person's words: "Firefox, Linux". One that nobody knows
// has none: the header is the sender's own choice, and stands in no letter.
func browser(agent string) string {
	if agent == "" {
		return ""
	}
	ua := parser().Parse(agent)
	name, system := ua.Browser().String(), ua.OS().String()
	switch {
	case name != "" && system != "":
		return name + ", " + system
	case name != "":
		return name
	}
	return system
}

package device

import (
	"sync"

	useragent "github.com/medama-io/go-useragent"
)

// parser reads User-Agent headers; it is made when the first one is read.
var parser = sync.OnceValue(useragent.NewParser)

// Name is a User-Agent in a person's words: "Firefox, Linux". One that nobody knows
// has none: the header is the sender's own choice, and is never shown as it is.
func Name(agent string) string {
	if agent == "" {
		return ""
	}
	ua := parser().Parse(agent)
	browser, system := ua.Browser().String(), ua.OS().String()
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser != "":
		return browser
	}
	return system
}

// Mobile reports whether the User-Agent is that of a phone or tablet.
func Mobile(agent string) bool {
	if agent == "" {
		return false
	}
	ua := parser().Parse(agent)
	return ua.IsMobile() || ua.IsTablet()
}

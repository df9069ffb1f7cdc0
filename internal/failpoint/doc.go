// Package failpoint lets a test fail, stop or kill the program between two named
// steps. Points are named room/step ("event/claimed") and stand where a crash
// would hurt most: between a decision and its commit, between a commit and its
// answer, between two writes of a migration.
//
// Builds without the tag faultinject, and so all releases, hold none of it: Hit
// is an empty function that the compiler removes. With the tag, a test arms a
// point for its own contexts by [Set], and a whole process is armed by its
// environment:
//
//	FAILPOINTS=event/claimed=kill,event/handled=error@3
//
// The actions are kill (SIGKILL to itself), error and panic, at each passage or,
// after @, at the n-th only.
package failpoint

import "errors"

// ErrInjected is the failure that the action error returns.
var ErrInjected = errors.New("failpoint: injected failure")

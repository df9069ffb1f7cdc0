// Package worker is how the background workers of rooms wait and work: [Drain] does one
// batch after the other, [Lane] makes many calls at the same time, few of them to the same
// receiver. Both sleep until a [Bell] of their process rings or a moment has passed, in
// which other processes may have left something to do; both finish what they are at when
// they are to end; and both tell of a failure once, not each second while it lasts.
//
// What is due, how it is claimed and what is done is the room's.
package worker

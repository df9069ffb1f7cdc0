// Package ratelimit counts how often something happens and says when it may happen
// again. It knows no domain word: who counts what under which limit is tenant/limit.
//
// # The rule
//
// A [Limit] is so many in so long, written "5/m". It is kept by GCRA, the generic cell
// rate algorithm: one number for each counter, the theoretical arrival time of the next
// one, which moves on by Per/Count with each that is admitted and may run ahead of the
// clock by Per at most. So a caller who has been quiet gets Count at once and from then
// on one every Per/Count; there is no window whose edge would admit twice as many at
// once. In any span d at most Count + d/(Per/Count) are admitted. What is turned away
// counts nothing, so who keeps knocking does not wait longer for it.
//
// # Two forms
//
// Each node counts in memory, always. With a Redis it asks that as well, and all nodes
// keep one limit together; the clock is Redis's own. An answer is waited for 50
// milliseconds. A Redis that is gone, frozen or broken is left alone for a second, after
// which one caller tries again; meanwhile memory decides, which has seen all that this
// node has admitted. Therefore
//
//   - while Redis answers, all nodes together admit what the limit says;
//   - whatever happens to Redis (killed, frozen, emptied), no node ever admits more than
//     the limit, so n nodes admit n times the limit at most;
//   - no state of Redis lets everybody through, and none turns everybody away.
//
// Keys are MACs under a key of the installation: whoever reads Redis learns no address
// and no account, and two installations may share one.
package ratelimit

// Package population fills a database with the realms, people and roles of a large
// installation, to measure on and to look at query plans on.
//
// A few realms are large and many are small: sizes fall with the rank as 1/rank^1.1, so of
// 200,000 people in 5,000 realms every sixth is in the first. Each realm has applications
// with permissions, roles that contain one another, groups, and assignments to people and
// groups. Some people are suspended or erased, some have a second factor.
//
// Everything follows from the seed: the same one makes the same rows, ids and times
// included, so the same seed fits into a database once.
//
// It writes SQL in bulk and not by the rooms' verbs: those check, lock, make RSA keys and
// record an event for each row, which takes hours for a million. So there are no events,
// and the new realms have no signing keys until somebody asks for them. What the verbs
// would say about the rows is tested here.
package population

// Package statistics tells administrators how a realm fares, and operators how all do.
//
// What is (people, sessions, applications, letters) is counted by the rooms that have
// it, when somebody asks, and kept for a minute. What happened is counted day by day as
// events are dispatched, in the transaction that marks them so: each counts once,
// whoever dies when, and nothing ever scans the events for it.
//
// No number is about a person. What is left to others: series for alarms and graphs
// (watch/metrics), what happened to whom (identity/activity).
//
// Table: statistics_days. Events: none.
package statistics

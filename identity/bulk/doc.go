// Package bulk makes accounts of many people at once, for administrators who come from
// another system: a job with progress, which a worker does while the caller has its
// answer already.
//
// A job is stored whole, its rows sealed because they hold what another system made of
// passwords. Any node's worker claims it by a lease and does some rows at a time, each
// batch in one transaction with its progress and its events: whoever dies in between
// leaves nothing half done, and the next worker goes on with the next row. A row that
// cannot be imported fails by itself, with the fault that creating the account alone
// would have had; the others go on. Rows that are done are deleted, so that hashes do not
// stay; what failed keeps its place and its fault, without its content.
//
// A job can be cancelled between two batches; what is done stays. It acts in the name of
// whoever asked for it.
//
// What is left to others: the account (identity/user), the realm's own fields
// (identity/profile). The command `authserver user import` reads the same rows from a
// file, without a job.
//
// Tables: bulk_jobs, bulk_rows. Events: bulk.requested, bulk.finished, bulk.cancelled.
package bulk

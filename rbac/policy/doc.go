// Package policy is attribute rules, for what is finer than a role: who may do something
// at which time, from where, upon which thing.
//
// A policy is a text of one or more statements in Cedar, for a realm or for one of its
// applications. It is written as a draft, held to the [Vocabulary] when it is saved,
// can be tried against a question (what-if), and counts only once it is activated; a
// change of an active one is a draft again, beside what counts.
//
// Policies are asked after the roles, by the one evaluator that enforces and explains
// (package rbac): a statement that forbids overrides every role, one that permits does so
// for an application's own permissions only. So nobody comes to administer by writing a
// policy; and who puts one in or out of force must be allowed to change roles there, which
// gives and takes the same. A statement that forbids and cannot be evaluated forbids.
//
// Tokens tell roles and what they give. A permission that a statement forbids its holder
// whatever the resource and the moment is left out of them: the statements are evaluated
// as far as that can be done without the two (Barred). What depends on them is asked of
// the decision API, and so is what a statement permits.
//
// Table: policies. Events: policy.created, policy.updated, policy.activated,
// policy.deactivated, policy.deleted.
package policy

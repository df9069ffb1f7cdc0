// Package rbac says what people, applications and groups may do.
//
//	subject ── assignment ──► role ──► nested role ──► permission
//	(user, application,       (when, from where,       (of an application, or one
//	 or a group of them)       for which application)   of the administration)
//
// Nobody holds a permission but through a role. A role may demand things of its holder
// (a verified address, a second factor); an assignment whose demands are unmet opens
// nothing, is marked so, and counts again when they are met. Evaluate is the one function
// that decides, for enforcement and for explanation alike; it is pure, and knows a realm's
// roles from memory.
//
// Tokens tell roles and the permissions that they give, less what attribute rules forbid
// their holder always; what depends on a resource or a moment is asked of the decisions.
//
// Nobody grants what they do not hold, and a realm's last administrator stays.
//
// What is left to others: attribute rules (rbac/policy), who the caller is (server),
// what a sign-in demands (identity/gate).
//
// Tables: permissions, roles, role_assignments, user_groups, group_members, role_locks. Events:
// permission.*, role.*, role_assignment.*, group.*.
package rbac

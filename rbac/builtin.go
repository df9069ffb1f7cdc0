package rbac

import (
	"maps"
	"slices"
)

// Slugs of the built-in roles, which are their ids as well.
const (
	RealmAdministrator       = "realm-administrator"
	ApplicationAdministrator = "application-administrator"
	UserManager              = "user-manager"
	Auditor                  = "auditor"
	ReadOnly                 = "read-only"
)

// Catalogue are the permissions of the administration, with what they allow.
func Catalogue() map[string]string {
	return map[string]string{
		"realm.read": "Read the realm's name, look, settings and profile schema.", "realm.write": "Change the realm's name, look, settings and profile schema.",
		"notifications.read": "Read what was told to people in their accounts, and its words.", "notifications.write": "Send notifications to people and change their words.",
		"keys.read": "Read signing keys.", "keys.write": "Rotate and withdraw signing keys.",
		"applications.read": "Read applications.", "applications.write": "Register, change and delete applications.",
		"applications.secrets": "Rotate and revoke secrets and keys of applications.",
		"api_keys.read":        "Read API keys, not their secrets.", "api_keys.write": "Create, change, rotate and revoke API keys.",
		"users.read": "Read people, their factors, devices and activity.", "users.write": "Create, invite, import, change, suspend and unlock people.",
		"users.credentials": "Force password changes, reset factors, end trust, unlink providers.", "users.erase": "Erase and merge people.",
		"sessions.read": "Read sessions and what applications hold of people.", "sessions.write": "End sessions and what applications hold.",
		"roles.read": "Read roles and permissions.", "roles.write": "Change roles and permissions.",
		"assignments.read": "Read who has which role.", "assignments.write": "Assign and withdraw roles.",
		"groups.read": "Read groups and their members.", "groups.write": "Change groups and their members.",
		"policies.read": "Read attribute rules.", "policies.write": "Change attribute rules.", "decisions.read": "Ask what somebody may do, and why.",
		"documents.read": "Read drafts of documents and consent purposes.", "documents.write": "Write and publish documents and consent purposes.",
		"consents.read": "Read acceptances and consents, and export them.",
		"queues.read":   "Read what workers gave up.", "queues.write": "Try again or drop what workers gave up.",
		"limits.read": "Read rate limits.", "limits.write": "Set rate limits.",
		"providers.read": "Read upstream providers.", "providers.write": "Change upstream providers.",
		"templates.read": "Read the words of letters.", "templates.write": "Change the words of letters.",
		"messages.read": "Read what was sent.", "messages.write": "Send test messages and lift suppressions.",
		"webhooks.read": "Read webhooks and what was delivered.", "webhooks.write": "Register webhooks, which are told of everything that happens, and replay deliveries.",
		"flows.read": "Read and end sign-ins in progress.", "statistics.read": "Read statistics.", "audit.read": "Read, export, prove and verify what was done in the realm.",
		"security.read": "Read security events.", "jobs.read": "Read and cancel bulk jobs.",
		"signals.read": "Receive the realm's security events, and see who does.", "signals.write": "Manage streams of security events.",
	}
}

// OperatorCatalogue are the permissions above realms.
func OperatorCatalogue() map[string]string {
	return map[string]string{
		"realms.read": "List realms.", "realms.write": "Create, change and suspend realms.", "realms.delete": "Delete realms.",
		"operators.read": "Read operators' keys.", "operators.write": "Create and revoke operators' keys.", "system.read": "Read the state of the installation.",
	}
}

// aboutPeople are codes that reach people's data, which operators do not see.
func aboutPeople(code string) bool {
	switch code {
	case "webhooks.read", "webhooks.write", "signals.read", "signals.write",
		"users.read", "users.write", "users.credentials", "users.erase", "sessions.read", "sessions.write", "consents.read", "messages.read", "flows.read",
		"groups.read", "groups.write", "assignments.read", "assignments.write", "decisions.read", "jobs.read", "audit.read", "security.read", "notifications.read", "notifications.write":
		return true
	}
	return false
}

// BuiltIn are the roles that every realm has.
func BuiltIn() []*Role {
	all := slices.Sorted(maps.Keys(Catalogue()))
	var reads []string
	for _, code := range all {
		if code == "decisions.read" || len(code) > 5 && code[len(code)-5:] == ".read" {
			reads = append(reads, code)
		}
	}
	return []*Role{
		role(RealmAdministrator, "Realm administrator", "Everything in the realm.", all),
		role(ApplicationAdministrator, "Application administrator", "Everything about one application; assign it for that application.", []string{
			"applications.read", "applications.write", "applications.secrets", "api_keys.read", "api_keys.write", "roles.read", "roles.write",
			"assignments.read", "assignments.write", "policies.read", "policies.write", "decisions.read", "statistics.read",
			"webhooks.read", "webhooks.write",
		}),
		role(UserManager, "User manager", "People: their accounts, groups and sessions.", []string{
			"users.read", "users.write", "users.credentials", "sessions.read", "sessions.write", "groups.read", "roles.read", "assignments.read", "jobs.read",
		}),
		role(Auditor, "Auditor", "Reads what happened and who agreed to what.", []string{
			"users.read", "sessions.read", "roles.read", "assignments.read", "groups.read", "policies.read", "documents.read", "consents.read", "messages.read", "statistics.read", "realm.read", "audit.read", "security.read",
		}),
		role(ReadOnly, "Read only", "Reads everything.", reads),
	}
}

func role(slug, name, description string, codes []string) *Role {
	r := &Role{ID: slug, Slug: slug, Name: name, Description: description, BuiltIn: true, Version: 1}
	for _, code := range codes {
		r.Grants = append(r.Grants, Grant{Code: code})
	}
	return r
}

// builtIn is the built-in role of that slug, or nil.
func builtIn(slug string) *Role {
	for _, r := range BuiltIn() {
		if r.Slug == slug {
			return r
		}
	}
	return nil
}

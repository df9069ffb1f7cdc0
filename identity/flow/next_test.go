package flow

import (
	"testing"
	"time"
)

func TestNextAsksForOneStepAtATime(t *testing.T) {
	t.Parallel()
	requested := time.Date(2026, 5, 4, 12, 0, 0, 500_000_000, time.UTC)
	age := func(seconds int64) *int64 { return &seconds }
	session := func(ago time.Duration) *SessionFacts {
		return &SessionFacts{ID: "s1", UserID: "u1", AuthenticatedAt: requested.Add(-ago)}
	}
	signedIn := Proof{Step: Login, SessionID: "s1"}
	chosen := Proof{Step: SelectAccount, SessionID: "s1"}
	agreed := Proof{Step: Consent, SessionID: "s1"}
	another := Proof{Step: SelectAccount, Method: MethodAnother}
	long := time.Hour

	tests := map[string]struct {
		flow  Flow
		facts Facts
		want  Step
	}{
		"nobody is signed in":                                 {Flow{}, Facts{}, Login},
		"a live session is enough":                            {Flow{}, Facts{Session: session(long)}, Done},
		"sign-in in the flow":                                 {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second)}, Done},
		"its session has ended since":                         {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{}, Login},
		"another session has taken its place":                 {Flow{SessionID: "s0", Proofs: []Proof{{Step: Login, SessionID: "s0"}}}, Facts{Session: session(long)}, SelectAccount},
		"another session, and the person chose it":            {Flow{SessionID: "s0", Proofs: []Proof{chosen}}, Facts{Session: session(long)}, Done},
		"the choice was of a session that is gone":            {Flow{SessionID: "s0", Proofs: []Proof{{Step: SelectAccount, SessionID: "s0"}}}, Facts{Session: session(long)}, SelectAccount},
		"a proof without a session proves nothing":            {Flow{Prompt: []string{"login"}, Proofs: []Proof{{Step: Login}}}, Facts{Session: &SessionFacts{AuthenticatedAt: requested.Add(-long)}}, Login},
		"prompt=login with a live session":                    {Flow{Prompt: []string{"login"}}, Facts{Session: session(long)}, Login},
		"prompt=login in the second of the last sign-in":      {Flow{Prompt: []string{"login"}}, Facts{Session: session(time.Millisecond)}, Login},
		"prompt=login in the instant of the last sign-in":     {Flow{Prompt: []string{"login"}}, Facts{Session: session(0)}, Login},
		"prompt=login answered in this flow":                  {Flow{Prompt: []string{"login"}, SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(0)}, Done},
		"prompt=login answered in another tab":                {Flow{Prompt: []string{"login"}}, Facts{Session: session(-time.Second)}, Done},
		"max_age not reached":                                 {Flow{MaxAge: age(3600)}, Facts{Session: session(long)}, Done},
		"max_age reached":                                     {Flow{MaxAge: age(3598)}, Facts{Session: session(long)}, Login},
		"max_age reached, signed in since":                    {Flow{MaxAge: age(10), SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Minute)}, Done},
		"max_age compares whole seconds":                      {Flow{MaxAge: age(1)}, Facts{Session: session(1400 * time.Millisecond)}, Done},
		"max_age=0 means a new sign-in":                       {Flow{MaxAge: age(0)}, Facts{Session: session(0)}, Login},
		"max_age below zero, too":                             {Flow{MaxAge: age(-5)}, Facts{Session: session(0)}, Login},
		"max_age=0 after a new sign-in":                       {Flow{MaxAge: age(0), SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second)}, Done},
		"select_account with a session":                       {Flow{Prompt: []string{"select_account"}}, Facts{Session: session(long)}, SelectAccount},
		"select_account without one":                          {Flow{Prompt: []string{"select_account"}}, Facts{}, Login},
		"select_account answered with this account":           {Flow{Prompt: []string{"select_account"}, Proofs: []Proof{chosen}}, Facts{Session: session(long)}, Done},
		"select_account answered with another":                {Flow{Prompt: []string{"select_account"}, Proofs: []Proof{another}}, Facts{Session: session(long)}, Login},
		"another account, which has signed in":                {Flow{Prompt: []string{"select_account"}, SessionID: "s1", Proofs: []Proof{another, signedIn}}, Facts{Session: session(-time.Second)}, Done},
		"login and select_account start with signing in":      {Flow{Prompt: []string{"login", "select_account"}}, Facts{Session: session(long)}, Login},
		"choosing an account is no sign-in":                   {Flow{Prompt: []string{"login", "select_account"}, Proofs: []Proof{chosen}}, Facts{Session: session(long)}, Login},
		"id_token_hint of the session's user":                 {Flow{Subject: "u1"}, Facts{Session: session(long)}, Done},
		"id_token_hint of another user":                       {Flow{Subject: "u2"}, Facts{Session: session(long)}, Login},
		"id_token_hint, and the wrong one signs in":           {Flow{Subject: "u2", SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second)}, Mismatch},
		"a password must change: sign in first":               {Flow{}, Facts{Session: session(long), PasswordChange: true}, Login},
		"a password must change":                              {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second), PasswordChange: true}, PasswordChange},
		"the password comes before consent":                   {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second), PasswordChange: true, UngrantedScopes: []string{"email"}}, PasswordChange},
		"an address must be proven":                           {Flow{}, Facts{Session: session(long), EmailUnverified: true, PasswordChange: true, SecondFactor: NeedAsk}, VerifyEmail},
		"the password comes before the second factor":         {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second), PasswordChange: true, SecondFactor: NeedAsk}, PasswordChange},
		"the second factor of a session that had none":        {Flow{}, Facts{Session: session(long), SecondFactor: NeedAsk}, SecondFactor},
		"a proof does not stand in for the second factor":     {Flow{SessionID: "s1", Proofs: []Proof{signedIn, {Step: SecondFactor, SessionID: "s1"}}}, Facts{Session: session(-time.Second), SecondFactor: NeedAsk}, SecondFactor},
		"who enrols has just signed in":                       {Flow{}, Facts{Session: session(long), SecondFactor: NeedEnrol}, Login},
		"and then enrols":                                     {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second), SecondFactor: NeedEnrol, Profile: true}, Enrol},
		"the second factor comes before the profile":          {Flow{}, Facts{Session: session(long), SecondFactor: NeedAsk, Profile: true}, SecondFactor},
		"an account about to be deleted opens no application": {Flow{}, Facts{Session: session(long), Erasing: true, SecondFactor: NeedEnrol, Profile: true}, Erasure},
		"and is kept by nobody with half of the factors":      {Flow{}, Facts{Session: session(long), Erasing: true, SecondFactor: NeedAsk}, SecondFactor},
		"a proof does not keep an account":                    {Flow{Proofs: []Proof{{Step: Erasure, SessionID: "s1"}}}, Facts{Session: session(long), Erasing: true}, Erasure},
		"a waiting identity comes after the second factor":    {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second), SecondFactor: NeedAsk, LinkProvider: true}, SecondFactor},
		"and before the profile":                              {Flow{SessionID: "s1", Proofs: []Proof{signedIn}}, Facts{Session: session(-time.Second), LinkProvider: true, Profile: true}, LinkProvider},
		"and is for who signed in within the flow":            {Flow{}, Facts{Session: session(long), LinkProvider: true}, Done},
		"the profile comes before consent":                    {Flow{}, Facts{Session: session(long), Profile: true, UngrantedScopes: []string{"email"}}, Profile},
		"scopes are not granted":                              {Flow{}, Facts{Session: session(long), UngrantedScopes: []string{"email"}}, Consent},
		"a consent proof does not stand in for a grant":       {Flow{Proofs: []Proof{agreed}}, Facts{Session: session(long), UngrantedScopes: []string{"email"}}, Consent},
		"a first party needs no consent":                      {Flow{}, Facts{Session: session(long), UngrantedScopes: []string{"email"}, FirstParty: true}, Done},
		"unless it asks for it":                               {Flow{Prompt: []string{"consent"}}, Facts{Session: session(long), FirstParty: true}, Consent},
		"prompt=consent though all is granted":                {Flow{Prompt: []string{"consent"}}, Facts{Session: session(long)}, Consent},
		"prompt=consent answered":                             {Flow{Prompt: []string{"consent"}, Proofs: []Proof{agreed}}, Facts{Session: session(long)}, Done},
		"prompt=consent answered by somebody else before":     {Flow{Prompt: []string{"consent"}, SessionID: "s1", Proofs: []Proof{{Step: Consent, SessionID: "s0"}, signedIn}}, Facts{Session: session(-time.Second)}, Consent},
		"consent is no sign-in":                               {Flow{Prompt: []string{"login"}, Proofs: []Proof{agreed}}, Facts{Session: session(long)}, Login},
		"no is no, whatever else is proven":                   {Flow{SessionID: "s1", Proofs: []Proof{signedIn, agreed, {Step: Denied}}}, Facts{Session: session(-time.Second)}, Denied},
		"no is no without a session":                          {Flow{Proofs: []Proof{{Step: Denied}}}, Facts{}, Denied},
		"a restarted flow begins with signing in":             {Flow{Proofs: []Proof{another}}, Facts{Session: session(-time.Hour)}, Login},
		"an outcome cannot be smuggled in as a proof of Done": {Flow{Proofs: []Proof{{Step: Done, SessionID: "s1"}}}, Facts{}, Login},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.flow.RequestedAt = requested
			if got := Next(&tc.flow, tc.facts); got != tc.want {
				t.Errorf("Next = %s, want %s", got, tc.want)
			}
		})
	}
}

// Whatever proofs a flow has, taking one away never brings it nearer to its end.
func TestFewerProofsNeverSkipAStep(t *testing.T) {
	t.Parallel()
	requested := time.Unix(1_800_000_000, 0)
	all := []Proof{
		{Step: Login, SessionID: "s1"}, {Step: SelectAccount, SessionID: "s1"}, {Step: Consent, SessionID: "s1"},
		{Step: PasswordChange, SessionID: "s1"}, {Step: Login, SessionID: "s0"}, {Step: SelectAccount, Method: MethodAnother},
	}
	rank := map[Step]int{Login: 0, SelectAccount: 0, PasswordChange: 1, Consent: 2, Done: 3}
	prompts := [][]string{nil, {"login"}, {"consent"}, {"select_account"}, {"login", "consent"}, {"select_account", "consent"}}
	for _, prompt := range prompts {
		for set := range 1 << len(all) {
			for without := range all {
				// "another" takes away; without it there may well be less to do.
				if set&(1<<without) == 0 || all[without].Method == MethodAnother {
					continue
				}
				facts := Facts{Session: &SessionFacts{ID: "s1", UserID: "u1", AuthenticatedAt: requested.Add(-time.Hour)}}
				more := Next(&Flow{RequestedAt: requested, Prompt: prompt, Proofs: pick(all, set)}, facts)
				fewer := Next(&Flow{RequestedAt: requested, Prompt: prompt, Proofs: pick(all, set&^(1<<without))}, facts)
				if rank[fewer] > rank[more] {
					t.Errorf("prompt %v, proofs %b: %s; without %v: %s", prompt, set, more, all[without], fewer)
				}
			}
		}
	}
}

func pick(all []Proof, set int) []Proof {
	var some []Proof
	for i, p := range all {
		if set&(1<<i) != 0 {
			some = append(some, p)
		}
	}
	return some
}

// One journey with npm's openid-client, as its documentation shows it. The Go test that starts this script is the browser:
// for each line {"visit": URL} on standard output it answers with a line {"arrived": URL} on standard input.
import { webcrypto } from 'node:crypto'
import { createInterface } from 'node:readline'

globalThis.crypto ??= webcrypto // node 18, as Debian 12 has it

const client = await import('openid-client')
const { issuer, clientId, clientSecret, redirectUri, postLogoutRedirectUri, email } = JSON.parse(process.env.JOURNEY)

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n')
async function visit(url) {
  say({ visit: url.href })
  const { value } = await lines.next()
  return new URL(JSON.parse(value).arrived)
}
function must(holds, claim, seen) {
  if (!holds) throw new Error(`${claim}: ${JSON.stringify(seen)}`)
  say({ held: claim })
}

// Loopback is the only reason for this line: outside it every issuer is https.
const options = { execute: [client.allowInsecureRequests] }
const config = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, options)
must(config.serverMetadata().issuer === issuer, 'discovery names the issuer', config.serverMetadata().issuer)
must(config.serverMetadata().supportsPKCE(), 'discovery offers PKCE', config.serverMetadata())

const verifier = client.randomPKCECodeVerifier()
const expected = { state: client.randomState(), nonce: client.randomNonce() }
const back = await visit(client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: 'openid profile email offline_access',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  ...expected,
}))

const tokens = await client.authorizationCodeGrant(config, back, {
  pkceCodeVerifier: verifier,
  expectedState: expected.state,
  expectedNonce: expected.nonce,
  idTokenExpected: true,
})
const claims = tokens.claims()
must(claims.iss === issuer && claims.aud === clientId, 'the ID token is from the issuer, for us', claims)
must(tokens.refresh_token, 'offline_access brings a refresh token', Object.keys(tokens))

const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
must(person.email === email, 'userinfo tells the address', person)

const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
must(fresh.refresh_token && fresh.refresh_token !== tokens.refresh_token, 'refreshing rotates', Object.keys(fresh))
must(fresh.claims() === undefined || fresh.claims().sub === claims.sub, 'refreshing keeps the person', fresh.claims())

const live = await client.tokenIntrospection(config, fresh.access_token)
must(live.active === true && live.sub === claims.sub, 'a live token is active', live)

await client.tokenRevocation(config, fresh.refresh_token)
const dead = await client.tokenIntrospection(config, fresh.access_token)
must(dead.active === false, 'a revoked grant leaves no active token', dead)
const refused = await client.refreshTokenGrant(config, fresh.refresh_token).then(() => undefined, (error) => error)
must(refused?.error === 'invalid_grant', 'a revoked refresh token is refused', refused?.error)

const bye = await visit(client.buildEndSessionUrl(config, {
  post_logout_redirect_uri: postLogoutRedirectUri,
  id_token_hint: tokens.id_token,
  state: expected.state,
}))
must(bye.href.startsWith(postLogoutRedirectUri) && bye.searchParams.get('state') === expected.state, 'logging out comes back', bye.href)

const again = await visit(client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: 'openid',
  prompt: 'none',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  ...expected,
}))
must(again.searchParams.get('error') === 'login_required', 'after logging out nobody is signed in', again.href)

const service = await client.clientCredentialsGrant(config, {})
must(service.access_token, 'a service gets a token of its own', Object.keys(service))
say({ done: true })
process.exit(0)

// An OpenID provider from npm (node-oidc-provider) with one client, its own pages for signing in and consenting, and a key of each kind.
// Its people are made up by whoever signs in: the name is the subject.
import { webcrypto, generateKeyPairSync } from 'node:crypto'

globalThis.crypto ??= webcrypto // node 18, as Debian 12 has it

const { default: Provider } = await import('oidc-provider')
const { PORT, CALLBACK, ALGORITHM } = process.env

const keys = [
  ['rsa', { modulusLength: 2048 }, 'RS256'], ['rsa', { modulusLength: 2048 }, 'PS256'],
  ['ec', { namedCurve: 'P-256' }, 'ES256'], ['ed25519', {}, 'EdDSA'],
].map(([kind, options, alg]) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg }))

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  jwks: { keys },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  clients: [{
    client_id: 'harbour', client_secret: 'a secret with %/+ in it', redirect_uris: [CALLBACK], grant_types: ['authorization_code'],
    response_types: ['code'], id_token_signed_response_alg: ALGORITHM,
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name', 'locale'] },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: async () => ({ sub, email: `${sub}@town.example`, email_verified: true, name: `The ${sub}`, given_name: sub, locale: 'de' }),
  }),
  cookies: { keys: ['only for a test'] },
  pkce: { required: () => true },
})
provider.listen(Number(PORT), '127.0.0.1', () => console.log('listening'))

// Signs a person in with openid-client, version 6, and prints what the provider tells about them.
//
//   npm install openid-client
//   ISSUER=http://localhost:8080/realms/acme CLIENT_ID=… CLIENT_SECRET=… node signin.mjs
import { once } from 'node:events'
import { createServer } from 'node:http'
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = 5556 } = process.env
const server = createServer().listen(PORT, '127.0.0.1')
await once(server, 'listening')
const redirect_uri = `http://127.0.0.1:${server.address().port}/callback`

// Issuers are https, but for those on one's own machine.
const local = ['localhost', '127.0.0.1'].includes(new URL(ISSUER).hostname)
const options = local ? { execute: [client.allowInsecureRequests] } : {}
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, options)

// A web application keeps these three in the browser's session.
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const nonce = client.randomNonce()
console.log('Open', client.buildAuthorizationUrl(config, {
  redirect_uri, state, nonce, scope: 'openid profile email',
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
}).href)

const [request, response] = await once(server, 'request')
const tokens = await client.authorizationCodeGrant(config, new URL(request.url, redirect_uri), {
  pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce,
})
// The ID token says who it was (sub), when and how; name and address are told by userinfo.
console.log(await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub))
response.end('You are signed in; the terminal says as whom.\n')
server.close()
server.closeAllConnections()

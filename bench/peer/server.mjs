// node-oidc-provider with its in-memory adapter, which spares it every database: what it is compared with stores to PostgreSQL or SQLite.
// It issues ES256 access tokens as JWTs, as ours does by default, or opaque ones, to a confidential client by client_credentials.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, format] = [Number(process.argv[2] ?? 3900), process.argv[3] ?? 'jwt'];
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const resource = 'https://api.example';

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'k1' }] },
  clients: [{
    client_id: 'bench', client_secret: 'bench-secret', grant_types: ['client_credentials'], response_types: [], redirect_uris: [],
    id_token_signed_response_alg: 'ES256',
  }],
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: '', accessTokenFormat: format, jwt: { sign: { alg: 'ES256' } } }),
    },
  },
});
provider.listen(port, '127.0.0.1', () => console.log(`listening on ${port}, access tokens: ${format}`));

// A real OIDC provider on loopback: `node provider.mjs PORT AUDIENCE`. Whoever logs in is who they say.
import { generateKeyPairSync } from 'node:crypto';

// The packages of the contract are installed by `make contract`.
const { default: Provider } = await import('../../openapi/node_modules/oidc-provider/lib/index.js');

const [port, audience] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const key = (kind, options, alg) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-1`,
});
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'erp', client_secret: 'erp secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    {
      client_id: 'page', token_endpoint_auth_method: 'none', application_type: 'native',
      redirect_uris: ['http://127.0.0.1/signed-in'],
    },
  ],
  jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
  cookies: { keys: ['only for tests'] },
  ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, Interaction: 600, Session: 600, IdToken: 600 },
  extraTokenClaims: () => ({ roles: ['admin', 'general_manager'], scope: 'accounts:read' }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context, _client, asked) => asked ?? audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, resource, client) => ({
        scope: 'accounts:read', audience: resource, accessTokenFormat: 'jwt',
        jwt: { sign: { alg: client.clientId === 'erp' ? 'ES256' : 'RS256' } },
      }),
    },
  },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));

// An OpenID provider that lets in, without asking, whoever the test says is before it.
import Provider from 'oidc-provider';

const [port, clientId, clientSecret, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let person = { sub: 'nobody' };

const provider = new Provider(issuer, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [back] }],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'phone_number', 'realm_access', 'region', 'employee_id'],
  },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...person, sub: id }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
  cookies: { keys: ['of the tests'] },
});

provider.use(async (ctx, next) => {
  if (ctx.path === '/person') {
    const parts = [];
    for await (const part of ctx.req) parts.push(part);
    person = JSON.parse(Buffer.concat(parts).toString());
    ctx.body = {};
  } else if (ctx.path.startsWith('/interaction/')) {
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: person.sub } });
    ctx.respond = false;
  } else {
    await next();
  }
});
provider.listen(Number(port), '127.0.0.1');

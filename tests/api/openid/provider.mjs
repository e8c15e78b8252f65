// A certified OpenID provider (npm oidc-provider) with one client, pairwise subjects and two claims of its own.
//
//     node provider.mjs REDIRECT_URI
//
// Prints its issuer when it listens; ends with its standard input.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [redirectUri] = process.argv.slice(2);
const server = createServer((request, response) => callback(request, response));
let callback;
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "laurel",
        redirect_uris: [redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "none",
        subject_type: "pairwise",
      },
    ],
    subjectTypes: ["pairwise"],
    pairwiseIdentifier: (_, account, client) => `${client.clientId}-${account}-pairwise`,
    claims: { openid: ["sub", "profession", "country"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: "Dr. Eva Roth",
        email: `${id}@praxis.example`,
        email_verified: true,
        profession: "arzt",
        country: "DE",
      }),
    }),
    cookies: { keys: ["a key for this test alone"] },
    pkce: { required: () => true },
  });
  callback = provider.callback();
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();

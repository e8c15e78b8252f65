// Whoever is signed in, and what they ask the API. Tokens live in this module's memory and nowhere else: closing or
// reloading the page forgets them.

let accessToken = null;
let refreshToken = null;
let renewing = null;
let whenOver = () => {};

/** An answer that is no success: an RFC 9457 problem, in words that can be shown. */
export class Problem extends Error {
  constructor(status, body) {
    super([body.detail, body.remedy].filter(Boolean).join(" ") || `The server answered ${status}.`);
    this.status = status;
    this.code = String(body.type ?? "").split(":").pop();
    this.purpose = body.purpose ?? null;
  }
}

export function onSessionOver(listener) {
  whenOver = listener;
}

export async function signIn(email, password) {
  keep(await exchange(() => post("/v1/sessions", { email, password })));
}

/** End the session on the server too; whatever it answers, this page forgets the tokens. */
export async function signOut() {
  try {
    await remove("/v1/sessions/current");
  } finally {
    forget();
  }
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);

async function ask(method, path, body) {
  const used = accessToken;
  try {
    return await send(method, path, body);
  } catch (problem) {
    if (problem.status !== 401 || used === null || refreshToken === null) throw problem;
  }
  await renewed(used);
  return send(method, path, body);
}

/** A refresh token works once: requests that find the access token run out wait for the same renewal. */
async function renewed(used) {
  if (used !== accessToken) return;
  renewing ??= exchange(() => send("POST", "/v1/sessions/refresh", { refresh_token: refreshToken }))
    .then(keep)
    .catch((problem) => {
      forget();
      whenOver();
      throw problem;
    })
    .finally(() => {
      renewing = null;
    });
  await renewing;
}

async function exchange(request) {
  accessToken = null;
  return request();
}

async function send(method, path, body) {
  const headers = {};
  if (accessToken !== null) headers.Authorization = `Bearer ${accessToken}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0, { detail: "The server can't be reached.", remedy: "Try again in a moment." });
  }
  const text = await answer.text();
  const found = parsed(text);
  if (!answer.ok) throw new Problem(answer.status, found ?? {});
  return found;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function keep(tokens) {
  accessToken = tokens.access_token;
  refreshToken = tokens.refresh_token;
}

function forget() {
  accessToken = null;
  refreshToken = null;
}

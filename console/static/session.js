// Whoever is signed in, and what they ask the API. Tokens live in this module's memory and nowhere else: closing or
// reloading the page forgets them.

let accessToken = null;
let refreshToken = null;
let renewing = null;
let whenOver = () => {};

export const OVER = "Your session has ended. Sign in again.";

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
  forget();
  keep(await post("/v1/sessions", { email, password }));
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
    return await send(method, path, used, body);
  } catch (problem) {
    if (problem.status !== 401 || refreshToken === null) throw problem;
  }
  await renewed(used);
  return send(method, path, accessToken, body);
}

/** A refresh token works once: requests that find the access token run out wait for the same renewal. */
async function renewed(used) {
  if (renewing === null && used !== accessToken) return;
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  await renewing;
}

async function renew() {
  try {
    keep(await send("POST", "/v1/sessions/refresh", null, { refresh_token: refreshToken }));
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    forget();
    whenOver();
    throw new Problem(401, { detail: OVER });
  }
}

async function send(method, path, token, body) {
  const headers = {};
  if (token !== null) headers.Authorization = `Bearer ${token}`;
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

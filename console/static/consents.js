// The consents, one switch each. Giving one shows its notice first; taking it back takes one press.

import { byId, element, fill, moment, say, spoken, whileBusy } from "./elements.js";
import { get, put } from "./session.js";

const STATES = {
  absent: "Not answered yet",
  denied: "Declined",
  expired: "Expired, granted",
  granted: "Granted",
  withdrawn: "Withdrawn",
};

/** Show the switches; `changed` runs after an answer is in force. */
export async function showConsents(changed) {
  const [{ items: consents }, { items: notices }] = await Promise.all([get("/v1/me/consents"), get("/v1/notices")]);
  const byPurpose = new Map(notices.map((notice) => [notice.purpose, notice]));
  fill("consents", ...consents.map((consent) => line(consent, byPurpose.get(consent.purpose), changed)));
}

function line(consent, notice, changed) {
  const granted = consent.state === "granted";
  const id = `consent-${consent.purpose}`;
  const flip = (event) =>
    whileBusy(event.currentTarget, async () => {
      if (granted) await answer(consent.purpose, { state: "withdrawn" }, changed);
      else if (await agreedTo(notice)) {
        await answer(consent.purpose, { state: "granted", notice_version: notice.version }, changed);
      }
    });
  const since = consent.decided_at === null ? [] : [" since ", moment(consent.decided_at)];
  return element(
    "div",
    { class: "consent" },
    element(
      "div",
      {},
      element("p", { class: "name", id: `${id}-name` }, spoken(consent.purpose)),
      element("p", { class: "note", id: `${id}-state` }, STATES[consent.state], ...since),
    ),
    element("button", {
      type: "button",
      id,
      class: "switch",
      role: "switch",
      "aria-checked": String(granted),
      "aria-labelledby": `${id}-name`,
      "aria-describedby": `${id}-state`,
      disabled: !granted && notice === undefined,
      onclick: flip,
    }),
  );
}

async function answer(purpose, choice, changed) {
  await put(`/v1/me/consents/${purpose}`, choice);
  await Promise.all([showConsents(changed), changed()]);
  byId(`consent-${purpose}`).focus();
  say(`${spoken(purpose)}: ${choice.state}, in force now.`, "good");
}

/** Show a notice and wait for the answer; Escape is a no. */
function agreedTo(notice) {
  const dialog = byId("notice");
  const [title, ...paragraphs] = notice.text.trim().split(/\n{2,}/);
  byId("notice-title").textContent = plain(title);
  fill("notice-text", ...paragraphs.map(block));
  byId("notice-version").textContent = `Notice version ${notice.version}`;
  return new Promise((resolve) => {
    let agreed = false;
    byId("notice-yes").onclick = () => {
      agreed = true;
      dialog.close();
    };
    byId("notice-no").onclick = () => dialog.close();
    dialog.onclose = () => resolve(agreed);
    dialog.showModal();
  });
}

/** A paragraph or a list of a notice, as text: the little Markdown that notices use is taken off. */
function block(text) {
  if (!text.startsWith("- ")) return element("p", {}, plain(text));
  return element("ul", {}, ...text.slice(2).split(/\n- /).map((item) => element("li", {}, plain(item))));
}

const plain = (text) => text.replace(/^#+ /, "").replaceAll("**", "").replaceAll(/\s*\n\s*/g, " ");

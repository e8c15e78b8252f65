// The trail: search the audit log, open an entry, check its proof.

import { byId, element, moment, number, plural, signInWith, spoken, whileBusy } from "./elements.js";
import { showProof } from "./proof.js";
import { get } from "./session.js";

const PAGE = 25;
const TIMES = new Set(["since", "until"]);
let cursor = null;
let searched = new URLSearchParams();

signInWith(async () => {
  const me = await get("/v1/me");
  if (me.role !== "compliance_officer") throw new Error(`This page is for compliance officers; this account is a ${spoken(me.role)}.`);
  await search();
  return me.name ?? spoken(me.role);
});

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  whileBusy(byId("search").querySelector("button"), search);
});

byId("older").addEventListener("click", (event) => whileBusy(event.currentTarget, more));

/** Begin a search anew with what the form holds. */
async function search() {
  searched = new URLSearchParams({ limit: PAGE });
  for (const [name, value] of new FormData(byId("search"))) {
    if (value) searched.set(name, TIMES.has(name) ? new Date(value).toISOString() : value.trim());
  }
  const { items, next } = await get(`/v1/audit/entries?${searched}`);
  byId("opened").hidden = true;
  byId("entries").replaceChildren();
  show(items, next);
}

async function more() {
  const { items, next } = await get(`/v1/audit/entries?${searched}&cursor=${encodeURIComponent(cursor)}`);
  show(items, next);
}

function show(items, next) {
  cursor = next;
  byId("entries").append(...items.map(row));
  byId("older").hidden = next === null;
  byId("found").textContent = `${plural(byId("entries").rows.length, "line")} shown, newest first.`;
}

function row(entry) {
  const open = (event) => whileBusy(event.currentTarget, () => opened(entry));
  return element(
    "tr",
    {},
    element(
      "td",
      { class: "number" },
      element("button", { type: "button", class: "link", onclick: open, "aria-label": `Open entry ${entry.index}` }, number(entry.index)),
    ),
    element("td", {}, moment(entry.at)),
    element("td", {}, element("code", {}, entry.action)),
    element("td", {}, spoken(entry.role)),
    element("td", {}, entry.purpose ? spoken(entry.purpose) : "–"),
    element("td", {}, element("span", { class: "decision", "data-decision": entry.decision }, entry.decision)),
    element("td", {}, entry.reason ?? "–"),
  );
}

async function opened(entry) {
  byId("opened-title").textContent = `Entry ${number(entry.index)}: ${entry.action}`;
  await showProof(entry);
  byId("opened").hidden = false;
  byId("opened-title").focus();
  byId("opened").scrollIntoView({ behavior: "instant", block: "start" });
}

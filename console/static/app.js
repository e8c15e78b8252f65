// The demonstration app: what one healthcare professional earned, is offered and agreed to.

import { showConsents } from "./consents.js";
import { byId, element, fill, moment, number, plural, say, signInWith, spoken, whileBusy } from "./elements.js";
import { get, post } from "./session.js";

const VERBS = { education_module: "viewed", podcast: "listened", webinar: "attended" };
const DEEDS = { education_module: "Open", podcast: "Listen", webinar: "Attend" };

const PANELS = [
  ["points", () => get("/v1/me/points"), points],
  ["streaks", () => get("/v1/me/streaks"), streaks],
  ["badges", () => get("/v1/me/badges"), badges],
  ["recommendations", () => get("/v1/me/recommendations?limit=4"), recommendations],
  ["board", () => get("/v1/leaderboards/all-time?around=me&limit=7"), board],
  ["opportunities", () => get("/v1/me/opportunities"), opportunities],
];

signInWith(async () => {
  const me = await get("/v1/me");
  if (me.role !== "hcp") throw new Error(`This page is for healthcare professionals; this account is a ${spoken(me.role)}.`);
  await showAll();
  return me.name ?? "";
});

async function showAll() {
  await Promise.all([showConsents(showPanels), showPanels()]);
}

async function showPanels() {
  await Promise.all(PANELS.map(([id, ask, show]) => showPanel(id, ask, show)));
}

/** Show one panel; without consent, or while a part is away, it says so and the others stand as they are. */
async function showPanel(id, ask, show) {
  try {
    fill(id, ...show(await ask()));
  } catch (problem) {
    fill(id, problem.code === "consent-required" ? needed(problem.purpose) : element("p", { class: "note" }, problem.message));
  }
}

function needed(purpose) {
  const lead = () => byId(`consent-${purpose}`)?.focus();
  return element(
    "div",
    { class: "needed" },
    element("p", {}, `This needs my consent to “${spoken(purpose)}”, which is not given.`),
    element("button", { type: "button", class: "quiet", onclick: lead }, "Go to the switch"),
  );
}

function points({ points: total, level, next_level: next }) {
  const big = element("p", { class: "big" }, number(total));
  const here = element("p", { class: "level" }, `Level ${level.level} · ${level.name}`);
  if (next === null) return [big, here, element("p", { class: "note" }, "The highest level there is.")];
  const left = `${plural(next.at - total, "point")} to level ${next.level}, ${next.name}`;
  const label = `From ${level.name} to ${next.name}`;
  const bar = element("progress", { max: next.at - level.at, value: total - level.at, "aria-label": label });
  return [big, here, bar, element("p", { class: "note" }, left)];
}

function streaks({ items }) {
  return items.map((streak) =>
    element(
      "div",
      { class: "streak" },
      element("p", { class: "count" }, streak.current),
      element(
        "div",
        {},
        element("p", { class: "name" }, streak.name),
        element("p", { class: "note" }, `${spoken(streak.every)}s in a row now; longest ${number(streak.longest)}`),
      ),
    ),
  );
}

function badges({ items }) {
  if (items.length === 0) return [element("p", { class: "note" }, "None yet.")];
  const line = (badge) =>
    element(
      "li",
      {},
      element("span", { class: "medal", "aria-hidden": "true" }, "★"),
      element(
        "div",
        {},
        element("p", { class: "name" }, badge.name),
        element("p", { class: "note" }, `${badge.description} `, moment(badge.earned_at)),
      ),
    );
  return [element("ul", { class: "plain" }, ...items.map(line))];
}

function recommendations({ items }) {
  if (items.length === 0) return [element("p", { class: "note" }, "Nothing new at the moment: everything offered was used.")];
  return [element("ul", { class: "plain lines" }, ...items.map(recommendation))];
}

function recommendation({ content, because }) {
  const why = because[0] === "new" ? "New to me" : "Because I used";
  const tags = because[0] === "new" ? [] : because.map((tag) => element("span", { class: "tag" }, tag));
  const use = (event) => whileBusy(event.currentTarget, () => record(content));
  return element(
    "li",
    {},
    element(
      "div",
      {},
      element("p", { class: "name" }, content.title),
      element("p", { class: "note" }, `${spoken(content.kind)} · ${why} `, ...tags),
    ),
    element("button", { type: "button", onclick: use, "aria-label": `${DEEDS[content.kind]} ${content.title}` }, DEEDS[content.kind]),
  );
}

/** Record that the item was used, and say what that earned. */
async function record(content) {
  const activity = {
    id: crypto.randomUUID(),
    verb: VERBS[content.kind],
    object: content.id,
    occurred_at: new Date().toISOString(),
  };
  const { results } = await post("/v1/me/activities", activity);
  const [{ status, detail, effects }] = results;
  if (status === "refused") throw new Error(detail);
  const earned = [
    ...(effects?.points ?? []).map((line) => `${line.points > 0 ? "+" : ""}${line.points} ${line.name}`),
    ...(effects?.badges ?? []).map((badge) => `badge ${badge.name}`),
    ...(effects?.levels ?? []).map((level) => `level ${level.level}, ${level.name}`),
  ];
  await showPanels();
  say(earned.length ? `Recorded: ${earned.join("; ")}.` : "Recorded. It earned nothing this time.", "good");
  byId("recommendations").querySelector("button")?.focus();
}

function board({ items, own, total, notice, points }) {
  if (notice === "too-few-people") {
    const few = `Fewer people take part than may be shown. I have ${number(points)} points.`;
    return [element("p", { class: "note" }, few)];
  }
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, "Rank"),
    element("th", { scope: "col" }, "Alias"),
    element("th", { scope: "col", class: "number" }, "Points"),
  );
  const row = (line) =>
    element(
      "tr",
      { class: line.me ? "me" : null, "aria-current": line.me ? "true" : null },
      element("td", {}, number(line.rank)),
      element("td", {}, line.me ? `${line.alias} (me)` : line.alias),
      element("td", { class: "number" }, number(line.points)),
    );
  const note = own === null ? "I am not on the board yet." : `${number(total)} taking part, each under a made-up name.`;
  return [
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...items.map(row))),
    element("p", { class: "note" }, note),
  ];
}

function opportunities({ items }) {
  const open = items.filter((each) => each.can_earn);
  const shut = items.filter((each) => !each.can_earn);
  return [element("ul", { class: "plain lines" }, ...[...open, ...shut].map(opportunity))];
}

function opportunity(each) {
  const worth = each.kind === "badge" ? "Badge" : `+${each.points}`;
  const details = [];
  if (!each.can_earn) details.push(each.reason === "held" ? "Earned" : "As often as it pays for now");
  if (each.again_at !== null) details.push(" · again from ", moment(each.again_at));
  const towards = each.can_earn && each.needed !== null && each.needed > 1;
  if (towards) details.push(`${number(each.progress)} of ${number(each.needed)}`);
  const bar = towards
    ? [element("progress", { max: each.needed, value: each.progress, "aria-label": `Towards ${each.name}` })]
    : [];
  return element(
    "li",
    { class: each.can_earn ? null : "shut" },
    element("span", { class: each.kind === "badge" ? "worth badge" : "worth" }, worth),
    element("div", {}, element("p", { class: "name" }, each.name), element("p", { class: "note" }, ...details), ...bar),
  );
}

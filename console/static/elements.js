// Small pieces that both pages are made of. Every value from outside becomes text, never markup.

import { OVER, onSessionOver, signIn, signOut } from "./session.js";

export const byId = (id) => document.getElementById(id);

/** Make an element: attributes, and children that are elements or plain values. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.map((child) => (child instanceof Node ? child : document.createTextNode(String(child)))));
  return made;
}

export function fill(id, ...children) {
  byId(id).replaceChildren(...children);
}

/** Say something to everybody, those who listen included; `kind` is "good", "bad" or "plain". */
export function say(words, kind = "plain") {
  const place = byId("said");
  place.textContent = words;
  place.dataset.kind = kind;
}

export const number = (value) => new Intl.NumberFormat("en-GB").format(value);

export const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

export function moment(text) {
  const at = new Date(text);
  const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(at);
  return element("time", { datetime: text }, words);
}

/** Words for a machine's word: `marketing_email` is "Marketing email". */
export function spoken(word) {
  if (word === "hcp") return "HCP";
  const words = word.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Run `work` while `button` can't be pressed again; what goes wrong is said. */
export async function whileBusy(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } catch (problem) {
    say(problem.message, "bad");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/**
 * Wire the sign-in form, and signing out, which leaves nothing of an answer on the page. `opened` shows the page's
 * content and returns whose it is; it may refuse by throwing.
 */
export function signInWith(opened) {
  const form = byId("sign-in-form");
  const close = (words) => {
    byId("inside").hidden = true;
    for (const place of document.querySelectorAll(".answer")) place.replaceChildren();
    byId("sign-in").hidden = false;
    byId("sign-out").hidden = true;
    byId("who").textContent = "";
    say(words);
    form.elements.email.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("button"), async () => {
      say("Signing in …");
      await signIn(form.elements.email.value, form.elements.password.value);
      form.elements.password.value = "";
      try {
        byId("who").textContent = await opened();
      } catch (problem) {
        await signOut();
        throw problem;
      }
      byId("sign-in").hidden = true;
      byId("inside").hidden = false;
      byId("sign-out").hidden = false;
      say("");
      byId("start").focus();
    });
  });
  byId("sign-out").addEventListener("click", (event) => {
    whileBusy(event.currentTarget, async () => {
      try {
        await signOut();
      } finally {
        close("You are signed out.");
      }
    });
  });
  onSessionOver(() => close(OVER));
}

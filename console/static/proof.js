// An entry's inclusion proof: asked of the API, checked here. The server's word is not taken for anything.

import { byId, element, fill, number, say, whileBusy } from "./elements.js";
import { equal, fromBase64, leafHash, readCheckpoint, rootFrom, toHex } from "./merkle.js";
import { get } from "./session.js";

/** Fetch the proof of an entry and show it, checked. `listed` is the entry as the search gave it. */
export async function showProof(listed) {
  const proof = await get(`/v1/audit/entries/${listed.index}/proof`);
  const entry = fromBase64(proof.entry);
  await checkAndShow(listed, proof, entry);
  byId("tamper").hidden = false;
  byId("tamper").onclick = (event) =>
    whileBusy(event.currentTarget, async () => {
      const changed = Uint8Array.from(entry);
      changed[changed.length - 2] ^= 1;
      await checkAndShow(listed, proof, changed);
      say("One bit of the entry was changed in this page, and the proof no longer holds.", "plain");
    });
  byId("check-again").onclick = (event) =>
    whileBusy(event.currentTarget, async () => {
      say("");
      await checkAndShow(listed, proof, entry);
    });
}

async function checkAndShow(listed, proof, entry) {
  if (!globalThis.crypto?.subtle) {
    verdict(null, "This browser checks proofs only on https or on this machine itself.");
    return;
  }
  const checkpoint = readCheckpoint(proof.checkpoint);
  const leaf = await leafHash(entry);
  const root = await rootFrom(proof.index, proof.size, leaf, proof.hashes.map(fromBase64));
  const steps = [
    ["The proof is about the entry that was opened", proof.index === listed.index],
    ["The entry's bytes have the leaf hash that the list showed", toHex(leaf) === listed.leaf_hash],
    ["The checkpoint is over as many entries as the path", checkpoint.size === proof.size],
    [`The path of ${proof.hashes.length} hashes leads to the checkpoint's root`, equal(root, checkpoint.root)],
  ];
  const good = steps.every(([, holds]) => holds);
  verdict(good, good ? "The entry is in the log, byte for byte." : "The proof does not hold: do not rely on this entry.");
  fill("steps", ...steps.map(([words, holds]) => element("li", { "data-holds": String(holds) }, `${holds ? "✓" : "✗"} ${words}`)));
  byId("entry-bytes").textContent = readable(entry);
  fill(
    "proof-values",
    ...pair("Index, and size of the tree", `${number(proof.index)}, ${number(proof.size)}`),
    ...pair("Leaf hash, computed here", toHex(leaf)),
    ...pair("Root, computed here", root ? toHex(root) : "none: no tree has such a path"),
    ...pair("Root in the checkpoint", toHex(checkpoint.root)),
  );
  fill("path", ...proof.hashes.map((hash) => element("li", {}, toHex(fromBase64(hash)))));
  byId("checkpoint").textContent = proof.checkpoint;
}

function verdict(good, words) {
  const place = byId("verdict");
  place.dataset.kind = good === null ? "plain" : good ? "good" : "bad";
  place.textContent = words;
}

function pair(name, value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}

function readable(bytes) {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

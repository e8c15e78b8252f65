// The Merkle tree of RFC 6962, as far as a reader needs it: does an entry lead to the root that a checkpoint signed?

/** SHA-256 over 0x00 and the entry's bytes (RFC 6962 section 2.1). */
export const leafHash = (entry) => hash([0], entry);

const nodeHash = (left, right) => hash([1], left, right);

/**
 * The root that a leaf and its audit path lead to (RFC 9162 section 2.1.3.2), or null where no tree has such a path.
 * Positions are halved as numbers, not shifted as bits: a log may outgrow 32 bits.
 */
export async function rootFrom(index, size, leaf, path) {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return null;
  let here = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (here % 2 === 1 || here === last) {
      root = await nodeHash(sibling, root);
      while (here % 2 === 0 && here !== 0) {
        here = half(here);
        last = half(last);
      }
    } else {
      root = await nodeHash(root, sibling);
    }
    here = half(here);
    last = half(last);
  }
  return last === 0 ? root : null;
}

/** What a checkpoint says (c2sp.org/tlog-checkpoint): the log's name, its size and its root. */
export function readCheckpoint(text) {
  const [origin, size, root] = text.split("\n\n")[0].split("\n");
  return { origin, size: Number(size), root: fromBase64(root) };
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function equal(one, other) {
  return one !== null && other !== null && toHex(one) === toHex(other);
}

const half = (position) => Math.floor(position / 2);

async function hash(...parts) {
  const bytes = new Uint8Array(await new Blob(parts.map((part) => Uint8Array.from(part))).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

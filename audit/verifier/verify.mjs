// Checks what a Laurel audit log gives out, with Node.js (18.3 or newer) and nothing else: no package, no network.
//
//   node verify.mjs checkpoint <file>            a signed checkpoint          (c2sp.org/tlog-checkpoint)
//   node verify.mjs proof <file> <entry file>    an offline proof of an entry (c2sp.org/tlog-proof)
//   node verify.mjs mirror <folder>              a log stored as files        (c2sp.org/tlog-tiles)
//   node verify.mjs export <folder>              an export, unpacked
//
// Each takes --key VKEY, the log's public key, and --former "VKEY SIZE" for each key before it. An export also takes
// --export-key VKEY, and a mirror --minimum INDEX if the log says that entries below were removed. Get the keys from
// somebody you trust, and not from where the file came from.
// Exit status: 0 in order, 1 not in order, 2 the command was not understood.

import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

class Refused extends Error {}

function refuse(sentence) {
  throw new Refused(sentence);
}

// --- bytes and texts ------------------------------------------------------------------------------------------------

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(data) {
  try {
    return decoder.decode(data);
  } catch {
    return refuse("The text is not valid UTF-8.");
  }
}

function base64(text) {
  const data = Buffer.from(text, "base64");
  return data.toString("base64") === text ? data : refuse("Something that should be base64 is not.");
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);
const leafHash = (entry) => sha256(LEAF, entry);
const nodeHash = (left, right) => sha256(NODE, left, right);
const EMPTY_ROOT = sha256();

// --- notes (c2sp.org/signed-note) -----------------------------------------------------------------------------------

const DASH = "\u2014 ";
const MOST_SIGNATURES = 64;
const SPACE = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function checkName(name) {
  if (name === "" || name.includes("+") || SPACE.test(name) || /[\0-\x1f]/.test(name)) {
    refuse("A key name is not empty and has no spaces, control characters or plus signs.");
  }
  return name;
}

function keyId(name, kind, material) {
  return sha256(Buffer.from(name), Buffer.from([10, kind]), material).subarray(0, 4);
}

function parseKey(vkey) {
  const first = vkey.indexOf("+");
  const second = vkey.indexOf("+", first + 1);
  if (first < 0 || second < 0) refuse("The verifier key is malformed.");
  const name = vkey.slice(0, first);
  const decoded = base64(vkey.slice(second + 1));
  const material = decoded.subarray(1);
  checkName(name);
  if (decoded[0] !== 1 || material.length !== 32) refuse("The verifier key is not an Ed25519 vkey.");
  const id = keyId(name, 1, material);
  if (vkey.slice(first + 1, second) !== id.toString("hex")) refuse("The verifier key's id does not belong to it.");
  const jwk = { kty: "OKP", crv: "Ed25519", x: material.toString("base64url") };
  return { name, id, key: createPublicKey({ key: jwk, format: "jwk" }) };
}

function parseNote(text) {
  if (!text.endsWith("\n") || /[\0-\x09\x0b-\x1f]/.test(text)) {
    refuse("A note ends in a newline and has no other control characters.");
  }
  const separator = text.lastIndexOf("\n\n");
  if (separator < 0) refuse("The note has no empty line before its signatures.");
  const lines = text.slice(separator + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES || lines[0] === "") refuse("A note has 1 to 64 signatures.");
  const signatures = lines.map((line) => {
    if (!line.startsWith(DASH)) refuse("A signature line is malformed.");
    const space = line.indexOf(" ", DASH.length);
    if (space < 0) refuse("A signature line is malformed.");
    const decoded = base64(line.slice(space + 1));
    if (decoded.length <= 4) refuse("A signature is too short.");
    const name = checkName(line.slice(DASH.length, space));
    return { name, id: decoded.subarray(0, 4), signature: decoded.subarray(4) };
  });
  return { text: text.slice(0, separator + 1), signatures };
}

function openNote(text, verifier) {
  const note = parseNote(text);
  const ours = note.signatures.filter((each) => each.name === verifier.name && each.id.equals(verifier.id));
  if (ours.length === 0) refuse("The note is not signed by this key.");
  for (const each of ours) {
    if (each.signature.length !== 64 || !verifySignature(null, Buffer.from(note.text), verifier.key, each.signature)) {
      refuse("A signature under the note is wrong.");
    }
  }
  return note.text;
}

// --- checkpoints (c2sp.org/tlog-checkpoint) -------------------------------------------------------------------------

const SIZE = /^(?:0|[1-9][0-9]{0,18})$/;
const LARGEST_SIZE = 2n ** 63n - 1n;
const HASH = /^[A-Za-z0-9+/]{43}=$/;
const isSize = (text) => SIZE.test(text) && !text.includes("\n");

function sizeOf(text) {
  if (!isSize(text)) refuse("A size is written as in a checkpoint: a decimal number without leading zeros.");
  const size = BigInt(text);
  return size <= LARGEST_SIZE ? size : refuse("A log has no more entries than fit into 63 bits.");
}

function hashOf(line) {
  if (!HASH.test(line) || line.includes("\n")) refuse("A hash is 32 bytes in base64.");
  return base64(line);
}

function parseCheckpoint(text) {
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : [];
  if (lines.length < 3 || lines.includes("")) refuse("The text is no checkpoint.");
  return { origin: lines[0], size: sizeOf(lines[1]), root: hashOf(lines[2]) };
}

class KeyRing {
  constructor(vkey, former = []) {
    this.current = parseKey(vkey);
    this.former = former.map((line) => {
      const space = line.indexOf(" ");
      if (space < 0) refuse("A former key is its vkey, a space, and a size.");
      return { key: parseKey(line.slice(0, space)), last: sizeOf(line.slice(space + 1)) };
    });
    this.former.sort((one, other) => (one.last < other.last ? -1 : 1));
    if (this.former.some((each) => each.key.name !== this.current.name)) refuse("A former key is another log's.");
    if (new Set(this.former.map((each) => each.last)).size !== this.former.length) {
      refuse("Two former keys can't have signed the same checkpoint last.");
    }
  }

  open(text) {
    const { size } = parseCheckpoint(parseNote(text).text);
    const verifier = this.former.find((each) => size <= each.last)?.key ?? this.current;
    const checkpoint = parseCheckpoint(openNote(text, verifier));
    if (checkpoint.origin !== verifier.name) refuse("The checkpoint is about another log.");
    return checkpoint;
  }
}

// --- the tree (RFC 6962, RFC 9162) ----------------------------------------------------------------------------------

class Tree {
  constructor() {
    this.heights = [];
  }

  add(hash, height = 0) {
    if (this.heights.slice(0, height).some(Boolean)) refuse("Something lower is still incomplete.");
    while (this.heights.length <= height) this.heights.push(null);
    while (this.heights[height]) {
      hash = nodeHash(this.heights[height], hash);
      this.heights[height] = null;
      height += 1;
      if (this.heights.length <= height) this.heights.push(null);
    }
    this.heights[height] = hash;
  }

  root() {
    const present = this.heights.filter(Boolean);
    return present.length === 0 ? EMPTY_ROOT : present.reduce((right, left) => nodeHash(left, right));
  }
}

function rootFromInclusion(leaf, index, size, proof) {
  if (index >= size) return null;
  let [position, last, root] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    if (last === 0n) return null;
    if (position & 1n || position === last) {
      root = nodeHash(sibling, root);
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      root = nodeHash(root, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  return last === 0n ? root : null;
}

function subtrees(start, end) {
  const heights = [];
  while (start < end) {
    let height = BigInt((end - start).toString(2).length - 1);
    if (start) {
      const lowest = BigInt((start & -start).toString(2).length - 1);
      if (lowest < height) height = lowest;
    }
    heights.push(Number(height));
    start += 1n << height;
  }
  return heights;
}

function rootOver(first, leaves, size, left, right) {
  const end = first + BigInt(leaves.length);
  if (end > size) return null;
  const [before, after] = [subtrees(0n, first), subtrees(end, size)];
  if (before.length !== left.length || after.length !== right.length) return null;
  const tree = new Tree();
  before.forEach((height, place) => tree.add(left[place], height));
  leaves.forEach((leaf) => tree.add(leaf));
  after.forEach((height, place) => tree.add(right[place], height));
  return tree.root();
}

// --- offline proofs (c2sp.org/tlog-proof) ---------------------------------------------------------------------------

function parseProof(data) {
  const text = textOf(data);
  const separator = text.indexOf("\n\n");
  if (separator < 0) refuse("A proof has an empty line before its checkpoint.");
  const lines = text.slice(0, separator).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") refuse("A proof begins with its header.");
  if (lines.length > 0 && lines[0].startsWith("extra ")) base64(lines.shift().slice(6));
  const index = lines.length > 0 && lines[0].startsWith("index ") ? lines.shift().slice(6) : "";
  if (!isSize(index) || lines.length > 63) refuse("A proof has an index and at most 63 hashes.");
  return { index: BigInt(index), hashes: lines.map(hashOf), note: text.slice(separator + 2) };
}

function checkProof(data, entry, keys) {
  const proof = parseProof(data);
  const checkpoint = keys.open(proof.note);
  const root = rootFromInclusion(leafHash(entry), proof.index, checkpoint.size, proof.hashes);
  if (root === null || !root.equals(checkpoint.root)) refuse("The proof does not lead from the entry to the checkpoint.");
  return checkpoint;
}

// --- tiles (c2sp.org/tlog-tiles) ------------------------------------------------------------------------------------

const TILE = 256;

function tilePath(level, number, width) {
  const digits = String(number);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/.{3}/g);
  const name = groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${name}${width === TILE ? "" : `.p/${width}`}`;
}

const PATH = /^(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

function parsePath(path) {
  const match = path.includes("\n") ? null : PATH.exec(path);
  if (match === null) refuse("This is no path of a tile.");
  const number = BigInt(match[2].replaceAll("x", "").replaceAll("/", ""));
  const width = Number(match[3] ?? TILE);
  const isLevel = match[1] === "entries" || Number(match[1]) <= 63;
  if (!isLevel || width > TILE || tilePath(match[1], number, width) !== `tile/${path}`) refuse("This is no path of a tile.");
  if (match[3] === String(TILE)) refuse("This is no path of a tile.");
  return { level: match[1], number, width };
}

function readBundle(data) {
  const entries = [];
  let place = 0;
  while (place < data.length) {
    const start = place + 2;
    if (start > data.length) refuse("The bundle ends within a length.");
    place = start + data.readUInt16BE(place);
    if (place > data.length) refuse("The bundle ends within an entry.");
    entries.push(data.subarray(start, place));
  }
  return entries;
}

function checkTile(read, level, number, hashes) {
  const path = tilePath(level, number, hashes.length);
  const stored = read(path) ?? Buffer.alloc(0);
  const covered = TILE ** level;
  const first = number * TILE * covered;
  hashes.forEach((hash, place) => {
    if (!stored.subarray(place * 32, place * 32 + 32).equals(hash)) {
      refuse(`index ${first + place * covered}: ${path} differs from what is under it.`);
    }
  });
  if (stored.length !== hashes.length * 32) refuse(`index ${first + hashes.length * covered}: ${path} has too many hashes.`);
}

// Bundles that end at or below the minimum index may be absent: their tiles speak for them.
function checkAbsent(read, number, width, minimum) {
  const stored = read(tilePath(0, number, width)) ?? Buffer.alloc(0);
  if ((number + 1) * TILE > minimum || stored.length !== width * 32) refuse(`index ${number * TILE}: The entries are not there.`);
  return Array.from({ length: width }, (_, place) => stored.subarray(place * 32, place * 32 + 32));
}

function checkEntries(read, number, width, minimum) {
  const data = read(tilePath("entries", number, width));
  if (data === null) return checkAbsent(read, number, width, minimum);
  const entries = readBundle(data);
  if (entries.length !== width) refuse(`index ${number * TILE + Math.min(entries.length, width)}: The bundle has ${entries.length} entries.`);
  const hashes = entries.map(leafHash);
  checkTile(read, 0, number, hashes);
  return hashes;
}

function checkMirror(read, keys, minimum = 0) {
  const checkpoint = keys.open(textOf(read("checkpoint") ?? refuse("There is no checkpoint: this is no mirror.")));
  const tree = new Tree();
  let row = [];
  const size = Number(checkpoint.size);
  for (let first = 0; first < size; first += TILE) {
    const width = Math.min(TILE, size - first);
    const hashes = checkEntries(read, first / TILE, width, minimum);
    hashes.forEach((hash) => tree.add(hash));
    if (width === TILE) row.push(completeHash(hashes));
  }
  for (let level = 1; row.length > 0; level += 1) {
    const above = [];
    for (let start = 0; start < row.length; start += TILE) {
      const hashes = row.slice(start, start + TILE);
      checkTile(read, level, start / TILE, hashes);
      if (hashes.length === TILE) above.push(completeHash(hashes));
    }
    row = above;
  }
  if (!tree.root().equals(checkpoint.root)) refuse("index 0: The entries and their tiles are others than were signed.");
  return checkpoint;
}

function completeHash(hashes) {
  const tree = new Tree();
  hashes.forEach((hash) => tree.add(hash));
  return tree.root();
}

// --- exports --------------------------------------------------------------------------------------------------------

const isWhole = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isText = (value) => typeof value === "string";

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const MOST_LEVELS = 32;

// The one text (RFC 8785) of what a manifest may hold: no fractions, no half of a surrogate pair, no deep nesting.
function canonical(value, levels = MOST_LEVELS) {
  if (isText(value) && /\p{Surrogate}/u.test(value)) refuse("The manifest has a text that is none.");
  if (isText(value)) return JSON.stringify(value);
  if (value === null || typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  if (typeof value === "number") refuse("A number of the manifest is not the same to every reader.");
  if (levels === 0) refuse("The manifest is nested too deeply.");
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each, levels - 1)).join(",")}]`;
  const keys = Object.keys(value).sort(); // by UTF-16 code units, as the RFC does
  return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key], levels - 1)}`).join(",")}}`;
}

function parseManifest(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    refuse("The manifest is no JSON.");
  }
  if (`${canonical(parsed)}\n` !== text) refuse("The manifest is not written in the one way that there is (RFC 8785).");
  const said = { removed: 0, exported_at: "", request: "", ...parsed };
  const isRight =
    isObject(parsed) && said.v === 1 && [said.origin, said.exported_at, said.request].every(isText) &&
    [said.first_index, said.end_index, said.count, said.size, said.removed].every(isWhole) &&
    [said.left, said.right].every((list) => Array.isArray(list) && list.every(isText)) &&
    [said.files, said.filters].every(isObject) && Object.values(said.files).every(isText);
  return isRight ? said : refuse("The manifest lacks something.");
}

const LINE = /^\{"index":(0|[1-9][0-9]{0,15}),"(entry|base64)":/;

const NO_EXPORT = "There is no manifest: this is no unpacked export.";

function checkExport(names, read, keys, exportVkey) {
  const manifest = parseManifest(openNote(textOf(read("manifest") ?? refuse(NO_EXPORT)), parseKey(exportVkey)));
  const expected = Object.keys(manifest.files).concat("manifest").sort();
  if (JSON.stringify(names.slice().sort()) !== JSON.stringify(expected)) refuse("A file is missing, or there is one too many.");
  for (const [name, digest] of Object.entries(manifest.files)) {
    const data = read(name);
    if (data === null || sha256(data).toString("hex") !== digest) refuse(`${name} is not what was exported.`);
  }
  for (const name of ["checkpoint", "entries.jsonl", "range.bin"]) {
    if (!Object.hasOwn(manifest.files, name)) refuse(`${name} is missing.`);
  }
  const checkpoint = keys.open(textOf(read("checkpoint")));
  if (checkpoint.size !== BigInt(manifest.size) || checkpoint.origin !== manifest.origin) refuse("The checkpoint is another.");
  const range = read("range.bin");
  if (manifest.end_index < manifest.first_index || range.length !== 32 * (manifest.end_index - manifest.first_index)) {
    refuse("The range has another length.");
  }
  const leaves = [];
  for (let place = 0; place < range.length; place += 32) leaves.push(range.subarray(place, place + 32));
  const [left, right] = [manifest.left.map(hashOf), manifest.right.map(hashOf)];
  const root = rootOver(BigInt(manifest.first_index), leaves, checkpoint.size, left, right);
  if (root === null || !root.equals(checkpoint.root)) refuse("The range is not in the log that the checkpoint signs.");
  checkLines(read("entries.jsonl"), manifest, leaves);
  return { ...manifest, complete: Object.keys(manifest.filters).length === 0 };
}

// One by one: a whole file may be longer than the longest text.
function* linesOf(data) {
  for (let start = 0; start < data.length; ) {
    const end = data.indexOf("\n", start);
    if (end < 0) refuse("The last entry is cut.");
    yield data.toString("latin1", start, end);
    start = end + 1;
  }
}

function checkLines(data, manifest, leaves) {
  let [last, count] = [manifest.first_index - 1, 0];
  for (const line of linesOf(data)) {
    const match = LINE.exec(line);
    if (match === null || !line.endsWith("}")) refuse("A line is no entry.");
    const index = Number(match[1]);
    if (index <= last || index >= manifest.end_index) refuse(`index ${match[1]}: The entry is out of order.`);
    const rest = line.slice(match[0].length, -1);
    const entry = match[2] === "entry" ? Buffer.from(rest, "latin1") : quoted(rest);
    if (!leafHash(entry).equals(leaves[index - manifest.first_index])) refuse(`index ${index}: The entry is another.`);
    [last, count] = [index, count + 1];
  }
  const isAll = Object.keys(manifest.filters).length > 0 || count + manifest.removed === leaves.length;
  if (count !== manifest.count || !isAll) refuse("Entries are missing, or there are too many.");
}

function quoted(text) {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) refuse("A line is no entry.");
  return base64(text.slice(1, -1));
}

// --- the command line -----------------------------------------------------------------------------------------------

// Only what is not there may be missing: a folder in place of a file is there, and is no file.
function folder(path) {
  return (name) => {
    const place = join(path, name);
    try {
      return statSync(place).isFile() ? readFileSync(place) : refuse(`${name} is no file.`);
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
      return null;
    }
  };
}

function statOf(path) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const TEXT = { type: "string" };
const KEYS = { key: TEXT, former: { type: "string", multiple: true } };
const COMMANDS = {
  checkpoint: { files: 1, options: KEYS, check: ([file], keys) => keys.open(textOf(readFileSync(file))) },
  proof: {
    files: 2, options: KEYS,
    check: ([file, entry], keys) => checkProof(readFileSync(file), readFileSync(entry), keys),
  },
  mirror: {
    files: 1, isFolder: true, options: { ...KEYS, minimum: TEXT },
    check: ([path], keys, { minimum }) => checkMirror(folder(path), keys, Number(sizeOf(minimum ?? "0"))),
  },
  export: {
    files: 1, isFolder: true, options: { ...KEYS, "export-key": TEXT },
    check: ([path], keys, options) => checkExport(readdirSync(path), folder(path), keys, options["export-key"] ?? ""),
  },
};

// What a command line asks for, or null where it is not understood.
function asked([name, ...args]) {
  if (!Object.hasOwn(COMMANDS, name)) return null;
  const command = COMMANDS[name];
  try {
    const { values, positionals } = parseArgs({ args, options: command.options, allowPositionals: true });
    const isComplete = positionals.length === command.files && values.key !== undefined;
    return isComplete ? { command, values, files: positionals } : null;
  } catch {
    return null;
  }
}

// Lines of JSON in, a line of "accept" or "refuse" out for each: how the two verifiers are compared with each other.
const JUDGED = {
  note: (said) => openNote(textOf(Buffer.from(said.data, "base64")), parseKey(said.key)),
  checkpoint: (said) => new KeyRing(said.key, said.former).open(textOf(Buffer.from(said.data, "base64"))),
  key: (said) => parseKey(textOf(Buffer.from(said.data, "base64"))),
  path: (said) => parsePath(textOf(Buffer.from(said.data, "base64"))),
  bundle: (said) => readBundle(Buffer.from(said.data, "base64")),
  proof: (said) =>
    checkProof(Buffer.from(said.data, "base64"), Buffer.from(said.entry, "base64"), new KeyRing(said.key, said.former)),
  mirror: (said) => checkMirror(filesOf(said), new KeyRing(said.key), said.minimum),
  export: (said) => checkExport(Object.keys(said.files), filesOf(said), new KeyRing(said.key), said.exportKey),
};

function filesOf(said) {
  return (name) => (Object.hasOwn(said.files, name) ? Buffer.from(said.files[name], "base64") : null);
}

function judged(line) {
  const said = JSON.parse(line);
  if (!Object.hasOwn(JUDGED, said.kind)) throw new Error("Nothing of this kind is judged.");
  try {
    JUDGED[said.kind](said);
    return "accept";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return "refuse";
  }
}

async function main(words) {
  if (words[0] === "judge") {
    for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${judged(line)}\n`);
    return 0;
  }
  const line = asked(words);
  if (line === null) {
    console.error("Usage: node verify.mjs checkpoint|proof|mirror|export FILE... --key VKEY; see the top of this file.");
    return 2;
  }
  const { command, files, values } = line;
  const missing = files.find((path) => statOf(path)?.isDirectory() !== (command.isFolder ?? false));
  if (missing !== undefined) {
    console.error(`${missing} is not there, or is no ${command.isFolder ? "folder" : "file"}.`);
    return 2;
  }
  let keys;
  try {
    keys = new KeyRing(values.key, values.former);
    if ("export-key" in command.options) parseKey(values["export-key"] ?? refuse("--export-key is missing."));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`--key, --former or --export-key can't be used: ${error.message}`);
    return 2;
  }
  try {
    const found = command.check(files, keys, values);
    const complete = found.complete === undefined ? "" : found.complete ? ", complete" : ", filtered";
    console.log(`In order: ${found.origin}, size ${found.size}${complete}.`);
    return 0;
  } catch (error) {
    if (!(error instanceof Refused) && error.code === undefined) throw error;
    console.log(`NOT IN ORDER: ${error.message}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));

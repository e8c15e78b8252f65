// Judges badges with the code of those who edit the specifications: Digital Bazaar's libraries, and jose for tokens.
//
//   node verify.mjs DOCUMENTS FILE...
//
// DOCUMENTS is JSON: what stands at each address; an address that is not in it does not exist, and nothing is fetched.
// Prints one line of JSON per file: {"file", "proof": true or false, "revoked": true, false or null, "error"?}.
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts} from '@digitalbazaar/credentials-context';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {importJWK, jwtVerify} from 'jose';

const [, , index, ...files] = process.argv;
const documents = new Map([...contexts, ...Object.entries(JSON.parse(readFileSync(index, 'utf8')))]);

async function documentLoader(url) {
  if(!documents.has(url)) {
    throw new Error(`There is nothing at ${url}.`);
  }
  return {contextUrl: null, documentUrl: url, document: structuredClone(documents.get(url))};
}

const suite = () => new DataIntegrityProof({cryptosuite});

// `verified` is true for a revoked badge as well: the status stands in `results`.
async function status(credential) {
  const found = await checkStatus({
    credential, suite: suite(), documentLoader, verifyMatchingIssuers: true
  });
  if(!found.verified) {
    throw found.error;
  }
  return found.results.some(each => each.status);
}

async function judged(text) {
  if(text.startsWith('{')) {
    const credential = JSON.parse(text);
    const result = await vc.verifyCredential({credential, suite: suite(), documentLoader, checkStatus: options => checkStatus(
      {...options, verifyMatchingIssuers: true})});
    if(!result.verified) {
      throw result.error;
    }
    return {proof: true, revoked: result.statusResult.results.some(each => each.status)};
  }
  const {payload} = await jwtVerify(text, async ({kid}) => importJWK(documents.get(kid), 'RS256'), {algorithms: ['RS256']});
  return {proof: true, revoked: await status(payload)};
}

for(const file of files) {
  let answer;
  try {
    answer = await judged(readFileSync(file, 'utf8').trim());
  } catch(error) {
    const reasons = [error, ...(error?.errors ?? [])].map(each => each?.message ?? String(each));
    answer = {proof: false, revoked: null, error: reasons.join(' | ')};
  }
  console.log(JSON.stringify({file, ...answer}));
}

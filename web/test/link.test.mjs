//! Links: the signed text, the oracles' signatures and their quorum.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { concat, encodeAbiParameters, getAddress, hexToBigInt, keccak256, numberToHex, slice, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { load } from "./load.mjs";

const message = await load("link/message.ts");
const gist = await load("link/gist.ts");
const { Quorum, signedByKey } = await load("link/quorum.ts");
const asking = await load("link/ask.ts");
const { Gathering, linkFault, oraclesToAsk } = await load("link/gather.ts");
const { readyTime } = await load("link/standing.ts");

const key = (byte) => privateKeyToAccount(toHex(byte, { size: 32 }));
const PLACE = { chainId: 31_337, distributor: getAddress(`0x${"05".repeat(20)}`) };
const wallet = key(1);
const LINK = { id: 583_231n, wallet: wallet.address, nonce: 0n, validUntil: 1_700_000_060n };
const NOW = 1_700_000_000n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const oracles = [11, 12, 13, 14, 15].map(key).sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
const setOf = (threshold, off = []) => ({
  id: 1n,
  members: oracles.map(({ address }) => address),
  threshold,
  baseUrl: "https://a.example/evidence/",
  switchedOff: new Set(off.map((address) => address.toLowerCase())),
});
const attestedBy = async (signer, link = LINK, set = 1n) => ({
  signer: signer.address,
  signature: await signer.sign({ hash: message.attestationDigest(link, set, PLACE) }),
});

test("the digest of a link is that of the standard, computed by hand", () => {
  const domain = keccak256(
    encodeAbiParameters(
      [{ type: "bytes32" }, { type: "bytes32" }, { type: "bytes32" }, { type: "uint256" }, { type: "address" }],
      [
        keccak256(toHex("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")),
        keccak256(toHex("Guerdon")),
        keccak256(toHex("1")),
        31_337n,
        PLACE.distributor,
      ],
    ),
  );
  const fields = [{ type: "uint64" }, { type: "address" }, { type: "uint64" }, { type: "uint64" }];
  const values = [LINK.id, LINK.wallet, LINK.nonce, LINK.validUntil];
  const type = keccak256(toHex("Link(uint64 id,address wallet,uint64 nonce,uint64 validUntil)"));
  const struct = keccak256(encodeAbiParameters([{ type: "bytes32" }, ...fields], [type, ...values]));
  assert.equal(message.linkDigest(LINK, PLACE), keccak256(concat(["0x1901", domain, struct])));
  const attested = keccak256(toHex("LinkAttestation(uint64 oracleSet,uint64 id,address wallet,uint64 nonce,uint64 validUntil)"));
  const word = keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint64" }, ...fields], [attested, 3n, ...values]));
  assert.equal(message.attestationDigest(LINK, 3n, PLACE), keccak256(concat(["0x1901", domain, word])));
});

test("what a wallet is asked to sign has this digest", async () => {
  const signature = await wallet.signTypedData(message.linkTypedData(LINK, PLACE));
  assert.equal(await signedByKey(wallet.address, message.linkDigest(LINK, PLACE), signature), signature);
});

test("the gist's text is what `guerdon link gist` printed for the same link", () => {
  const { link, place, walletProof, oldWalletProof, text, textOfBoth } = JSON.parse(readFileSync(new URL("vectors/link.json", import.meta.url), "utf8"));
  const signed = { id: BigInt(link.id), wallet: link.wallet, nonce: BigInt(link.nonce), validUntil: BigInt(link.validUntil) };
  assert.equal(gist.gistText({ link: signed, walletProof, oldWalletProof: null }, place), text);
  assert.equal(gist.gistText({ link: signed, walletProof, oldWalletProof }, place), textOfBoth);
});

test("an id that no float holds is written whole", () => {
  const text = gist.gistText({ link: { ...LINK, id: 18_446_744_073_709_551_615n }, walletProof: "0x01", oldWalletProof: null }, PLACE);
  assert.match(text, /"contributorId": 18446744073709551615,/);
});

test("GitHub's form is asked for with the text in it", () => {
  const url = new URL(gist.newGistUrl("a `b`\n&c"));
  assert.equal(url.origin, "https://gist.github.com");
  assert.equal(url.searchParams.get("value"), "a `b`\n&c");
});

test("a gist is named by whatever somebody pastes", () => {
  const id = "aa5a315d61ae9438b18d";
  for (const pasted of [id, ` https://gist.github.com/octo-cat/${id} `, `gist.github.com/octocat/${id}#file-x`, `https://gist.github.com/${id.toUpperCase()}`, `https://gist.githubusercontent.com/octocat/${id}/raw/0123456789abcdef/x.md`]) {
    assert.equal(gist.gistId(pasted), id, pasted);
  }
  for (const pasted of ["", "https://gist.github.com/", "https://gist.github.com/octocat", `https://evil.example/${id}`, `https://gist.github.com.evil.example/a/${id}`, "not one", "javascript:alert(1)"]) {
    assert.equal(gist.gistId(pasted), null, pasted);
  }
  assert.equal(gist.gistOwner(`https://gist.github.com/octo-cat/${id}`), "octo-cat");
  assert.equal(gist.gistOwner(`https://gist.github.com/${id}`), null);
});

test("a quorum is a bitmap and exactly as many compact signatures as must sign, in the set's order", async () => {
  const set = setOf(2);
  const quorum = new Quorum(message.attestationDigest(LINK, 1n, PLACE), set);
  for (const at of [4, 1, 3]) assert.equal(await quorum.add(await attestedBy(oracles[at])), "counted");
  const packed = quorum.pack();
  assert.equal(packed.length, 2 + 2 * (32 + 2 * 64));
  assert.equal(hexToBigInt(slice(packed, 0, 32)), 0b1010n);
  const digest = message.attestationDigest(LINK, 1n, PLACE);
  for (const [place, member] of [[32, 1], [96, 3]]) {
    const [r, ys] = [slice(packed, place, place + 32), hexToBigInt(slice(packed, place + 32, place + 64))];
    const plain = concat([r, numberToHex(ys & ((1n << 255n) - 1n), { size: 32 }), ys >> 255n ? "0x1c" : "0x1b"]);
    assert.equal(await signedByKey(set.members[member], digest, plain), plain);
  }
});

test("one signature short is no quorum, and a repeated one does not count", async () => {
  const quorum = new Quorum(message.attestationDigest(LINK, 1n, PLACE), setOf(2));
  const one = await attestedBy(oracles[0]);
  await quorum.add(one);
  await quorum.add(one);
  assert.equal(quorum.missing, 1);
  assert.equal(quorum.pack(), null);
});

test("strangers, other messages, renamed and switched-off keys count nothing", async () => {
  const quorum = new Quorum(message.attestationDigest(LINK, 1n, PLACE), setOf(1, [oracles[0].address]));
  assert.equal(await quorum.add(await attestedBy(key(99))), "not_a_member");
  assert.equal(await quorum.add(await attestedBy(oracles[1], { ...LINK, nonce: 1n })), "wrong_signature");
  assert.equal(await quorum.add({ ...(await attestedBy(oracles[1])), signer: oracles[2].address }), "wrong_signature");
  assert.equal(await quorum.add({ signer: oracles[1].address, signature: "0x0102" }), "wrong_signature");
  assert.equal(await quorum.add(await attestedBy(oracles[0])), "switched_off");
  assert.equal(quorum.missing, 1);
});

test("a signature's twin with the larger s, and a v of 0 or 1, become the form that contracts take", async () => {
  const digest = message.linkDigest(LINK, PLACE);
  const plain = await wallet.sign({ hash: digest });
  const [r, s, v] = [slice(plain, 0, 32), hexToBigInt(slice(plain, 32, 64)), Number(slice(plain, 64))];
  const twin = concat([r, numberToHex(ORDER - s, { size: 32 }), v === 27 ? "0x1c" : "0x1b"]);
  assert.equal(await signedByKey(wallet.address, digest, twin), plain);
  assert.equal(await signedByKey(wallet.address, digest, concat([slice(plain, 0, 64), numberToHex(v - 27, { size: 1 })])), plain);
  assert.equal(await signedByKey(key(2).address, digest, plain), null);
});

const answerOf = async (signers, change = {}, link = LINK) => ({
  attests: {
    link,
    walletProof: await wallet.sign({ hash: message.linkDigest(link, PLACE) }),
    oldWalletProof: null,
    oracleSet: 1n,
    signatures: await Promise.all(signers.map((one) => attestedBy(one, link))),
    ...change,
  },
});
const gathering = (expected = {}, seen = {}) =>
  new Gathering(
    { place: PLACE, set: setOf(2), nonce: 0n, now: NOW, oldWallet: null, ...seen },
    { id: LINK.id, wallet: LINK.wallet, ...expected },
    ["https://a.example/", "https://b.example/", "https://c.example/"],
    signedByKey,
  );

test("two of three oracles are enough, and a liar among them changes nothing", async () => {
  const all = gathering();
  await all.take("https://a.example/", await answerOf([oracles[0]]));
  assert.deepEqual([all.have, all.need, (await all.outcome()).kind], [1, 2, "too_few"]);
  const lie = await answerOf([oracles[1]]);
  lie.attests.signatures.push({ signer: oracles[2].address, signature: lie.attests.signatures[0].signature });
  await all.take("https://b.example/", lie);
  assert.equal(all.voices[1].code, "false_attestation");
  assert.equal(all.have, 1);
  await all.take("https://c.example/", await answerOf([oracles[3]]));
  const outcome = await all.outcome();
  assert.equal(outcome.kind, "quorum");
  assert.equal(hexToBigInt(slice(outcome.attestation, 0, 32)), 0b1001n);
  assert.deepEqual(all.voices.map(({ state }) => state), ["attests", "refuses", "attests"]);
});

test("what is attested for another set, account, wallet, turn or time is not counted", async () => {
  const other = async (change, link) => {
    const one = gathering();
    await one.take("https://a.example/", await answerOf([oracles[0]], change, link));
    return one.voices[0].code;
  };
  assert.equal(await other({ oracleSet: 2n }), "other_set");
  assert.equal(await other({}, { ...LINK, id: 1n }), "other_account");
  assert.equal(await other({}, { ...LINK, wallet: key(2).address }), "other_wallet");
  assert.equal(await other({}, { ...LINK, nonce: 1n }), "stale_nonce");
  assert.equal(await other({}, { ...LINK, validUntil: NOW - 1n }), "expired");
  assert.equal(await other({}, { ...LINK, validUntil: NOW + 366n * 86_400n }), "too_far_ahead");
  assert.equal(linkFault({ ...LINK, wallet: `0x${"00".repeat(20)}` }, 0n, NOW), "zero_wallet");
});

test("two links with a quorum each are refused, unless the wallet is known", async () => {
  const thief = key(66);
  const theirs = { ...LINK, wallet: thief.address };
  const proof = { walletProof: await thief.sign({ hash: message.linkDigest(theirs, PLACE) }) };
  const open = gathering({ wallet: null });
  await open.take("https://a.example/", await answerOf([oracles[0], oracles[1]]));
  await open.take("https://b.example/", await answerOf([oracles[2], oracles[3]], proof, theirs));
  assert.equal((await open.outcome()).kind, "ambiguous");
  const meant = gathering();
  await meant.take("https://b.example/", await answerOf([oracles[2], oracles[3]], proof, theirs));
  await meant.take("https://a.example/", await answerOf([oracles[0], oracles[1]]));
  assert.equal((await meant.outcome()).kind, "quorum");
});

test("a wallet's signature is checked again, and one good proof among lies is found", async () => {
  const all = gathering();
  const false_ = { walletProof: await key(2).sign({ hash: message.linkDigest(LINK, PLACE) }) };
  await all.take("https://a.example/", await answerOf([oracles[0], oracles[1]], false_));
  assert.equal((await all.outcome()).kind, "unproved");
  await all.take("https://b.example/", await answerOf([oracles[2]]));
  assert.equal((await all.outcome()).kind, "quorum");
});

test("the old wallet's signature is used where it holds, and left out where it does not", async () => {
  const old = key(7);
  const seen = { oldWallet: old.address };
  const good = gathering({}, seen);
  const oldWalletProof = await old.sign({ hash: message.linkDigest(LINK, PLACE) });
  await good.take("https://a.example/", await answerOf([oracles[0], oracles[1]], { oldWalletProof }));
  assert.equal((await good.outcome()).proof.oldWalletProof, oldWalletProof);
  const bad = gathering({}, { oldWallet: key(8).address });
  await bad.take("https://a.example/", await answerOf([oracles[0], oracles[1]], { oldWalletProof }));
  assert.equal((await bad.outcome()).proof.oldWalletProof, null);
});

const wire = async () => {
  const { attests } = await answerOf([oracles[0]]);
  return {
    login: "octocat",
    gist: "aa5a315d61ae9438b18d",
    link: { contributor_id: 583_231, wallet: wallet.address.toLowerCase(), nonce: 0, valid_until: 1_700_000_060 },
    wallet_proof: attests.walletProof,
    oracle_set: 1,
    signatures: attests.signatures,
  };
};
const answering = (body, status = 200) => async () => new Response(typeof body === "string" ? body : JSON.stringify(body), { status });

test("an oracle's answer is read field by field", async () => {
  const good = await wire();
  const { attests } = await asking.ask("https://a.example/", "octocat", "aa", { fetch: answering(good) });
  assert.deepEqual(attests.link, LINK);
  for (const change of [
    { link: { ...good.link, contributor_id: 2 ** 60 } },
    { link: { ...good.link, nonce: -1 } },
    { link: { ...good.link, wallet: "0x12" } },
    { wallet_proof: "0x" },
    { wallet_proof: `0x${"11".repeat(4_097)}` },
    { old_wallet_proof: 7 },
    { signatures: [] },
    { signatures: [{ signer: "x", signature: "0x12" }] },
    { oracle_set: "1" },
  ]) {
    const answer = await asking.ask("https://a.example/", "octocat", "aa", { fetch: answering({ ...good, ...change }) });
    assert.equal(answer.refuses?.code, "unreadable", JSON.stringify(change));
  }
});

test("refusals, silence, floods and nonsense are told apart", async () => {
  const of = async (get) => (await asking.ask("https://a.example/", "octocat", "aa", { fetch: get })).refuses;
  assert.deepEqual(await of(answering({ error: "the gist\nis \u202Esecret", code: "secret_gist" }, 422)), { code: "secret_gist", said: "the gistis secret" });
  assert.equal((await of(answering("<html>", 502))).code, "unreadable");
  assert.equal((await of(answering("x".repeat(70_000)))).code, "unreadable");
  assert.equal((await of(async () => { throw new TypeError("failed to fetch"); })).code, "unreachable");
});

test("oracles are asked once each, and where none is named, the host of the evidence is", () => {
  assert.deepEqual(oraclesToAsk(["https://a.example/x/", "https://b.example/", "https://a.example/x/"], "https://c.example/"), ["https://a.example/x/", "https://b.example/"]);
  assert.deepEqual(oraclesToAsk([], "https://c.example/v1/evidence/"), ["https://c.example/"]);
  assert.deepEqual(oraclesToAsk([], "ipfs://abc/"), []);
  assert.equal(asking.attestationUrl("https://a.example/x", "a/b", "../c"), "https://a.example/x/v1/links/a%2Fb/attestation?gist=..%2Fc");
});

test("a re-link's time goes by active time, which stands still in a pause", () => {
  assert.equal(readyTime(1_100n, { now: 5_000n, active: 1_000n, pausedUntil: null }), 5_100n);
  assert.equal(readyTime(1_100n, { now: 5_000n, active: 1_000n, pausedUntil: 6_000n }), 6_100n);
  assert.equal(readyTime(900n, { now: 5_000n, active: 1_000n, pausedUntil: null }), 900n);
});

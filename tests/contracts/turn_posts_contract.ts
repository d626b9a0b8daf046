/** Posts: each part of an answer is posted once, as certainly as its platform allows, whatever becomes of the sender. */
import assert from "node:assert/strict";
import type { DeliveryClaim } from "../../server/domain/delivery.ts";
import type { Store } from "../../server/domain/store.ts";
import { certainties, type FakeKind, fakeKinds, openFakePlatform } from "../fakes/platform.ts";
import { type Mood, moods, openPlatformServer, type PlatformServer } from "../fakes/platform_server.ts";
import { ask, policy } from "./chat_on_store.ts";
import { claimNext, engineOn, eventually, type OpenDatabase, type OpenedDatabase } from "./turns_world.ts";

const leaseMs = 60_000;

/** Of a part whose first request meets this mood: its state in the end, and how often it was posted. */
const afterMood: Readonly<Record<FakeKind, Readonly<Record<Mood, string>>>> = {
  nonce: allMoods("sent 1"),
  history: allMoods("sent 1"),
  none: {
    ...allMoods("sent 1"),
    ...{ drop: "unknown 1", "drop before": "unknown 0", late: "unknown 1" },
    ...{ "500 before": "unknown 0", "500 after": "unknown 1" },
  },
};

/** The same of a part whose sender was lost: before or after it had posted, known to be dead or perhaps only paused. */
const afterLoss: Readonly<Record<FakeKind, Readonly<Record<string, string>>>> = {
  nonce: { "dead before": "sent 1", "dead after": "sent 1", "paused before": "sent 1", "paused after": "sent 1" },
  history: { "dead before": "sent 1", "dead after": "sent 1", "paused before": "unknown 0", "paused after": "sent 1" },
  none: {
    ...{ "dead before": "unknown 0", "dead after": "unknown 1" },
    ...{ "paused before": "unknown 0", "paused after": "unknown 1" },
  },
};

export function postsContract(name: string, open: OpenDatabase): void {
  Deno.test(`${name}: an answer is posted once, though its first request is dropped, late, refused or fails`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const met = new Set<string>();
    await using server = await openPlatformServer((place) => {
      if (place === undefined || met.has(place)) return "ok";
      met.add(place);
      return moods.find((mood) => place.endsWith(`:${mood}`)) ?? "ok";
    });
    const cases = fakeKinds.flatMap((kind) => moods.map((mood) => ({ kind, mood, turn: "" })));
    for (const one of cases) one.turn = await answered(store, one.kind, one.mood);
    await using _working = engineOn(store, { platforms: platformsOf(server), maxPosts: 30 });
    const said = await Promise.all(cases.map(async ({ kind, mood, turn }) => {
      return `${kind}, ${mood}: ${await becomesOf(opened, turn, server, afterMood[kind][mood])}`;
    }));
    assert.deepEqual(said, cases.map(({ kind, mood }) => `${kind}, ${mood}: ${afterMood[kind][mood]}`));
  });

  Deno.test(`${name}: an answer whose sender was lost is posted again only where that cannot make two`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    await using server = await openPlatformServer(() => "ok");
    const platforms = platformsOf(server);
    const turns = new Map<string, string>();
    for (const kind of fakeKinds) {
      for (const loss of Object.keys(afterLoss[kind])) {
        turns.set(`${kind} ${loss}`, await answered(store, kind, loss));
        const isPaused = loss.startsWith("paused");
        const claim = (await store.deliveries.claim({ owner: "lost", leaseMs: isPaused ? -1 : leaseMs }))!;
        if (loss.endsWith("after")) await platforms.get(kind)!.send(claim.place, claim);
        const certaintyOf = (platform: string) => certainties[fakeKinds.find((kind) => kind === platform)!];
        await store.deliveries.recover({ owner: "next", othersAreDead: !isPaused, maxAttempts: 9, certaintyOf });
      }
    }
    await using _working = engineOn(store, { platforms });
    for (const kind of fakeKinds) {
      for (const [loss, wanted] of Object.entries(afterLoss[kind])) {
        const said = await becomesOf(opened, turns.get(`${kind} ${loss}`)!, server, wanted);
        assert.equal(`${kind}, ${loss}: ${said}`, `${kind}, ${loss}: ${wanted}`);
      }
    }
  });

  Deno.test(`${name}: that a post was made is believed from anyone, what somebody intends only from the owner`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { deliveries } = store;
    const turn = await answered(store, "nonce", "x");
    const claim = async (leaseMs: number) => (await deliveries.claim({ owner: "a", leaseMs }))!;
    const stateNow = async () => (await part(opened, turn)).state;
    const lose = () =>
      deliveries.recover({
        ...{ owner: "b", othersAreDead: false, maxAttempts: 9 },
        certaintyOf: () => ({ kind: "nonce", nonceMs: 60_000 }),
      });
    const old = await claim(-1);
    await lose();
    await deliveries.record(old, { state: "unknown" }, "stale");
    await deliveries.record(old, { state: "not_sent" }, "stale");
    assert.equal(await stateNow(), "pending");
    const current = await eventually(() => deliveries.claim({ owner: "b", leaseMs }));
    await deliveries.record(old, { state: "pending", afterMs: 0 }, "stale");
    assert.equal(await stateNow(), "sending");
    await deliveries.record(old, { state: "sent", ref: "7" }, null);
    assert.equal(await stateNow(), "sent");
    await deliveries.record(current, { state: "unknown" }, "too late");
    assert.equal(await stateNow(), "sent");
  });

  Deno.test(`${name}: the parts of an answer go out in order, and one that is uncertain holds up nobody`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    await answered(store, "none", "x", ["one", "two", "three"]);
    const next = () => store.deliveries.claim({ owner: "a", leaseMs });
    const take = async () => {
      const claim = await next();
      assert.equal(await next(), undefined, "a part waits while the one before it is open");
      return claim as DeliveryClaim;
    };
    const one = await take();
    await store.deliveries.record(one, { state: "pending", afterMs: 0 }, "again");
    const again = await take();
    assert.deepEqual([again.text, again.nonce, again.attempt], [one.text, one.nonce, 2]);
    await store.deliveries.record(again, { state: "unknown" }, "dropped");
    const two = await take();
    await store.deliveries.record(two, { state: "sent", ref: "2" }, null);
    assert.deepEqual([one, two, await take()].map(({ text, part }) => `${part} ${text}`), [
      "0 one",
      "1 two",
      "2 three",
    ]);
  });

  Deno.test(`${name}: an answer for a platform that is not connected any more is given up, and holds up nobody`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const turn = await answered(store, "none", "x");
    await using _working = engineOn(store);
    await eventually(async () => (await part(opened, turn)).state === "not_sent");
  });
}

function allMoods(outcome: string): Record<Mood, string> {
  return {
    ...{ ok: outcome, drop: outcome, "drop before": outcome, late: outcome },
    ...{ "429": outcome, "500 before": outcome, "500 after": outcome },
  };
}

function platformsOf(server: PlatformServer) {
  return new Map(fakeKinds.map((kind) => [kind as string, openFakePlatform(kind, server.url)]));
}

/** A turn in a conversation of its own that has ended with these parts. */
async function answered(store: Store, kind: FakeKind, place: string, parts = ["The answer"]): Promise<string> {
  const { turn } = await ask(store, "question", { platform: kind, place: `${kind}:${place}` });
  const claim = await claimNext(store);
  await store.turns.finish(claim, { state: "done", text: parts.join("") }, [], { ...policy, render: () => parts });
  return turn!;
}

async function part({ database }: OpenedDatabase, turn: string): Promise<{ state: string; nonce: string }> {
  const row = await database.read.get<{ state: string; nonce: string }>`
    select state, nonce from deliveries where turn_id = ${turn}`;
  return row!;
}

/** The part's state in the end and how often it was posted; what is late is waited for. */
async function becomesOf(opened: OpenedDatabase, turn: string, server: PlatformServer, wanted: string) {
  const now = async () => {
    const { state, nonce } = await part(opened, turn);
    return `${state} ${server.posts.filter((post) => post.nonce === nonce).length}`;
  };
  await eventually(async () => !/pending|sending/.test(await now()));
  const isAsWanted = eventually(async () => await now() === wanted, 3000);
  await isAsWanted.catch(() => {}); // then what is there is told
  return await now();
}

/** Keeps one process at work until aborted: answers, background work, posts, taking over from the lost. */
import type { Certainty, DeliveryClaim } from "../domain/delivery.ts";
import { isChatError } from "../domain/error.ts";
import type { Platform } from "../domain/platform.ts";
import { answer, type AnswerOptions } from "./answer.ts";
import { work as workBehind } from "./background.ts";
import { deliver } from "./deliver.ts";
import { nextHint, type SharedHints } from "./hints.ts";

export interface RunOptions extends AnswerOptions {
  /** Names this process in the rows it owns; new at every start. */
  readonly owner: string;
  readonly hints: SharedHints;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly maxAnswers: number;
  readonly maxBackground: number;
  readonly maxPosts: number;
  readonly maxPostAttempts: number;
  /** Told of what ends a single answer or post in an unforeseen way. */
  readonly report: (error: unknown) => void;
}

/** How long a lost hint can delay a turn that waits, and how long a database that does not answer is left alone. */
const lookAgainMs = 500;
const pauseMs = 200;

/**
 * `draining`: no more turns are claimed, and it resolves when those at work have ended and are posted.
 * `signal`: those at work are let go at once.
 */
export async function run(options: RunOptions, draining: AbortSignal, signal: AbortSignal): Promise<void> {
  const { store, hints, leaseMs, owner, platforms, policy, maxPostAttempts: maxAttempts } = options;
  const ending = AbortSignal.any([draining, signal]);

  async function recover(othersAreDead: boolean) {
    for (const turn of await store.turns.recover({ owner, othersAreDead, leaseMs }, policy)) hints.tell(turn);
    const certaintyOf = (name: string): Certainty => platforms.get(name)?.certainty ?? { kind: "none" };
    await store.deliveries.recover({ owner, othersAreDead, leaseMs, maxAttempts, certaintyOf });
    await store.ledger.expireFree({ owner, othersAreDead, leaseMs });
  }

  async function recoverAgainAndAgain() {
    while (!ending.aborted) {
      await nextHint(hints, [], leaseMs / 3, ending);
      await survive(() => recover(false));
    }
  }

  /** Claims while something waits and there is room, else sleeps until a hint. Resolves when what it claimed is done. */
  async function work<T>(
    topic: string,
    room: number,
    { claim, handle, until }: {
      claim: () => Promise<T | undefined>;
      handle: (claimed: T) => Promise<void>;
      until: AbortSignal;
    },
  ) {
    const active = new Set<Promise<void>>();
    while (!until.aborted) {
      const hint = nextHint(hints, [topic], lookAgainMs, until);
      let claimed: T | undefined;
      if (active.size < room) await survive(async () => void (claimed = await claim()));
      if (claimed === undefined) {
        await Promise.race([hint, ...active.size < room ? [] : active]);
        continue;
      }
      const mine = claimed;
      const job: Promise<void> = survive(() => handle(mine)).finally(() => active.delete(job));
      active.add(job);
    }
    await Promise.all(active);
  }

  /** A database that does not answer is waited out; anything else is reported, and the process goes on. */
  async function survive(step: () => Promise<void>) {
    try {
      await step();
    } catch (error) {
      options.report(error);
      if (isChatError(error, "unavailable")) await nextHint(hints, [], pauseMs, signal);
    }
  }

  async function claimPost() {
    const sendBefore = performance.now() + leaseMs / 2;
    const claim = await store.deliveries.claim({ owner, leaseMs });
    return claim && { claim, sendBefore };
  }

  async function post({ claim, sendBefore }: { claim: DeliveryClaim; sendBefore: number }) {
    const platform = platforms.get(claim.platform);
    if (platform) await deliver(claim, { deliveries: store.deliveries, platform, maxAttempts, sendBefore });
    else {
      const reason = `platform "${claim.platform}" is not configured`;
      await store.deliveries.record(claim, { state: "not_sent" }, reason);
    }
    hints.tell("posted");
  }

  /** What the last answers have left to post. */
  async function postTheRest() {
    for (let next = await claimPost(); next && !signal.aborted; next = await claimPost()) await post(next);
  }

  await recover(store.isAlone);
  const answering = new AbortController();
  await Promise.all([
    recoverAgainAndAgain(),
    hints.share(answering.signal, options.report),
    Promise.all([
      work("queued", options.maxAnswers, {
        claim: () => store.turns.claim({ owner, leaseMs, background: false }),
        handle: (claim) => answer(claim, options, signal),
        until: ending,
      }),
      work("background", options.maxBackground, {
        claim: () => store.turns.claim({ owner, leaseMs, background: true }),
        handle: (claim) => workBehind(claim, options, signal),
        until: ending,
      }),
    ]).finally(() => answering.abort()),
    work("posted", options.maxPosts, { claim: claimPost, handle: post, until: answering.signal }),
  ]);
  if (!signal.aborted) await survive(postTheRest);
}

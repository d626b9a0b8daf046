/** The connections of one process: at most so many, lent one at a time, each replaced when it is lost or old. */
import { ChatError } from "../../../server/domain/error.ts";
import type { Connection } from "./connection.ts";

export interface Pool {
  /** Lends a connection for `work`. Throws "unavailable" when none is free within `waitMs`, or too many wait. */
  use<T>(work: (connection: Connection) => Promise<T>, waitMs: number): Promise<T>;
  state(): PoolState;
  /** Waits for those that are lent, at most 5 s. */
  close(): Promise<void>;
}

export interface PoolState {
  readonly open: number;
  readonly free: number;
  readonly waiting: number;
}

interface Member {
  readonly connection: Connection;
  readonly bornAt: number;
}

const maxWaiting = 10_000;
/** Old ones go, so that a server behind a balancer that has come back gets its share. */
const maxAgeMs = 30 * 60_000;
const closeMs = 5000;

export function openPool(max: number, connect: () => Connection): Pool {
  const free: Member[] = [];
  const lent = new Set<Member>();
  const waiting: { take(member: Member): void; refuse(error: unknown): void }[] = [];
  let isClosed = false;
  let onIdle = () => {};

  function take(): Member | undefined {
    for (let member = free.pop(); member; member = free.pop()) {
      if (isUsable(member)) return member;
      discard(member);
    }
    if (lent.size < max) return { connection: connect(), bornAt: performance.now() };
  }

  function isUsable({ connection, bornAt }: Member): boolean {
    return !connection.isBroken() && performance.now() - bornAt < maxAgeMs;
  }

  /** A failure to close leaves nothing behind that anyone could use. */
  function discard({ connection }: Member): void {
    connection.close().catch(() => {});
  }

  function wait(waitMs: number): Promise<Member> {
    if (waiting.length >= maxWaiting) throw busy("too many are waiting for it");
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1);
        reject(busy("all connections were in use for too long"));
      }, waitMs);
      const waiter = {
        take(member: Member) {
          clearTimeout(timer);
          resolve(member);
        },
        refuse(error: unknown) {
          clearTimeout(timer);
          reject(error);
        },
      };
      waiting.push(waiter);
    });
  }

  function giveBack(member: Member): void {
    lent.delete(member);
    const next = isUsable(member) ? member : undefined;
    if (!next || isClosed) discard(member);
    else free.push(next);
    if (isClosed && lent.size === 0) onIdle();
    if (waiting.length === 0 || isClosed) return;
    const other = take();
    if (!other) return;
    lent.add(other);
    waiting.shift()!.take(other);
  }

  return {
    async use(work, waitMs) {
      if (isClosed) throw closed();
      const member = take() ?? await wait(waitMs);
      lent.add(member);
      try {
        return await work(member.connection);
      } finally {
        giveBack(member);
      }
    },
    state: () => ({ open: free.length + lent.size, free: free.length, waiting: waiting.length }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const { refuse } of waiting.splice(0)) refuse(closed());
      const idle = Promise.withResolvers<void>();
      onIdle = idle.resolve;
      if (lent.size === 0) idle.resolve();
      const timer = setTimeout(idle.resolve, closeMs);
      await idle.promise;
      clearTimeout(timer);
      await Promise.allSettled([...free.splice(0), ...lent].map(({ connection }) => connection.close()));
    },
  };
}

function busy(problem: string): ChatError {
  return new ChatError("unavailable", `Cannot use the database: ${problem}`, { retryAfterMs: 1000 });
}

function closed(): ChatError {
  return new ChatError("unavailable", "Cannot use the database: it is closed");
}

/** Hints between processes by `listen` and `notify`, over one connection that comes back after an outage. */
import { setTimeout } from "node:timers/promises";
import type { EventBus } from "../../../server/domain/bus.ts";
import type { Sql } from "../sql/sql.ts";
import type { Connection, ConnectOptions } from "./connection.ts";

type Events = Required<Pick<ConnectOptions, "onNotify" | "onClose">>;

/** Who is slower than this hears less: hints are repeated by the store itself. */
const maxUnheard = 1000;
const [pauseMs, maxPauseMs] = [200, 5000];

export function openBus(sql: Sql, connect: (events: Events) => Connection): EventBus {
  const closing = new AbortController();

  async function* subscribe(topic: string, asked: AbortSignal): AsyncGenerator<string> {
    if (!/^[a-z_]{1,60}$/.test(topic)) throw new Error(`"${topic}" is no topic`);
    const signal = AbortSignal.any([asked, closing.signal]);
    let heard: string[] = [];
    let wake = Promise.withResolvers<void>();
    const events: Events = {
      onNotify(_channel, payload) {
        if (heard.length < maxUnheard) heard.push(payload);
        wake.resolve();
      },
      onClose: () => wake.resolve(),
    };
    const onAbort = () => wake.resolve();
    signal.addEventListener("abort", onAbort);
    let waitMs = pauseMs;
    try {
      while (!signal.aborted) {
        const connection = connect(events);
        try {
          await connection.execute(`listen ${topic}`);
          waitMs = pauseMs;
          while (!signal.aborted && !connection.isBroken()) {
            await wake.promise;
            wake = Promise.withResolvers();
            const all = heard;
            heard = [];
            yield* all;
          }
        } catch (error) {
          // The server is away; whoever else needs it says so.
          if (!(error instanceof Error)) throw error;
        } finally {
          await connection.close();
        }
        await setTimeout(waitMs, undefined, { signal }).catch(() => {});
        waitMs = Math.min(waitMs * 2, maxPauseMs);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  return {
    publish: async (topic, payload) => void await sql.get`select pg_notify(${topic}, ${payload})`,
    subscribe,
    close: async () => closing.abort(),
  };
}

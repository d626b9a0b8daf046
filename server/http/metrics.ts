/** `/metrics`: what an operator watches, in Prometheus' words; its library is loaded when somebody first asks. */
import { Hono } from "hono";
import type { Store } from "../domain/store.ts";
import type { Gate } from "./gate.ts";
import type { HttpEnv } from "./options.ts";

export interface Observation {
  /** The pattern, never the path. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** Until the answer began. */
  readonly seconds: number;
}

export interface Metrics {
  observe(request: Observation): void;
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

interface Recorder {
  observe(request: Observation): void;
  render(): Promise<string>;
  readonly contentType: string;
}

/** What is kept until then; a server with more to tell can spare the time to load the library. */
const maxEarly = 1000;
const lagEveryMs = 500;

export function openMetrics(
  watched: { store: Pick<Store, "turns">; gate: Pick<Gate, "open">; closing: AbortSignal },
): Metrics {
  let early: Observation[] = [];
  let recorder: Recorder | undefined;
  let loading: Promise<Recorder> | undefined;

  async function load(): Promise<Recorder> {
    const loaded = await openRecorder(watched);
    for (const request of early) loaded.observe(request);
    early = [];
    recorder = loaded;
    return loaded;
  }

  return {
    observe(request) {
      if (recorder) return recorder.observe(request);
      early.push(request);
      if (early.length < maxEarly) return;
      // Whoever asks for the metrics hears why there are none; the server goes on without.
      (loading ??= load()).catch(() => early = []);
    },
    async render() {
      const { contentType, ...loaded } = await (loading ??= load());
      return { text: await loaded.render(), contentType };
    },
  };
}

export function metricsRoutes({ metrics }: { metrics: Metrics }): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get("/metrics", async (c) => {
    const { text, contentType } = await metrics.render();
    return c.body(text, 200, { "content-type": contentType });
  });
}

async function openRecorder(
  { store, gate, closing }: { store: Pick<Store, "turns">; gate: Pick<Gate, "open">; closing: AbortSignal },
): Promise<Recorder> {
  // CommonJS: once bundled, only the default export is there.
  const { Counter, Gauge, Histogram, Registry } = (await import("prom-client")).default;
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "whisperengine_http_requests_total",
    help: "Requests answered",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "whisperengine_http_request_seconds",
    help: "Time until an answer began",
    labelNames: ["route"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name: `whisperengine_${name}`, help, registers },
      collect() {
        this.set(read());
      },
    });
  gauge("open_streams", "Answers that somebody follows or waits for", () => gate.open);
  gauge("process_resident_memory_bytes", "Memory of the process", () => Deno.memoryUsage().rss);
  gauge("process_heap_bytes", "Memory in use by JavaScript", () => Deno.memoryUsage().heapUsed);
  const lag = watchLag(closing);
  gauge("event_loop_lag_seconds", "The longest that the event loop was late since the last look", () => lag.take());
  new Gauge({
    name: "whisperengine_turns",
    help: "Turns that wait or are being made",
    labelNames: ["state"],
    registers,
    async collect() {
      const { queued, running } = await store.turns.countOpen();
      this.set({ state: "queued" }, queued);
      this.set({ state: "running" }, running);
    },
  });
  return {
    contentType: registry.contentType,
    observe(request) {
      const { route, method, status } = request;
      requests.inc({ route, method, status: String(status) });
      seconds.observe({ route }, request.seconds);
    },
    render: () => registry.metrics(),
  };
}

function watchLag(closing: AbortSignal): { take(): number } {
  let worstMs = 0;
  let dueMs = performance.now() + lagEveryMs;
  const timer = setInterval(() => {
    const now = performance.now();
    worstMs = Math.max(worstMs, now - dueMs);
    dueMs = now + lagEveryMs;
  }, lagEveryMs);
  Deno.unrefTimer(timer);
  closing.addEventListener("abort", () => clearInterval(timer), { once: true });
  return {
    take() {
      const lateMs = Math.max(worstMs, performance.now() - dueMs, 0);
      worstMs = 0;
      return lateMs / 1000;
    },
  };
}

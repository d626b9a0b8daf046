/** `postgres_chaos.ts [seconds] [seed]`: three processes over one server; they are killed and paused, it is restarted once. */
import { openAt } from "../adapters/stores/postgres/opened.ts";
import { startPostgres } from "../adapters/stores/postgres/server.ts";
import { alwaysCheck, tablesCheck } from "./always_check.ts";
import { postgresAudit } from "./audit.ts";
import { comeToRest } from "./come_to_rest.ts";
import { finalCheck } from "./final_check.ts";
import { bringPeople } from "./people.ts";
import type { Settings } from "./replica.ts";
import { openWorld, pause, type Query, workspaces, type World } from "./world.ts";

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Between two messages of one conversation. */
  readonly messageEveryMs?: number;
  readonly progress?: (line: string) => void;
}

export interface ChaosReport {
  readonly violations: readonly string[];
  readonly stats: Readonly<Record<string, number>>;
}

interface Replica {
  child: Deno.ChildProcess;
  url: string;
  isPaused: boolean;
}

const leaseMs = 2000;

export async function runPostgresChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seconds, seed, messageEveryMs = 2200, progress = () => {} } = options;
  const invoices = await Deno.makeTempDir({ prefix: "whisper-chaos-" });
  await using server = await startPostgres();
  const store = await server.newDatabase();
  await using reader = await openAt(store, { connections: 3 });
  await server.query(store, postgresAudit + budgets(seconds));
  // A template that is made here and not written in the source is a statement like any other.
  const query: Query = <Row>(text: string) => reader.database.read.all<Row>(Object.assign([text], { raw: [text] }));
  await using world = await openWorld({ seed, invoices, query, isAlone: false });
  const settings: Settings = {
    ...{ store, invoices, platform: world.platform.url },
    ...{ tokenMs: 8, leaseMs, failing: 0.05, contextTokens: 6000 },
  };
  const replicas = await Promise.all([0, 1, 2].map(() => startReplica(world, settings)));
  const people = bringPeople(world, messageEveryMs);
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  for (let isRestarted = false; elapsed() < seconds;) {
    await pause(400 + world.random() * 1200);
    if (!isRestarted && elapsed() > seconds / 2) {
      isRestarted = true;
      await server.whileDown(() => pause(world.random() * 1000));
      world.count("server restarts");
    } else await strike(world, settings, replicas);
    await alwaysCheck(world);
    await tablesCheck(world);
    progress(`${Math.round(elapsed())} s, ${world.sent.length} messages, ${world.violations.length} violations`);
  }
  for (const replica of replicas) goOn(replica);
  await comeToRest(world, people);
  for (const { child } of replicas) {
    child.kill("SIGTERM");
    const { code } = await child.status;
    if (code !== 0) world.violate(`the last stop was not clean: ${code}`);
  }
  await finalCheck(world);
  for (const [mood, n] of Object.entries(world.platform.counts)) world.count(`platform: ${mood}`, n);
  await Deno.remove(invoices, { recursive: true });
  return { violations: world.violations, stats: world.stats };
}

/** One small budget, the others large. */
function budgets(seconds: number): string {
  const rows = workspaces.map((name, i) => `('${name}', ${i === 0 ? 2500 * (seconds + 10) : 1_000_000_000})`);
  return `insert into budgets (workspace_id, limit_micro_usd) values ${rows.join(", ")}`;
}

/** Something bad happens to one of them. */
async function strike(world: World, settings: Settings, replicas: Replica[]): Promise<void> {
  const { random, count } = world;
  const i = Math.floor(random() * replicas.length);
  const replica = replicas[i]!;
  const dice = random();
  if (dice < 0.45) {
    count(replica.isPaused ? "kills of a paused replica" : "kills");
    world.living.delete(replica.url);
    replica.child.kill("SIGKILL");
    const { signal } = await replica.child.status;
    if (signal !== "SIGKILL") world.violate("a replica died by itself");
    await pause(random() * 400);
    replicas[i] = await startReplica(world, settings);
  } else if (replica.isPaused) goOn(replica);
  else if (dice < 0.9) {
    const ms = random() < 0.3 ? random() * 1000 : leaseMs + random() * 3000;
    count(ms > leaseMs ? "pauses longer than the lease" : "pauses");
    replica.child.kill("SIGSTOP");
    replica.isPaused = true;
    setTimeout(() => goOn(replica), ms);
  } else {
    count("graceful stops");
    world.living.delete(replica.url);
    replica.child.kill("SIGTERM");
    const { code } = await replica.child.status;
    if (code !== 0) world.violate(`a graceful stop ended with ${code}`);
    replicas[i] = await startReplica(world, settings);
  }
}

function goOn(replica: Replica): void {
  if (!replica.isPaused) return;
  replica.isPaused = false;
  try {
    replica.child.kill("SIGCONT");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // killed meanwhile
  }
}

async function startReplica(world: World, settings: Settings): Promise<Replica> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("replica.ts", import.meta.url).pathname, JSON.stringify(settings)],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const replica: Replica = { child, url: "", isPaused: false };
  const ready = Promise.withResolvers<void>();
  async function watch(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      const port = piece.match(/ready (\d+)/)?.[1];
      if (port) {
        replica.url = `http://127.0.0.1:${port}`;
        world.living.add(replica.url);
        ready.resolve();
      }
      if (/error|OVERSPENT/i.test(piece)) world.violate(`reported: ${piece.slice(0, 1200)}`);
    }
  }
  watch(child.stdout);
  watch(child.stderr);
  const early = await Promise.race([ready.promise, child.status]);
  if (early) world.violate(`a replica did not start: ${early.code}`);
  return replica;
}

if (import.meta.main) {
  const [seconds = 60, seed = 1] = Deno.args.map(Number);
  const { violations, stats } = await runPostgresChaos({ seconds, seed, progress: console.log });
  console.log(JSON.stringify(stats, null, 1));
  console.log(violations.length, "violations");
  for (const violation of violations.slice(0, 40)) console.log("-", violation);
  Deno.exit(violations.length > 0 ? 1 : 0);
}

/** `sqlite_chaos.ts [rounds] [seed]`: one process over one file, killed again and again while people talk to it. */
import { DatabaseSync } from "node:sqlite";
import { migrate } from "../../adapters/stores/sqlite/migrate.ts";
import { alwaysCheck, tablesCheck } from "./always_check.ts";
import { sqliteAudit } from "./audit.ts";
import { comeToRest } from "./come_to_rest.ts";
import { finalCheck } from "./final_check.ts";
import { bringPeople } from "./people.ts";
import { crashPoints, type Settings } from "./replica.ts";
import { openWorld, type Query, workspaces, type World } from "./world.ts";

export interface ChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Between two messages of one conversation. */
  readonly messageEveryMs?: number;
  /** Told after every so many rounds. */
  readonly progress?: (line: string) => void;
}

export interface ChaosReport {
  readonly violations: readonly string[];
  readonly stats: Readonly<Record<string, number>>;
}

export async function runSqliteChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { rounds, seed, messageEveryMs = 1600, progress = () => {} } = options;
  const folder = Deno.makeTempDirSync({ prefix: "whisper-chaos-" });
  const file = `${folder}/chaos.db`;
  const invoices = `${folder}/invoices`;
  Deno.mkdirSync(invoices);
  await prepare(file, rounds);
  const reader = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    const query: Query = async <Row>(text: string) => reader.prepare(text).all() as Row[];
    await using world = await openWorld({ seed, invoices, query, isAlone: true });
    const settings: Settings = {
      ...{ store: file, invoices, platform: world.platform.url },
      ...{ tokenMs: 4, leaseMs: 2000, failing: 0.05, contextTokens: 6000 },
    };
    const people = bringPeople(world, messageEveryMs);
    for (let round = 1; round <= rounds; round++) {
      await liveAndDie(world, settings, round);
      await alwaysCheck(world);
      await tablesCheck(world);
      world.count("rounds");
      if (round % 10 === 0) {
        progress(`${round} rounds, ${world.sent.length} messages, ${world.violations.length} violations`);
      }
    }
    await endInPeace(world, settings, people);
    await finalCheck(world);
    const [integrity] = await query<{ integrity_check: string }>("pragma integrity_check");
    if (integrity?.integrity_check !== "ok") world.violate(`integrity: ${integrity?.integrity_check}`);
    for (const [mood, n] of Object.entries(world.platform.counts)) world.count(`platform: ${mood}`, n);
    return { violations: world.violations, stats: world.stats };
  } finally {
    reader.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The real schema, an audit on it, a small budget for one workspace and large ones for the others. */
async function prepare(file: string, rounds: number): Promise<void> {
  await migrate(file);
  const database = new DatabaseSync(file);
  database.function("now_ms", () => Date.now());
  database.exec(sqliteAudit);
  for (const workspace of workspaces) {
    database.prepare("insert into budgets (workspace_id, limit_micro_usd) values (?, ?)")
      .run(workspace, workspace === workspaces[0] ? 2500 * (rounds + 4) : 1_000_000_000);
  }
  database.close();
}

/** One process from its start to its violent end. */
async function liveAndDie(world: World, settings: Settings, round: number): Promise<void> {
  const { random, count } = world;
  const n = 1 + Math.floor(random() * (round % 2 ? 60 : 15));
  const crash = { point: crashPoints[Math.floor(random() * crashPoints.length)]!, n };
  const child = await startReplica(world, { ...settings, crash: random() < 0.6 ? crash : undefined });
  let isOurs = false;
  const timer = setTimeout(() => {
    isOurs = true;
    child.kill("SIGKILL");
  }, 200 + random() * 1300);
  const { signal } = await child.status;
  clearTimeout(timer);
  world.living.clear();
  if (signal !== "SIGKILL") world.violate(`the process ended by itself in round ${round}`);
  count(isOurs ? "killed at a random moment" : "killed at an exact one");
}

/** Nothing is killed any more: everything that was accepted must end by itself. */
async function endInPeace(world: World, settings: Settings, people: Promise<void>): Promise<void> {
  const child = await startReplica(world, settings);
  await comeToRest(world, people);
  child.kill("SIGTERM");
  const { code } = await child.status;
  if (code !== 0) world.violate(`the last stop was not clean: ${code}`);
}

function startReplica(world: World, settings: Settings): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("replica.ts", import.meta.url).pathname, JSON.stringify(settings)],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ready = Promise.withResolvers<void>();
  async function watch(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      const port = piece.match(/ready (\d+)/)?.[1];
      if (port) {
        world.living.add(`http://127.0.0.1:${port}`);
        ready.resolve();
      }
      const crashed = piece.match(/crashed (.+)/)?.[1];
      if (crashed) world.count(`killed ${crashed}`);
      if (/error|OVERSPENT/i.test(piece)) world.violate(`reported: ${piece.slice(0, 1200)}`);
    }
  }
  watch(child.stdout);
  watch(child.stderr);
  return Promise.race([ready.promise, child.status]).then(() => child);
}

if (import.meta.main) {
  const [rounds = 100, seed = 1] = Deno.args.map(Number);
  const startedAt = performance.now();
  const { violations, stats } = await runSqliteChaos({ rounds, seed, progress: console.log });
  console.log(JSON.stringify(stats, null, 1));
  console.log(Math.round((performance.now() - startedAt) / 1000), "seconds,", violations.length, "violations");
  for (const violation of violations.slice(0, 40)) console.log("-", violation);
  Deno.exit(violations.length > 0 ? 1 : 0);
}

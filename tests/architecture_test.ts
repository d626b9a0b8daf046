/** The house plan as rules: who may import whom, what loads at the start, and what source files may say. */
import assert from "node:assert/strict";
import { circles, fileEdges, groupEdges } from "./architecture/circles.ts";
import { type Graph, type Import, readGraph, staticClosure } from "./architecture/graph.ts";
import { crossedAdapters, layerOf, wrongArrows } from "./architecture/layers.ts";
import * as sources from "./architecture/sources.ts";

const root = new URL("..", import.meta.url);
const texts = await sources.readSources(root);
const graph = await readGraph(root, [...texts.keys()].filter((path) => /\.tsx?$/.test(path)));

/** What may be loaded before a command is chosen: it is the price of every start. */
const LOADED_AT_START =
  /^(main\.ts|deno\.json|server\/(commands|config|domain)\/[^/]+\.ts|adapters\/[^/]+\/table\.ts|node:.*)$/;

Deno.test("every import follows an arrow of the plan", () => {
  assert.deepEqual(wrongArrows(graph), []);
  assert.deepEqual(
    wrongArrows(made({
      "server/domain/turn.ts": ["node:fs"],
      "server/chat/engine.ts": ["server/domain/turn.ts", "server/http/app.ts", "npm:/gpt-tokenizer@4.0.0/o200k"],
      "server/chat/prompt.ts": ["npm:/openai@7.57.0"],
      "server/http/app.ts": ["server/chat/engine.ts", "server/start.ts", "npm:/hono@4.13.19", "ui/render.ts"],
      "server/start.ts": ["server/http/app.ts", "adapters/stores/table.ts"],
      "server/newcomer/thing.ts": ["server/domain/turn.ts"],
      "adapters/models/openai/open.ts": ["server/domain/model.ts", "server/config/facts.ts"],
      "main.ts": ["server/commands/serve.ts", "adapters/models/table.ts", "adapters/models/openai/open.ts"],
      "ui/chat.ts": ["server/domain/wire.ts", "npm:/preact@11.2.0/hooks", "npm:/preactive@1.0.0"],
      "ui/list.ts": [{ to: "server/domain/wire.ts", kind: "type" }, { to: "server/domain/turn.ts", kind: "type" }],
      "tests/any_test.ts": ["server/http/app.ts"],
    })),
    [
      "server/domain/turn.ts may not import node:fs",
      "server/chat/engine.ts may not import server/http/app.ts",
      "server/chat/prompt.ts may not import npm:/openai@7.57.0",
      "server/http/app.ts may not import server/start.ts",
      "server/start.ts may not import adapters/stores/table.ts",
      "server/newcomer/thing.ts may not import server/domain/turn.ts",
      "adapters/models/openai/open.ts may not import server/config/facts.ts",
      "main.ts may not import adapters/models/openai/open.ts",
      "ui/chat.ts may not import server/domain/wire.ts",
      "ui/chat.ts may not import npm:/preactive@1.0.0",
      "ui/list.ts may not import server/domain/turn.ts",
    ],
  );
});

Deno.test("an adapter knows no other adapter", () => {
  assert.deepEqual(crossedAdapters(graph), []);
  assert.deepEqual(
    crossedAdapters(made({
      "adapters/stores/table.ts": ["adapters/stores/sqlite/open.ts"],
      "adapters/stores/sqlite/open.ts": ["adapters/stores/sql/turns.ts", "adapters/stores/postgres/lock.ts"],
      "adapters/platforms/slack/open.ts": ["adapters/models/guide/open.ts", "adapters/platforms/slack/decode.ts"],
    })),
    [
      "adapters/stores/sqlite/open.ts may not import adapters/stores/postgres/lock.ts",
      "adapters/platforms/slack/open.ts may not import adapters/models/guide/open.ts",
    ],
  );
});

Deno.test("no file and no folder imports itself through others", () => {
  assert.deepEqual(circles(fileEdges(graph)), []);
  assert.deepEqual(circles(groupEdges(graph, layerOf)), []);
  const round = made({
    "server/chat/a.ts": ["server/chat/b.ts"],
    "server/chat/b.ts": ["server/chat/c.ts", { to: "server/chat/a.ts", kind: "type" }],
    "server/chat/c.ts": ["server/chat/b.ts"],
    "server/start.ts": ["server/http/app.ts"],
    "server/http/app.ts": [{ to: "server/start.ts", kind: "type" }],
  });
  assert.deepEqual(circles(fileEdges(round)), ["server/chat/b.ts -> server/chat/c.ts -> server/chat/b.ts"]);
  assert.deepEqual(circles(groupEdges(round, layerOf)), ["server/start.ts -> server/http -> server/start.ts"]);
});

Deno.test("starting loads no package and no adapter before a command asks for it", () => {
  assert.ok(staticClosure(graph, "main.ts").length > 1);
  assert.deepEqual(staticClosure(graph, "main.ts").filter((path) => !LOADED_AT_START.test(path)), []);
  const heavy = made({
    "main.ts": ["server/commands/command_line.ts", { to: "adapters/models/openai/open.ts", kind: "dynamic" }],
    "server/commands/command_line.ts": ["server/http/app.ts", "node:util"],
    "server/http/app.ts": ["npm:/hono@4.13.19", { to: "server/chat/engine.ts", kind: "type" }],
  });
  assert.deepEqual(staticClosure(heavy, "main.ts").filter((path) => !LOADED_AT_START.test(path)), [
    "npm:/hono@4.13.19",
    "server/http/app.ts",
  ]);
});

Deno.test("every import() names its module in quotes, so that a bundle holds it", () => {
  assert.deepEqual(sources.unseenImports(texts), []);
  const made = new Map([
    ["server/a.ts", 'const load = () => import("./b.ts"); /** import(name) */ // import(name)\n'],
    ["server/c.ts", "\nimport(name);"],
    ["adapters/d.ts", "import(`./${name}.ts`)"],
    ["adapters/e.ts", 'import("./" + name)'],
    ["tests/f.ts", "import(name)"],
  ]);
  assert.deepEqual(sources.unseenImports(made), [
    "server/c.ts:2 import(name)",
    "adapters/d.ts:1 import(`./${name}.ts`)",
    'adapters/e.ts:1 import("./" + name)',
  ]);
});

Deno.test("only the engine calls a provider, because only there a call is counted", () => {
  assert.deepEqual(sources.uncountedCalls(texts), []);
  const made = new Map([
    ["server/chat/answer.ts", "provider.generate(prompt, signal)"],
    ["server/http/v1.ts", "await engine.relay(caller, request); await provider.relay(request)"],
    ["server/memory/extract.ts", "provider.generate(prompt, signal)"],
  ]);
  assert.deepEqual(sources.uncountedCalls(made), [
    "server/memory/extract.ts:1 .generate(",
    "server/http/v1.ts:1 .relay(",
  ]);
});

Deno.test("the rooms of the engine and the pages call no runtime", () => {
  assert.deepEqual(sources.runtimeCalls(texts), []);
  const made = new Map([
    ["server/chat/a.ts", "// Deno.env\nDeno.env.get(name)"],
    ["server/http/b.ts", "Deno.env.get(name)"],
    ["ui/c.tsx", "Deno.exit()"],
  ]);
  assert.deepEqual(sources.runtimeCalls(made), ["server/chat/a.ts:2 Deno.env", "ui/c.tsx:1 Deno.exit"]);
});

Deno.test("no file names a path of somebody's machine or the host of a package registry", () => {
  assert.deepEqual(sources.machinePaths(texts), []);
  assert.deepEqual(sources.registryHosts(texts), []);
  const host = ["registry", "npmjs", "org"].join(".");
  const made = new Map([
    ["docs/a.md", `kept in ${["", "home", "ada", "code"].join("/")} and /proc/self and ~/home/x`],
    ["deno.lock", `"https://${host}/x.tgz"`],
  ]);
  assert.deepEqual(sources.machinePaths(made), [`docs/a.md:1 ${["", "home", "ada", "code"].join("/")}`]);
  assert.deepEqual(sources.registryHosts(made), [`deno.lock:1 ${host}/x.tgz`]);
});

function made(imports: Record<string, (string | Import)[]>): Graph {
  return new Map(
    Object.entries(imports).map(([from, targets]) => [
      from,
      targets.map((to): Import => typeof to === "string" ? { to, kind: "static" } : to),
    ]),
  );
}

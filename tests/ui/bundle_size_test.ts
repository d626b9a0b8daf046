/** How much a browser has to fetch: the pages stay light. */
import assert from "node:assert/strict";
import { buildUi } from "../../build/ui.ts";

const kilobyte = 1_000;
/** The goal for a first visit; what the project has promised at most is 120. */
const firstLoad = 80 * kilobyte;
const everything = 400 * kilobyte;
const onePart = 150 * kilobyte;

Deno.test("a first visit, any later part and all of it together stay within what was promised", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { chat, theme } = await buildUi(new URL("../../ui", import.meta.url).pathname, folder);
    const sizes = new Map<string, number>();
    for await (const { name } of Deno.readDir(folder)) {
      // the page that shows the API is counted by nobody
      if (name.endsWith(".js.gz")) sizes.set(name.slice(0, -3), (await Deno.stat(`${folder}/${name}`)).size);
    }
    const sum = (names: Iterable<string>) => [...names].reduce((all, name) => all + (sizes.get(name) ?? NaN), 0);
    const first = [chat.script, ...chat.preload, theme];
    assert.ok(
      sum([...first, ...chat.later]) <= firstLoad,
      `a first visit loads ${sum([...first, ...chat.later])} bytes`,
    );
    assert.ok(sum(sizes.keys()) <= everything, `all scripts together are ${sum(sizes.keys())} bytes`);
    for (const [name, size] of sizes) assert.ok(size <= onePart, `${name} is ${size} bytes`);
    for (const name of chat.later) {
      assert.match(name, /^(parse_markdown|chunk)-/, "only what every answer needs comes early");
    }
    console.log(
      `first ${sum(first)}, with messages ${sum([...first, ...chat.later])}, all ${sum(sizes.keys())} bytes, gzip`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The pages for people, and the files they are made of. */
import assert from "node:assert/strict";
import { buildUi } from "../../../build/ui.ts";
import { openPages, type Pages } from "../../../server/http/built_pages.ts";
import { hasChromium, openBrowser, visit } from "../../ui/browser.ts";
import { testWhere } from "../../run/test_where.ts";
import { openWorld, post } from "./world.ts";

/** The pages, built anew; all tests of this file share them. */
let built: Promise<{ folder: string; pages: Pages; names: string[] }> | undefined;

function buildPages() {
  return built ??= (async () => {
    const folder = await Deno.makeTempDir();
    await buildUi("ui", folder);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    return { folder, names, pages: openPages(new URL(`file://${folder}`)) };
  })();
}

Deno.test.afterAll(async () => {
  if (built) await Deno.remove((await built).folder, { recursive: true });
});

const html = { headers: { accept: "text/html,application/xhtml+xml" } };

Deno.test("a new conversation and one there is are pages, with what was said in them", async () => {
  const { pages } = await buildPages();
  await using world = await openWorld({ pages, defaultModel: "sim/echo" });
  const { conversation_id } = await (await world.request("/api/chat", post({ message: "a <b>bold</b> & brave word" })))
    .json();
  for (const path of ["/", `/c/${conversation_id}`]) {
    const response = await world.request(path, html);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    assert.equal(response.headers.get("cache-control"), "no-store");
    const text = await response.text();
    assert.match(text, /^<!doctype html>/);
    assert.equal(/a &lt;b(>|&gt;)bold&lt;\/b(>|&gt;) &amp; brave word/.test(text), path !== "/");
    assert.ok(!text.includes("<b>bold"));
  }
});

Deno.test("an unknown address is a page for browsers and a problem for programs", async () => {
  const { pages } = await buildPages();
  await using world = await openWorld({ pages });
  for (const path of ["/nowhere", "/c/nothing"]) {
    const page = await world.request(path, html);
    assert.equal(page.status, 404, path);
    assert.match(await page.text(), /^<!doctype html>/);
  }
  for (const path of ["/api/nowhere", "/v1/nowhere"]) {
    assert.match((await world.request(path, html)).headers.get("content-type") ?? "", /json/, path);
  }
  assert.match((await world.request("/nowhere")).headers.get("content-type") ?? "", /problem\+json/);
});

Deno.test("who has no key gets the sign-in page, and nothing of what was said", async () => {
  const { pages } = await buildPages();
  const key = "correct-horse-battery-staple";
  await using world = await openWorld({ pages, auth: { mode: "key", key }, defaultModel: "sim/echo" });
  const authorization = { authorization: `Bearer ${key}` };
  const { conversation_id } = await (await world.request("/api/chat", post({ message: "mellon" }, authorization)))
    .json();
  const path = `/c/${conversation_id}`;
  const closed = await (await world.request(path, html)).text();
  assert.match(closed, /Sign in/);
  assert.ok(!closed.includes("mellon"));
  const signedIn = await world.request("/api/session", post({ key }));
  const cookie = signedIn.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  assert.ok((await (await world.request(path, { headers: { ...html.headers, cookie } })).text()).includes("mellon"));
});

Deno.test("files go out as small as the browser can take them, and are kept for good where their name is a hash", async () => {
  const { pages, names } = await buildPages();
  await using world = await openWorld({ pages, auth: { mode: "key", key: "a key that files do not need" } });
  const script = names.find((name) => /^chat-.*\.js$/.test(name)) ?? "";
  const ask = (headers: Record<string, string>) => world.request(`/assets/${script}`, { headers });
  const plain = await ask({});
  assert.match(plain.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.equal(plain.headers.get("cache-control"), "public, max-age=31536000, immutable");
  const whole = await plain.text();
  for (
    const [accepted, encoding] of [["gzip, deflate, br", "br"], ["gzip", "gzip"], ["br;q=0, gzip", "gzip"]] as const
  ) {
    const packed = await ask({ "accept-encoding": accepted });
    assert.equal(packed.headers.get("content-encoding"), encoding, accepted);
    const bytes = new Uint8Array(await packed.arrayBuffer());
    assert.ok(bytes.length < whole.length / 2);
    if (encoding !== "gzip") continue;
    const unpacked = new Response(bytes).body!.pipeThrough(new DecompressionStream("gzip"));
    assert.equal(await new Response(unpacked).text(), whole);
  }
  const etag = plain.headers.get("etag") ?? "";
  const unchanged = await ask({ "if-none-match": etag });
  assert.equal(unchanged.status, 304);
  assert.equal(unchanged.body, null);
  const image = await world.request(`/assets/${names.find((name) => name.endsWith(".png"))}`);
  assert.equal(image.headers.get("content-type"), "image/png");
});

Deno.test("no name leads out of the folder of files", async () => {
  const { pages } = await buildPages();
  await using world = await openWorld({ pages });
  const names = [
    "..%2Fmanifest.json",
    "%2e%2e%2f%2e%2e%2fdeno.json",
    "..%5cdeno.json",
    "manifest.json",
    ".env",
    "a%00.js",
    "chat.js%2f..%2f..",
    "none-ABCDEFGH.js",
    "constructor",
  ];
  for (const name of names) assert.equal((await world.request(`/assets/${name}`)).status, 404, name);
  assert.deepEqual(world.errors, []);
});

Deno.test("without built pages the API works, and a page says what is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using world = await openWorld({ pages: openPages(new URL(`file://${folder}/`)) });
    assert.equal((await world.request("/api/conversations")).status, 200);
    const page = await world.request("/", html);
    assert.equal(page.status, 503);
    assert.match(await page.text(), /build:ui/);
  } finally {
    await Deno.remove(folder);
  }
});

testWhere(
  hasChromium(),
  "Chromium is not installed",
  "the page that shows the API works in a browser and asks nobody else",
  async () => {
    await using world = await openWorld();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => world.fetch(request),
    );
    const browser = await openBrowser();
    try {
      await visit(browser, `http://127.0.0.1:${server.addr.port}`, async ({ page }) => {
        await page.goto("/api/docs");
        await page.getByText("Undo a deletion").first().waitFor();
      });
    } finally {
      await browser.close();
      world.closing.abort();
      await server.shutdown();
    }
  },
);

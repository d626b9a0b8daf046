import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { ollamaOrigin } from "../../../server/config/address.ts";
import { candidates, findModelServers } from "../../../server/config/find_model_servers.ts";

/** A small server on a free port that answers as it is told, and counts. */
function serve(answer: (url: URL) => Response | Promise<Response>) {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return answer(new URL(request.url));
  });
  return { port: server.addr.port, asked, close: () => server.shutdown() };
}

const ollama = () => Response.json({ models: [{ name: "llama3.2:latest" }, { name: "qwen3:8b" }, { odd: 1 }] });
const openai = () => Response.json({ object: "list", data: [{ id: "gemma-3" }] });
/** Nothing listens there: reserved, never given out. */
const nobody = 1;

Deno.test("model servers on this machine are found, each with its models", async () => {
  const [first, second, third] = [serve(ollama), serve(openai), serve(openai)];
  const ports = { ollama: first.port, lmstudio: second.port, llamacpp: third.port };
  deepStrictEqual(await findModelServers(candidates({}, ports)), [
    { kind: "ollama", baseUrl: `http://127.0.0.1:${first.port}`, models: ["llama3.2:latest", "qwen3:8b"] },
    { kind: "lmstudio", baseUrl: `http://127.0.0.1:${second.port}/v1`, models: ["gemma-3"] },
    { kind: "llamacpp", baseUrl: `http://127.0.0.1:${third.port}/v1`, models: ["gemma-3"] },
  ]);
  deepStrictEqual([...first.asked, ...second.asked], ["/api/tags", "/v1/models"]);
  await Promise.all([first.close(), second.close(), third.close()]);
});

const strangers: readonly [name: string, answer: () => Response][] = [
  ["a web page", () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } })],
  ["another API", () => Response.json({ hello: "world" })],
  ["an error", () => Response.json({ data: [] }, { status: 500 })],
  ["a redirect elsewhere", () => Response.redirect("http://models.example/", 302)],
  ["a number", () => Response.json(7)],
  ["an endless list", () => new Response(`{"data": [${`"${"x".repeat(1000)}",`.repeat(1500)} 1]}`)],
];
for (const [name, answer] of strangers) {
  Deno.test(`a program that answers with ${name} is no model server`, async () => {
    const stranger = serve(answer);
    const ports = { ollama: nobody, lmstudio: stranger.port, llamacpp: nobody };
    deepStrictEqual(await findModelServers(candidates({}, ports)), []);
    equal(stranger.asked.length, 1);
    await stranger.close();
  });
}

Deno.test("servers that never answer cost the time limit once, not three times, and hide no other", async () => {
  const held: (() => void)[] = [];
  const silent = () => new Promise<Response>((resolve) => held.push(() => resolve(new Response())));
  const [slow, alsoSlow, quick] = [serve(silent), serve(silent), serve(openai)];
  const began = performance.now();
  const ports = { ollama: slow.port, lmstudio: alsoSlow.port, llamacpp: quick.port };
  const found = await findModelServers(candidates({}, ports));
  ok(performance.now() - began < 800, "asked one after another");
  deepStrictEqual(found.map(({ kind }) => kind), ["llamacpp"]);
  for (const release of held) release();
  await Promise.all([slow.close(), alsoSlow.close(), quick.close()]);
});

Deno.test("a proxy in the environment does not learn what is asked on this machine", async () => {
  const proxy = serve(() => Response.json({ data: [{ id: "from the proxy" }] }));
  const before = Deno.env.get("HTTP_PROXY");
  Deno.env.set("HTTP_PROXY", `http://127.0.0.1:${proxy.port}`);
  try {
    const ports = { ollama: nobody, lmstudio: nobody, llamacpp: nobody };
    deepStrictEqual(await findModelServers(candidates({}, ports)), []);
    deepStrictEqual(proxy.asked, []);
  } finally {
    if (before === undefined) Deno.env.delete("HTTP_PROXY");
    else Deno.env.set("HTTP_PROXY", before);
    await proxy.close();
  }
});

Deno.test("OLLAMA_HOST moves the search on this machine, and never takes it elsewhere", () => {
  const originOf = (host: string) => candidates({ OLLAMA_HOST: host })[0]!.origin;
  equal(originOf("127.0.0.1:5000"), "http://127.0.0.1:5000");
  equal(originOf("0.0.0.0"), "http://127.0.0.1:11434");
  equal(originOf("ollama.example:11434"), "http://127.0.0.1:11434");
  equal(originOf("https://localhost"), "http://127.0.0.1:11434");
});

const hosts: readonly [text: string, origin: string | undefined][] = [
  ["localhost", "http://localhost:11434"],
  ["10.0.0.5:80", "http://10.0.0.5"],
  [":9000", "http://127.0.0.1:9000"],
  ["http://box.example", "http://box.example"],
  ["https://box.example:8443/", "https://box.example:8443"],
  ["[::]:7000", "http://127.0.0.1:7000"],
  ["[::1]", "http://[::1]:11434"],
  ["ftp://box", undefined],
  ["http://a:b@box", undefined],
  ["", undefined],
  ["two words", undefined],
  ["box:99999", undefined],
];
for (const [text, origin] of hosts) {
  Deno.test(`OLLAMA_HOST "${text}" is ${origin ?? "no address"}`, () => equal(ollamaOrigin(text), origin));
}

/** Calls are sent once, end when they are stopped, and leave the machine only as they are told to. */
import assert from "node:assert/strict";
import { openCompatible } from "../../../adapters/models/openai_compatible/open.ts";
import type { Network } from "../../../server/domain/model.ts";
import { script } from "../../fakes/model_script.ts";
import { type ModelServer, openModelServer } from "../../fakes/model_server.ts";
import { openProxy } from "../../fakes/proxy.ts";
import { ask, direct, promptFor, testLimits, until, withServer } from "./asking.ts";

const question = "Where are you?";

Deno.test("a server that closes kept connections gets each call once, and the broken ones are told", async () => {
  await withServer({ closesKept: true }, async ({ provider, server }) => {
    let broken = 0;
    for (let i = 0; i < 40; i++) {
      const { text, error } = await ask(provider, promptFor("sim-n5", question, { requestId: `call-${i}` }));
      if (error === undefined) assert.ok(text.length > 0);
      else {
        assert.equal(error.fault, "cut_off");
        broken++;
      }
    }
    assert.equal(server.counts.posts, 40);
    assert.deepEqual(new Set(server.counts.postsById.values()), new Set([1]));
    assert.ok(broken >= 10, `only ${broken} calls met a kept connection`);
  });
});

Deno.test("connections are kept between calls", async () => {
  for (const kind of ["custom", "ollama"]) {
    await withServer({ kind }, async ({ provider, server }) => {
      for (let i = 0; i < 10; i++) await ask(provider, promptFor("sim-n5", question));
      // A second one where a call came before the last had quite ended.
      assert.ok(server.counts.connections <= 2, `${server.counts.connections} connections for 10 calls`);
    });
  }
});

Deno.test("stopping closes the connection within a second, before or after the first word, without an error", async () => {
  await withServer({}, async ({ provider, server }) => {
    for (
      const [model, isTimeToStop] of [
        ["sim-ttft60000", () => server.counts.open === 1],
        ["sim-n100-tps20", () => server.counts.tokens > 0],
        ["sim-n10-stall5", () => server.counts.tokens > 4],
        ["sim-fail429-ra5", () => server.counts.posts === 4],
      ] as const
    ) {
      const stop = new AbortController();
      const asked = ask(provider, promptFor(model, question), stop.signal);
      await until(isTimeToStop);
      const stoppedAt = performance.now();
      stop.abort();
      const { error } = await asked;
      await until(() => server.counts.open === 0);
      assert.equal(error, undefined, model);
      assert.ok(performance.now() - stoppedAt < 1_000, model);
    }
    assert.equal(server.counts.aborted, 3);
  });
});

Deno.test("a reader that leaves early closes the connection too", async () => {
  await withServer({}, async ({ provider, server }) => {
    for await (const _ of provider.generate(promptFor("sim-n100-tps20", question), new AbortController().signal)) break;
    await until(() => server.counts.aborted === 1);
  });
});

Deno.test("nothing is sent before the first read, or when it was stopped before", async () => {
  await withServer({}, async ({ provider, server }) => {
    provider.generate(promptFor("sim", question), new AbortController().signal);
    const { text, error } = await ask(provider, promptFor("sim", question), AbortSignal.abort());
    assert.deepEqual([text, error], ["", undefined]);
    assert.equal(server.requests.length, 0);
  });
});

Deno.test("a reader that does not keep up slows the server down instead of filling the memory", async () => {
  await withServer({}, async ({ provider, server }) => {
    const prompt = promptFor("sim-n200000", question, { maxOutputTokens: 200_000 });
    const events = provider.generate(prompt, new AbortController().signal)[Symbol.asyncIterator]();
    await events.next();
    let sent = -1;
    // Until the server has not been able to send for a while.
    await until(() => sent === (sent = server.counts.tokens), 100);
    assert.ok(sent < 100_000, `${sent} tokens were taken in advance`);
    await events.return?.();
  });
});

Deno.test("what is on this machine is reached directly whatever the proxy, and is called local", async () => {
  await withProxy({}, async ({ url, seen }) => {
    const server = await openModelServer();
    const reply = await askThrough({ ...direct, httpProxy: url }, server.url);
    assert.equal(reply.error, undefined);
    assert.deepEqual(seen, []);
    await server.close();
  });
});

Deno.test("what is elsewhere is reached through the proxy, unless NO_PROXY names it", async () => {
  await withOutside({}, async (server, url) => {
    await withProxy({ login: "me:secret" }, async (proxy) => {
      const httpProxy = proxy.url.replace("//", "//me:secret@");
      assert.equal((await askThrough({ ...direct, httpProxy }, url)).text, script(question));
      assert.deepEqual(proxy.seen, [`POST ${url}/chat/completions`]);
      assert.equal((await askThrough({ ...direct, httpProxy, noProxy: outsideHost }, url)).text, script(question));
      assert.equal(proxy.seen.length, 1);
      assert.equal(server.counts.posts, 2);
      const { error } = await askThrough({ ...direct, httpProxy: proxy.url }, url);
      assert.notEqual(error, undefined);
      assert.equal(server.counts.posts, 2);
    });
  });
});

Deno.test("TLS goes through the proxy in a tunnel, and a private authority is trusted where it is named", async () => {
  const { authority, certificate } = await makeCertificate();
  await withOutside({ certificate }, async (server, url) => {
    await withProxy({}, async (proxy) => {
      const refused = await askThrough({ ...direct, httpsProxy: proxy.url }, url);
      assert.equal(refused.error?.fault, "unreachable");
      assert.match(refused.error.message, /certificate that this machine does not trust/);
      assert.equal(server.requests.length, 0);
      const network = { ...direct, httpsProxy: proxy.url, caCertificates: authority };
      assert.equal((await askThrough(network, url)).text, script(question));
      assert.ok(proxy.seen.every((line) => line === `CONNECT ${new URL(url).host}`));
      assert.equal((await askThrough({ ...direct, caCertificates: authority }, url)).text, script(question));
      assert.equal(server.counts.posts, 2);
    });
    const other = await makeCertificate();
    const refused = await askThrough({ ...direct, caCertificates: other.authority }, url);
    assert.equal(refused.error?.fault, "unreachable");
  });
});

Deno.test("a proxy that lets nobody through is told, without its password", async () => {
  const { certificate } = await makeCertificate();
  await withOutside({ certificate }, async (_, url) => {
    await withProxy({ login: "me:secret" }, async (proxy) => {
      const { error } = await askThrough({ ...direct, httpsProxy: proxy.url.replace("//", "//me:wrongword@") }, url);
      assert.equal(error?.fault, "unreachable");
      assert.match(error.message, /^The proxy does not let us through/);
      assert.doesNotMatch(error.message, /wrongword/);
    });
  });
});

async function askThrough(network: Network, baseUrl: string) {
  const provider = openCompatible({ name: "custom", kind: "custom", baseUrl, apiKey: null }, network, testLimits);
  const reply = await ask(provider, promptFor("sim", question));
  await provider.close();
  return reply;
}

async function withProxy(
  options: Parameters<typeof openProxy>[0],
  act: (proxy: Awaited<ReturnType<typeof openProxy>>) => Promise<void>,
): Promise<void> {
  const proxy = await openProxy(options);
  try {
    await act(proxy);
  } finally {
    await proxy.close();
  }
}

/** An address of this machine that is not a loopback one, as far as its writing goes. */
const outsideHost =
  Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))?.address ??
    "";

async function withOutside(
  options: { certificate?: { cert: string; key: string } },
  act: (server: ModelServer, url: string) => Promise<void>,
): Promise<void> {
  assert.notEqual(outsideHost, "", "this test needs an address besides loopback");
  const server = await openModelServer({ ...options, host: outsideHost });
  try {
    await act(server, server.url);
  } finally {
    await server.close();
  }
}

/** An authority of its own, and a certificate by it for the outside host. */
async function makeCertificate(): Promise<{ authority: string; certificate: { cert: string; key: string } }> {
  const folder = await Deno.makeTempDir();
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  try {
    await Deno.writeTextFile(`${folder}/names`, `subjectAltName=IP:${outsideHost}`);
    await openssl(folder, [
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=Test authority",
    ]);
    await openssl(folder, ["req", ...key, "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=models"]);
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    await openssl(folder, ["x509", "-req", "-in", "csr.pem", ...by, "-out", "cert.pem"]);
    const [authority, cert, certKey] = await Promise.all(
      ["ca.pem", "cert.pem", "key.pem"].map((name) => Deno.readTextFile(`${folder}/${name}`)),
    );
    return { authority: authority!, certificate: { cert: cert!, key: certKey! } };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function openssl(cwd: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd, stdout: "null", stderr: "piped" })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

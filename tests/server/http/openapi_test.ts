/** The API's own description, and the page that shows it. */
import assert from "node:assert/strict";
import { openWorld } from "./world.ts";

Deno.test("the API describes itself in OpenAPI 3.1, every route of it", async () => {
  await using world = await openWorld();
  const document = await (await world.request("/api/openapi.json")).json();
  assert.match(document.openapi, /^3\.1/);
  assert.equal(document.info.version, "1.2.3");
  const routes = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`)
  );
  assert.deepEqual(routes.toSorted(), [
    "delete /api/conversations/{id}",
    "get /api/attachments/{message}/{n}",
    "get /api/conversations",
    "get /api/conversations/{id}",
    "get /api/conversations/{id}/export",
    "get /api/conversations/{id}/messages",
    "get /api/export",
    "get /api/models",
    "get /api/providers",
    "get /api/search",
    "get /api/turns/{id}",
    "get /api/turns/{id}/events",
    "get /v1/models",
    "patch /api/conversations/{id}",
    "post /api/chat",
    "post /api/conversations/{id}/restore",
    "post /api/import",
    "post /api/messages/{id}/activate",
    "post /api/messages/{id}/edit",
    "post /api/turns/{id}/continue",
    "post /api/turns/{id}/regenerate",
    "post /api/turns/{id}/stop",
    "post /v1/chat/completions",
    "post /v1/embeddings",
  ]);
  const chat = document.paths["/api/chat"].post;
  assert.deepEqual(Object.keys(chat.requestBody.content), [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
  ]);
  assert.ok(chat.responses["502"] && chat.responses["402"] && chat.responses["429"]);
  const list = document.paths["/api/conversations"].get;
  assert.deepEqual(list.parameters.map(({ name }: { name: string }) => name).toSorted(), [
    "archived",
    "cursor",
    "limit",
  ]);
});

Deno.test("every reference in the description leads somewhere", async () => {
  await using world = await openWorld();
  const document = await (await world.request("/api/openapi.json")).json();
  const text = JSON.stringify(document);
  for (const [, reference = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let at: unknown = document;
    for (const part of reference.split("/")) at = (at as Record<string, unknown> | undefined)?.[part];
    assert.ok(at, reference);
  }
});

Deno.test("the page that shows it takes everything from this server", async () => {
  await using world = await openWorld();
  const page = await (await world.request("/api/docs")).text();
  const sources = [...page.matchAll(/(?:src|href|url)="([^"]+)"/g)].map(([, source]) => source);
  assert.deepEqual(sources.filter((source) => !source?.startsWith("/") && source !== "data:,"), []);
  const script = await world.request("/api/docs/rapidoc.js");
  assert.equal(script.status, 200);
  assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.ok((await script.text()).includes("rapi-doc"));
});

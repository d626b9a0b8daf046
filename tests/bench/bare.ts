/** B, what everything is compared with: the least that Deno itself can do to pass an answer on. `bare.ts PORT UPSTREAM`. */

const [port, upstream] = Deno.args;

Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {} }, async (request) => {
  if (request.url.endsWith("/readyz")) return new Response("ok");
  const answer = await fetch(`${upstream}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: await request.arrayBuffer(),
    signal: request.signal,
  });
  const headers = { "content-type": answer.headers.get("content-type") ?? "application/json" };
  return new Response(answer.body, { status: answer.status, headers });
});

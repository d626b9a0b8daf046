/** HTTP to a server on this machine, over a connection for each request, past every proxy of the environment. */
import { request as openRequest } from "node:http";
import type { IncomingMessage } from "node:http";

/** As `fetch`. A request is never sent a second time: nothing is kept open that could break before it. */
export async function directSend(request: Request): Promise<Response> {
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = openRequest(request.url, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      agent: false,
      signal: request.signal,
    }, resolve);
    asked.on("error", reject);
    asked.end(body);
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return new Response(bodyOf(answer), { status: answer.statusCode ?? 502, headers });
}

function bodyOf(answer: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      answer.destroy();
    },
  });
}

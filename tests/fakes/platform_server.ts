/** A platform that misbehaves as real ones do: it posts and drops the response, is late, busy, or fails before or after posting. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface Post {
  readonly id: string;
  readonly kind: string;
  readonly place: string;
  readonly nonce: string;
  readonly text: string;
}

export const moods = ["ok", "drop", "drop before", "late", "429", "500 before", "500 after"] as const;
export type Mood = typeof moods[number];

export interface PlatformServer extends AsyncDisposable {
  readonly url: string;
  readonly posts: readonly Post[];
  /** How often each mood was met, and how many repeats a nonce has dropped. */
  readonly counts: Readonly<Record<string, number>>;
  /** From now on it does as it is told, at once. */
  calmDown(): void;
}

/** The moods of a bad day: 45 % of the posts go wrong. */
export function badDay(random: () => number): () => Mood {
  const until: readonly (readonly [number, Mood])[] = [
    ...[[0.55, "ok"], [0.65, "drop"], [0.72, "late"], [0.82, "429"]] as const,
    ...[[0.88, "500 before"], [0.94, "500 after"]] as const,
  ];
  return () => {
    const dice = random();
    return until.find(([share]) => dice < share)?.[1] ?? "drop before";
  };
}

/**
 * Serves `POST /{kind}` (kind "nonce" drops repeats of a nonce) and `GET /{kind}?nonce=`. `mood` says how it takes
 * each request: a post's place is named, a look into the history has none.
 */
export async function openPlatformServer(mood: (place?: string) => Mood): Promise<PlatformServer> {
  const posts: Post[] = [];
  const counts: Record<string, number> = {};
  const byNonce = new Map<string, Post>();
  let isCalm = false;
  const count = (what: string) => counts[what] = (counts[what] ?? 0) + 1;

  function accept(kind: string, body: Pick<Post, "place" | "nonce" | "text">): Post {
    const earlier = kind === "nonce" ? byNonce.get(body.nonce) : undefined;
    if (earlier) {
      count("repeats dropped by nonce");
      return earlier;
    }
    const post = { id: `p${posts.length + 1}`, kind, ...body };
    posts.push(post);
    if (!byNonce.has(body.nonce)) byNonce.set(body.nonce, post);
    return post;
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url!, "http://fake");
    const kind = url.pathname.slice(1);
    const json = (status: number, body: unknown, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    if (request.method === "GET") {
      const today = isCalm ? "ok" : mood();
      const post = posts.find((post) => post.kind === kind && post.nonce === url.searchParams.get("nonce"));
      return today === "500 before" ? json(503, {}) : json(200, { id: post?.id ?? null });
    }
    const received = await read(request).catch(() => undefined); // the sender was killed in the middle
    if (received === undefined) return;
    const body = JSON.parse(received);
    const today = isCalm ? "ok" : mood(body.place);
    count(today);
    switch (today) {
      case "ok":
        return json(200, { id: accept(kind, body).id });
      case "drop": // posted, but nobody is told
        accept(kind, body);
        return request.socket.destroy();
      case "drop before":
        return request.socket.destroy();
      case "late": // longer than the client waits, shorter than `settleMs`
        await new Promise((resolve) => setTimeout(resolve, 800 + Math.random() * 600));
        return json(200, { id: accept(kind, body).id });
      case "429":
        return json(429, {}, { "retry-after": String(0.1 + Math.random() * 0.4) });
      case "500 before":
        return json(500, {});
      case "500 after":
        accept(kind, body);
        return json(500, {});
    }
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fake platform has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    posts,
    counts,
    calmDown: () => void (isCalm = true),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const piece of request) text += piece;
  return text;
}

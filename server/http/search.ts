/** `GET /api/search`: words found in everything the caller may see. */
import { Hono } from "hono";
import { cleanText } from "./chat_request.ts";
import { operation, query } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { searchPage, searchQuery } from "./schema.ts";
import { toWireHit } from "./to_wire.ts";

export function searchRoutes({ store: { conversations } }: Server): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(
    "/api/search",
    operation({
      id: "search",
      tag: "Search",
      summary: "Newest first; words are matched whole, the last one also as a beginning",
      answer: searchPage,
      errors: [400],
    }),
    query(searchQuery),
    async (c) => {
      const { q, limit, cursor = null } = c.req.valid("query");
      const { items, next } = await conversations.search(c.get("caller").viewer, cleanText(q), { limit, cursor });
      return c.json({ hits: items.map(toWireHit), next });
    },
  );
}

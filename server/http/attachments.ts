/** `GET /api/attachments/{message}/{n}`: a file as it came, in a form in which a browser runs nothing of it. */
import { Hono } from "hono";
import { ChatError } from "../domain/error.ts";
import { operation } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";

/** What a page may draw; all else is only ever a download. */
const drawn = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function attachmentRoutes({ store: { conversations } }: Server): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(
    "/api/attachments/:message/:n",
    operation({
      id: "getAttachment",
      tag: "Conversations",
      summary: "A message's file as it came; the first is number 0",
      answerTypes: ["application/octet-stream"],
      errors: [404],
    }),
    async (c) => {
      const { message, n } = c.req.param();
      if (!/^\d{1,4}$/.test(n)) throw new ChatError("not_found", `Cannot find file "${n}": files are counted from 0`);
      const { name, mediaType, bytes } = await conversations.attachment(c.get("caller").viewer, message, Number(n));
      return c.body(new Uint8Array(bytes), 200, {
        "content-type": drawn.has(mediaType) ? mediaType : "application/octet-stream",
        "content-disposition": dispositionOf(name),
        "content-security-policy": "default-src 'none'; sandbox",
        // It never changes, and is one person's.
        "cache-control": "private, max-age=86400, immutable",
      });
    },
  );
}

/** RFC 6266: a plain name for old clients, the true one in UTF-8. */
export function dispositionOf(name: string): string {
  const plain = name.replace(/[^\w. -]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** `/api/conversations`: listing, reading, changing, deleting with a while to think again, and switching branches. */
import { Hono } from "hono";
import { undoMs } from "../domain/conversation.ts";
import { readJson } from "./body.ts";
import { cleanText } from "./chat_request.ts";
import { operation, query } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import {
  conversation,
  conversationChange,
  conversationPage,
  conversationsQuery,
  deleted,
  messagePage,
  messagesQuery,
} from "./schema.ts";
import { toWireConversation, toWireMessage } from "./to_wire.ts";

const tag = "Conversations";

export function conversationRoutes({ engine, store: { conversations }, limits }: Server): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get(
      "/api/conversations",
      operation({
        id: "listConversations",
        tag,
        summary: "Pinned first, then the newest",
        answer: conversationPage,
        errors: [400],
      }),
      query(conversationsQuery),
      async (c) => {
        const { limit, cursor = null, archived } = c.req.valid("query");
        const options = { limit, cursor, archived: archived === "true" };
        const { items, next } = await conversations.list(c.get("caller").viewer, options);
        return c.json({ conversations: items.map(toWireConversation), next });
      },
    )
    .get(
      "/api/conversations/:id",
      operation({ id: "getConversation", tag, summary: "One conversation", answer: conversation, errors: [404] }),
      async (c) => c.json(toWireConversation(await conversations.get(c.get("caller").viewer, c.req.param("id")))),
    )
    .patch(
      "/api/conversations/:id",
      operation({
        id: "changeConversation",
        tag,
        summary: "Rename, pin, archive, choose the model",
        body: conversationChange,
        answer: conversation,
        errors: [400, 404, 409],
      }),
      async (c) => {
        const { viewer } = c.get("caller");
        const id = c.req.param("id");
        const { title, pinned, archived, model, allow_outside } = await readJson(c, conversationChange, { limits });
        // The one change that may be refused comes first, so that a refusal leaves everything as it was.
        if (model !== undefined) {
          await engine.chooseModel(viewer, id, { model: model || null, allowOutside: allow_outside ?? false });
        }
        const changed = await conversations.update(viewer, id, {
          ...title === undefined ? {} : { title: cleanText(title) },
          ...pinned === undefined ? {} : { isPinned: pinned },
          ...archived === undefined ? {} : { isArchived: archived },
          ...allow_outside ? { allowOutside: true } : {},
        });
        return c.json(toWireConversation(changed));
      },
    )
    .delete(
      "/api/conversations/:id",
      operation({
        id: "deleteConversation",
        tag,
        summary: "Delete; for 30 seconds it can be restored",
        answer: deleted,
        errors: [404],
      }),
      async (c) => {
        const id = c.req.param("id");
        await conversations.delete(c.get("caller").viewer, id);
        return c.json({ id, restorable_until: new Date(Date.now() + undoMs).toISOString() });
      },
    )
    .post(
      "/api/conversations/:id/restore",
      operation({ id: "restoreConversation", tag, summary: "Undo a deletion", answer: conversation, errors: [404] }),
      async (c) => c.json(toWireConversation(await conversations.restore(c.get("caller").viewer, c.req.param("id")))),
    )
    .get(
      "/api/conversations/:id/messages",
      operation({
        id: "listMessages",
        tag,
        summary: "The active branch, oldest first, with answers that are being made",
        answer: messagePage,
        errors: [400, 404],
      }),
      query(messagesQuery),
      async (c) => {
        const { viewer } = c.get("caller");
        const { limit, cursor = null, from } = c.req.valid("query");
        const { items, next } = from === "end"
          ? await conversations.lastMessages(viewer, c.req.param("id"), { limit, cursor })
          : await conversations.messages(viewer, c.req.param("id"), { limit, cursor });
        return c.json({ messages: items.map(toWireMessage), next });
      },
    )
    .post(
      "/api/messages/:id/activate",
      operation({ id: "activateMessage", tag, summary: "Switch to the branch through this message", errors: [404] }),
      async (c) => {
        await conversations.switchTo(c.get("caller").viewer, c.req.param("id"));
        return c.body(null, 204);
      },
    );
}

/** `/api/turns`: following an answer, why it came about, stopping it, going on with it, asking for another. */
import { type Context, Hono } from "hono";
import { ChatError } from "../domain/error.ts";
import { isOpen, type Turn } from "../domain/turn.ts";
import { readJson } from "./body.ts";
import { streamTurn } from "./follow.ts";
import { operation, query } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { againRequest, continueRequest, eventsQuery, turn as turnSchema, turnState } from "./schema.ts";
import { toTurnStart, toWireTurn } from "./to_wire.ts";

const tag = "Turns";

export function turnRoutes(server: Server): Hono<HttpEnv> {
  const { engine, gate, limits } = server;

  function streamFrom(c: Context<HttpEnv>, turn: Turn, from: { text: number; reasoning: number }): Response {
    return streamTurn(c, server, { viewer: c.get("caller").viewer, turn, from }, gate.enter());
  }

  /** What a queued turn is answered with: its events, or its name. */
  async function answerQueued(c: Context<HttpEnv>, id: string, stream: boolean, from: number): Promise<Response> {
    const turn = await answerTurnOf(c, id);
    return stream
      ? streamFrom(c, turn, { text: from, reasoning: 0 })
      : c.json({ ...toTurnStart(turn), state: turn.state }, 202);
  }

  /** Background turns have no answer to follow. Throws "not_found". */
  async function answerTurnOf(c: Context<HttpEnv>, id: string): Promise<Turn> {
    const turn = await engine.turn(c.get("caller").viewer, id);
    if (turn.kind !== "answer") throw new ChatError("not_found", `Cannot find turn "${id}": it answers no message`);
    return turn;
  }

  return new Hono<HttpEnv>()
    .get(
      "/api/turns/:id",
      operation({ id: "getTurn", tag, summary: "How and why an answer came about", answer: turnSchema, errors: [404] }),
      async (c) => c.json(toWireTurn(await engine.turn(c.get("caller").viewer, c.req.param("id")))),
    )
    .get(
      "/api/turns/:id/events",
      operation({
        id: "followTurn",
        tag,
        summary: "Follow an answer, from any position on",
        description: "Server-sent events as of `POST /api/chat`. Any number of listeners; an ended turn is replayed.",
        answerTypes: ["text/event-stream"],
        errors: [400, 404, 503],
        headers: [{ name: "Last-Event-ID", about: "The position in the answer after which to begin" }],
      }),
      query(eventsQuery),
      async (c) => {
        const { from = 0, reasoning = 0 } = c.req.valid("query");
        const turn = await answerTurnOf(c, c.req.param("id"));
        return streamFrom(c, turn, { text: positionOf(c.req.header("last-event-id")) ?? from, reasoning });
      },
    )
    .post(
      "/api/turns/:id/stop",
      operation({
        id: "stopTurn",
        tag,
        summary: "Stop an answer; what was said stays",
        answer: turnState,
        errors: [404],
      }),
      async (c) => {
        const turn = await answerTurnOf(c, c.req.param("id"));
        const state = await engine.stop(c.get("caller").viewer, turn.id);
        return c.json({ ...toTurnStart(turn), state });
      },
    )
    .post(
      "/api/turns/:id/continue",
      operation({
        id: "continueTurn",
        tag,
        summary: "Go on with an interrupted answer after its last character",
        body: continueRequest,
        answer: turnState,
        answerTypes: ["text/event-stream"],
        status: 202,
        errors: [404, 409, 503],
      }),
      async (c) => {
        const { stream } = await readJson(c, continueRequest, { limits });
        const { id, shown } = await answerTurnOf(c, c.req.param("id"));
        await gate.checkQueue();
        const changed = await engine.continue(c.get("caller").viewer, id);
        // Asked twice is asked once: it may be on its way already.
        if (!changed && !isOpen((await answerTurnOf(c, id)).state)) {
          throw new ChatError("conflict", `Cannot go on with turn "${id}": it was not interrupted`);
        }
        return await answerQueued(c, id, stream ?? false, shown);
      },
    )
    .post(
      "/api/turns/:id/regenerate",
      operation({
        id: "regenerateTurn",
        tag,
        summary: "Ask for another answer to the same question: a new branch",
        body: againRequest,
        answer: turnState,
        answerTypes: ["text/event-stream"],
        status: 202,
        errors: [404, 409, 503],
      }),
      async (c) => {
        const { model, allow_outside, stream } = await readJson(c, againRequest, { limits });
        await gate.checkQueue();
        const receipt = await engine.regenerate(c.get("caller").viewer, c.req.param("id"), {
          model: model || null,
          allowOutside: allow_outside ?? false,
        });
        if (receipt.turn === null) throw new Error(`question "${receipt.message}" was asked again and has no turn`);
        return await answerQueued(c, receipt.turn, stream ?? false, 0);
      },
    );
}

/** Undefined for an id that is not ours. */
function positionOf(id: string | undefined): number | undefined {
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

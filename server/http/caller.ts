/** Who is calling, and what that lets them see. */
import type { Author } from "../domain/message.ts";
import type { Viewer } from "../domain/turn.ts";
import type { Server } from "./options.ts";

export interface Caller {
  readonly workspace: string;
  /** "web" for our own pages, "cli" for the terminal, else "rest". */
  readonly platform: string;
  readonly author: Author;
  /** Whoever holds the key administers the workspace, and on loopback nobody signs in: both see everything. */
  readonly viewer: Viewer;
}

/** The header by which our terminal client says what it is. */
export const clientHeader = "x-whisper-client";

export function callerOf(workspace: string, headers: Headers): Caller {
  const isOwnPage = headers.get("sec-fetch-site") === "same-origin";
  return {
    workspace,
    platform: isOwnPage ? "web" : headers.get(clientHeader) === "cli" ? "cli" : "rest",
    author: { identity: "local", name: "You", isBot: false },
    viewer: { workspace, person: null },
  };
}

/** The same caller speaking for `userId`, the identity `rest:{userId}`: it goes on only with that person's own. */
export async function actAs(caller: Caller, userId: string, { store }: Pick<Server, "store">): Promise<Caller> {
  const identity = `rest:${userId}`;
  const person = await store.people.find(caller.workspace, identity, userId);
  return {
    ...caller,
    platform: "rest",
    author: { identity, name: userId, isBot: false },
    viewer: { workspace: caller.workspace, person },
  };
}

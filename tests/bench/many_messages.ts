/** A database as years of use leave it, written through the program's own import: made once for the parts that ask for it. */
import { open } from "../../adapters/stores/sqlite/open.ts";
import type { ArchiveRow } from "../../server/domain/store.ts";
import { openWords } from "./words.ts";

export interface ManyMessages {
  readonly store: Awaited<ReturnType<typeof open>>;
  readonly file: string;
  /** UTF-8 bytes of all messages' text. */
  readonly textBytes: number;
  /** The first conversation, which is the longest. */
  readonly longest: string;
  /** Somebody with a usual number of conversations. */
  readonly person: string;
  /** A word that one message in a hundred has; one in a thousand; next to none. */
  readonly words: { readonly common: string; readonly usual: string; readonly rare: string };
  readonly importSeconds: number;
}

export const workspace = "home";
const people = 500;
const longestLength = 10_000;
const startedAt = Date.UTC(2024, 0, 1);

let made: Promise<ManyMessages> | undefined;

/** Asked again, the same one. */
export function manyMessages(folder: string, messages: number): Promise<ManyMessages> {
  return made ??= make(folder, messages);
}

async function make(folder: string, messages: number): Promise<ManyMessages> {
  const file = `${folder}/many/many.sqlite`;
  const store = await open({ file });
  const words = openWords();
  let textBytes = 0;

  function* rows(): Generator<ArchiveRow> {
    yield { table: "workspaces", row: { id: workspace, name: "Home", created_at: startedAt } };
    for (let i = 0; i < people; i++) {
      const row = { workspace_id: workspace, id: personId(i), name: `Person ${i}`, created_at: startedAt };
      yield { table: "people", row };
    }
    const turns: ArchiveRow[] = [];
    for (let conversation = 0, left = messages; left > 0; conversation++) {
      const length = Math.min(left, conversation === 0 ? longestLength : conversation % 50 === 0 ? 400 : 12);
      left -= length;
      yield conversationRow(conversation, length);
      for (let number = 1; number <= length; number++) {
        const text = words.sentence();
        textBytes += text.length;
        yield messageRow(conversation, number, text);
        if (number % 2 === 0) turns.push(turnRow(conversation, number));
      }
    }
    yield* turns;
  }

  const startedMs = performance.now();
  await store.importRows(ReadableStream.from(rows()));
  const importSeconds = (performance.now() - startedMs) / 1000;
  return {
    ...{ store, file, textBytes, importSeconds },
    longest: id("c", 0),
    person: personId(7),
    words: { common: words.at(30), usual: words.at(1500), rare: words.at(30_000) },
  };
}

/** As long as our own ids, and in the order in which they are made. */
function id(kind: string, conversation: number, number = 0): string {
  const digits = `${conversation.toString(16).padStart(12, "0")}${number.toString(16).padStart(8, "0")}`;
  const all = `${digits}${kind.charCodeAt(0).toString(16)}`.padEnd(32, "0");
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join("-");
}

function personId(i: number): string {
  return id("p", i);
}

function ownerOf(conversation: number): string {
  return personId(conversation % people);
}

function conversationRow(conversation: number, length: number): ArchiveRow {
  const at = startedAt + conversation * 1000;
  return {
    table: "conversations",
    row: {
      ...{ workspace_id: workspace, id: id("c", conversation), platform: "web", person_id: ownerOf(conversation) },
      ...{ title: `Conversation ${conversation}`, is_pinned: 0, is_archived: 0, next_number: length + 1 },
      ...{ leaf_number: length, created_at: at, updated_at: at },
    },
  };
}

function messageRow(conversation: number, number: number, text: string): ArchiveRow {
  const isQuestion = number % 2 === 1;
  const name = id("m", conversation, number);
  return {
    table: "messages",
    row: {
      ...{ workspace_id: workspace, conversation_id: id("c", conversation), id: name, platform: "web", text },
      ...{ number, parent_number: number - 1, is_active: 1, created_at: startedAt + conversation * 1000 + number },
      external_id: name,
      role: isQuestion ? "user" : "assistant",
      ...isQuestion ? { person_id: ownerOf(conversation), author: "Person" } : {},
    },
  };
}

function turnRow(conversation: number, number: number): ArchiveRow {
  const at = startedAt + conversation * 1000 + number;
  return {
    table: "turns",
    row: {
      ...{ workspace_id: workspace, id: id("t", conversation, number), conversation_id: id("c", conversation) },
      ...{ kind: "answer", variant: 0, question_id: id("m", conversation, number - 1), question_number: number - 1 },
      ...{ answer_id: id("m", conversation, number), answer_number: number, person_id: ownerOf(conversation) },
      ...{ platform: "web", number: number - 1, state: "done", attempt: 1, tries: 0, not_before: 0 },
      ...{ stop_requested: 0, shown: 0, retryable: 0, created_at: at, ended_at: at },
    },
  };
}

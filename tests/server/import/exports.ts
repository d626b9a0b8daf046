/** Exports as ChatGPT and Claude write them, small and whole. */

export interface Said {
  readonly id: string;
  readonly parent: string | null;
  readonly role: "user" | "assistant" | "system" | "tool";
  readonly text: string;
  readonly at?: number;
  readonly recipient?: string;
}

/** Times count in seconds from here. */
export const beginning = 1_700_000_000;

export function chatGpt(id: string, title: string, said: readonly Said[], current = said.at(-1)?.id) {
  const root = { id: "root", message: null, parent: null, children: [] as string[] };
  const mapping: Record<string, unknown> = { root };
  for (const [index, { id, parent, role, text, at = index, recipient = "all" }] of said.entries()) {
    const children = said.filter((other) => other.parent === id).map((other) => other.id);
    const message = {
      ...{ id, author: { role, name: null, metadata: {} }, create_time: beginning + at, recipient, metadata: {} },
      content: { content_type: "text", parts: [text] },
    };
    mapping[id] = { id, message, parent: parent ?? "root", children };
  }
  const times = { create_time: beginning, update_time: beginning + said.length };
  return { title, ...times, mapping, current_node: current, conversation_id: id, id };
}

export function claude(id: string, name: string, said: readonly Said[]) {
  const time = (at: number) => new Date((beginning + at) * 1000).toISOString();
  return {
    ...{ uuid: id, name, created_at: time(0), updated_at: time(said.length), account: { uuid: "a" } },
    chat_messages: said.map(({ id, parent, role, text, at }, index) => ({
      ...{ uuid: id, text: "", sender: role === "user" ? "human" : role, created_at: time(at ?? index) },
      content: [{ type: "thinking", thinking: "hm" }, { type: "text", text }],
      parent_message_uuid: parent ?? "00000000-0000-4000-8000-000000000000",
      ...{ attachments: [] as unknown[], files: [] as unknown[] },
    })),
  };
}

/** A question, its answer, a second answer beside it, and a question after the first. */
export const branched: readonly Said[] = [
  { id: "s", parent: null, role: "system", text: "hidden instructions" },
  { id: "q1", parent: "s", role: "user", text: "Which tree is that?" },
  { id: "t", parent: "q1", role: "assistant", text: "search(trees)", recipient: "browser" },
  { id: "r", parent: "t", role: "tool", text: "found: oak" },
  { id: "a1", parent: "r", role: "assistant", text: "An **oak**" },
  { id: "a2", parent: "q1", role: "assistant", text: "A beech" },
  { id: "q2", parent: "a1", role: "user", text: "How old?" },
];

/** One conversation of ChatGPT's data export: a mapping of nodes, of which one branch was shown. */
import type { ImportedConversation } from "../domain/import.ts";
import { type Fields, fieldsOf, isFields, listOf, textOf, timeOf } from "./fields.ts";
import { type SourceMessage, treeOf } from "./message_tree.ts";

export function isChatGpt(value: Fields): boolean {
  return isFields(value.mapping);
}

/** Undefined for one in which nothing was said. Its tools' work and hidden instructions are left out. */
export function decodeChatGpt(value: Fields): ImportedConversation | undefined {
  const mapping = fieldsOf(value.mapping);
  const createdAt = timeOf(value.create_time) ?? timeOf(value.update_time) ?? Date.now();
  const said = new Map<string, SourceMessage>();
  for (const [id, node] of Object.entries(mapping)) {
    const message = decodeMessage(id, fieldsOf(node), mapping, createdAt);
    if (message) said.set(id, message);
  }
  if (said.size === 0) return;
  // A node that says nothing is passed over: what follows it belongs to the one before it.
  const spoken = (id: unknown): string | null => {
    const seen = new Set<unknown>();
    for (let at = id; typeof at === "string" && !seen.has(at); at = fieldsOf(mapping[at]).parent) {
      if (said.has(at)) return at;
      seen.add(at);
    }
    return null;
  };
  const linked = [...said.values()].map((message) => ({
    ...message,
    parentId: spoken(fieldsOf(mapping[message.sourceId]).parent),
  }));
  linked.sort((a, b) => a.createdAt - b.createdAt);
  return {
    source: "chatgpt",
    sourceId: textOf(value.conversation_id) || textOf(value.id),
    title: textOf(value.title).trim().slice(0, 200) || null,
    createdAt,
    updatedAt: timeOf(value.update_time) ?? linked.at(-1)?.createdAt ?? createdAt,
    ...treeOf(linked, spoken(value.current_node)),
  };
}

function decodeMessage(id: string, node: Fields, mapping: Fields, fallbackTime: number): SourceMessage | undefined {
  const message = fieldsOf(node.message);
  const role = fieldsOf(message.author).role;
  if (role !== "user" && role !== "assistant") return;
  if (fieldsOf(message.metadata).is_visually_hidden_from_conversation === true) return;
  // What is addressed to a tool was never shown.
  if (typeof message.recipient === "string" && message.recipient !== "all") return;
  const text = contentOf(fieldsOf(message.content));
  if (text === "") return;
  const before = fieldsOf(fieldsOf(mapping[textOf(node.parent)]).message);
  const createdAt = timeOf(message.create_time) ?? timeOf(before.create_time) ?? fallbackTime;
  return { sourceId: id, parentId: null, role, text, attachments: [], createdAt };
}

function contentOf(content: Fields): string {
  const type = content.content_type;
  if (type === "code") return textOf(content.text) && `\`\`\`\n${textOf(content.text)}\n\`\`\``;
  if (type !== "text" && type !== "multimodal_text") return "";
  return listOf(content.parts).map(partOf).filter(Boolean).join("\n\n").trim();
}

function partOf(part: unknown): string {
  if (typeof part === "string") return textOf(part);
  const { content_type: type, text } = fieldsOf(part);
  if (type === "image_asset_pointer") return "[An image, which the import leaves out]";
  if (type === "audio_transcription") return textOf(text);
  return "";
}

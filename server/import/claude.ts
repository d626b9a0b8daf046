/** One conversation of Claude's data export: a list of messages, since 2025 with the parent of each. */
import type { ImportedConversation } from "../domain/import.ts";
import type { Attachment } from "../domain/message.ts";
import { type Fields, fieldsOf, listOf, textOf, timeOf } from "./fields.ts";
import { type SourceMessage, treeOf } from "./message_tree.ts";

export function isClaude(value: Fields): boolean {
  return Array.isArray(value.chat_messages);
}

/** Undefined for one in which nothing was said. Thinking and tools' work are left out. */
export function decodeClaude(value: Fields): ImportedConversation | undefined {
  const createdAt = timeOf(value.created_at) ?? Date.now();
  const list = listOf(value.chat_messages).map(fieldsOf);
  const hasTree = list.some((message) => typeof message.parent_message_uuid === "string");
  const messages: SourceMessage[] = [];
  /** For what says nothing: the message that what follows it belongs to. */
  const standIn = new Map<string, string | null>();
  for (const [index, message] of list.entries()) {
    const id = textOf(message.uuid) || `message-${index}`;
    const parent = hasTree ? textOf(message.parent_message_uuid) || null : messages.at(-1)?.sourceId ?? null;
    const parentId = parent !== null && standIn.has(parent) ? standIn.get(parent) ?? null : parent;
    const text = contentOf(message);
    const attachments = listOf(message.attachments).map(fieldsOf).flatMap(decodeAttachment);
    const role = message.sender === "human" ? "user" : message.sender === "assistant" ? "assistant" : null;
    if (role === null || (text === "" && attachments.length === 0)) {
      standIn.set(id, parentId);
      continue;
    }
    messages.push({
      ...{ sourceId: id, parentId, role, text, attachments },
      createdAt: timeOf(message.created_at) ?? createdAt,
    });
  }
  if (messages.length === 0) return;
  return {
    source: "claude",
    sourceId: textOf(value.uuid),
    title: textOf(value.name).trim().slice(0, 200) || null,
    createdAt,
    updatedAt: timeOf(value.updated_at) ?? messages.at(-1)?.createdAt ?? createdAt,
    ...treeOf(messages, textOf(value.current_leaf_message_uuid) || messages.at(-1)!.sourceId),
  };
}

function contentOf(message: Fields): string {
  const parts = listOf(message.content).map(fieldsOf).filter(({ type }) => type === "text");
  const text = parts.map((part) => textOf(part.text)).filter(Boolean).join("\n\n") || textOf(message.text);
  const files = listOf(message.files).map((file) => textOf(fieldsOf(file).file_name)).filter(Boolean);
  const leftOut = files.map((name) => `[The file "${name}", which the import leaves out]`);
  return [text.trim(), ...leftOut].filter(Boolean).join("\n\n");
}

/** What Claude has read out of a file; the file itself is not in the export. */
function decodeAttachment(attachment: Fields): Attachment[] {
  const text = textOf(attachment.extracted_content);
  if (text === "") return [];
  const name = textOf(attachment.file_name).slice(0, 255) || "pasted.txt";
  return [{ name, mediaType: "text/plain", bytes: new TextEncoder().encode(text), text }];
}

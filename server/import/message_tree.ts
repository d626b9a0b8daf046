/** Brings the messages of an export into the order in which a store takes them: a tree, parents first. */
import type { ImportedMessage } from "../domain/import.ts";

export interface SourceMessage extends Omit<ImportedMessage, "parent"> {
  /** Its source id; null or unknown: the beginning. */
  readonly parentId: string | null;
}

/**
 * Messages in the order given, as far as parents allow; a circle is cut open at its first message. `leafId` null or unknown:
 * the last one.
 */
export function treeOf(
  messages: readonly SourceMessage[],
  leafId: string | null,
): { messages: ImportedMessage[]; leaf: number } {
  const ids = new Set(messages.map(({ sourceId }) => sourceId));
  const children = Map.groupBy(messages, ({ parentId }) => parentId !== null && ids.has(parentId) ? parentId : null);
  const ordered: ImportedMessage[] = [];
  const positions = new Map<string, number>();
  let open = children.get(null) ?? [];
  for (let first = 0; positions.size < ids.size;) {
    if (open.length === 0) {
      while (positions.has(messages[first]!.sourceId)) first += 1;
      open = [{ ...messages[first]!, parentId: null }];
    }
    const next: SourceMessage[] = [];
    for (const { parentId, ...message } of open) {
      if (positions.has(message.sourceId)) continue; // twice in the file
      positions.set(message.sourceId, ordered.length);
      ordered.push({ ...message, parent: positions.get(parentId ?? "") ?? null });
      next.push(...children.get(message.sourceId) ?? []);
    }
    open = next;
  }
  return { messages: ordered, leaf: positions.get(leafId ?? "") ?? Math.max(0, ordered.length - 1) };
}

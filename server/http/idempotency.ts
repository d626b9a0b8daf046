/** The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): the same key is the same message. */
import { createHash } from "node:crypto";
import { ChatError } from "../domain/error.ts";
import { newId } from "../domain/id.ts";
import type { Receipt } from "../domain/message.ts";
import type { Store } from "../domain/store.ts";
import type { SaidMessage } from "./chat_request.ts";

/** What makes a message the same in every repeat: of this caller's key, or of nothing when there is none. */
export function externalIdOf(identity: string, key: string | undefined): string {
  if (key === undefined) return newId();
  if (!/^[\x21-\x7e ]{1,255}$/.test(key)) {
    throw new ChatError("invalid", "Cannot use the Idempotency-Key: must be 1 to 255 printable ASCII characters");
  }
  return `key:${createHash("sha256").update(JSON.stringify([identity, key])).digest("hex")}`;
}

/** A repeat must be the same message. Its text is compared where it is stored; throws "conflict" for the rest. */
export async function checkRepeat(store: Store, receipt: Receipt, said: SaidMessage): Promise<void> {
  if (receipt.isNew) return;
  const stored = await store.turns.attachments(receipt.message);
  const isSame = (said.conversation === null || said.conversation === receipt.conversation) &&
    stored.length === said.attachments.length &&
    stored.every(({ name, mediaType, bytes }, i) => {
      const other = said.attachments[i];
      return other?.name === name && other.mediaType === mediaType && digest(other.bytes) === digest(bytes);
    });
  if (!isSame) {
    throw new ChatError("conflict", "Cannot use this Idempotency-Key again: it came before with another message");
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

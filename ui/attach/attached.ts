/** The files that go with the next message: picked, pasted or dropped, within limits, kept over reloads. */
import { type Signal, signal } from "@preact/signals";
import type { WireMessage } from "../../server/domain/wire.ts";
import type { ChatState } from "../chat/chat_state.ts";
import { fileSize } from "./file_size.ts";
import { dropOldFiles, keepFiles, keptFiles } from "./kept_files.ts";

export interface AttachedFile {
  readonly id: number;
  readonly file: File;
  /** Where an image can be drawn from; null for other files. */
  readonly preview: string | null;
}

export interface Attached {
  readonly files: Signal<readonly AttachedFile[]>;
  /** What does not fit the limits is said and left out. */
  add(files: Iterable<File>): void;
  remove(id: number): void;
  /** All of them, for sending; none are attached afterwards. */
  take(): readonly File[];
  /** In the browser: what was attached before a reload. */
  start(): Promise<void>;
}

/** As the server has it: ten files, and 32 MiB with everything around them. */
const maxFiles = 10;
const maxBytes = 30 * 2 ** 20;

/** What the file picker offers first. */
export const accepted = "image/png,image/jpeg,image/gif,image/webp,text/*,.md,.csv,.json,.log,.pdf,.docx,.xlsx";

export function createAttached(chat: ChatState): Attached {
  const files: Signal<readonly AttachedFile[]> = signal([]);
  let lastId = 0;

  function set(next: readonly AttachedFile[]): void {
    for (const { id, preview } of files.value) {
      if (preview && !next.some((other) => other.id === id)) URL.revokeObjectURL(preview);
    }
    files.value = next;
    void keepFiles(draftKey(chat), next.map(({ file }) => file));
  }

  function add(more: Iterable<File>): void {
    const next = [...files.value];
    const refused: string[] = [];
    for (const file of more) {
      const bytes = next.reduce((sum, other) => sum + other.file.size, file.size);
      if (file.size === 0) refused.push(`“${file.name}” is empty`);
      else if (next.length >= maxFiles) refused.push(`“${file.name}” is one too many: ${maxFiles} go with one message`);
      else if (bytes > maxBytes) {
        refused.push(`“${file.name}” is too large: ${fileSize(maxBytes)} go with one message`);
      } else next.push({ id: ++lastId, file, preview: previewOf(file) });
    }
    const count = next.length - files.value.length;
    if (count > 0) chat.status.value = count === 1 ? `${next.at(-1)?.file.name} attached.` : `${count} files attached.`;
    if (refused.length > 0) {
      const title = refused.length === 1 ? "A file was left out." : `${refused.length} files were left out.`;
      chat.note.value = { tone: "warn", title, detail: `${refused.slice(0, 3).join(". ")}.`, actions: [] };
    }
    set(next);
  }

  return {
    files,
    add,
    remove(id) {
      set(files.value.filter((item) => item.id !== id));
    },
    take() {
      const taken = files.value.map(({ file }) => file);
      set([]);
      return taken;
    },
    async start() {
      await dropOldFiles();
      const kept = await keptFiles(draftKey(chat));
      if (kept.length > 0 && files.value.length === 0) add(kept);
    },
  };
}

/** A message's files as they came, to be sent again with its new text. Throws what `fetch` throws. */
export async function filesOfMessage(id: string, listed: WireMessage["attachments"]): Promise<readonly File[]> {
  return await Promise.all(listed.map(async ({ name, media_type }, index) => {
    const response = await fetch(`/api/attachments/${id}/${index}`, { credentials: "same-origin" });
    if (!response.ok) throw new TypeError(`the file answered ${response.status}`);
    return new File([await response.blob()], name, { type: media_type });
  }));
}

function draftKey(chat: ChatState): string {
  return `draft:${chat.current.value?.id ?? "new"}`;
}

function previewOf(file: File): string | null {
  return /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : null;
}

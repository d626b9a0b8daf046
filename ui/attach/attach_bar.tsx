/** What is attached to the message being written, and the button that attaches more. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Icon } from "../parts/icons.tsx";
import { accepted, type Attached } from "./attached.ts";
import { fileSize } from "./file_size.ts";

export function AttachedFiles({ attached }: { attached: Attached }): JSX.Element | null {
  const list = useRef<HTMLUListElement>(null);
  if (attached.files.value.length === 0) return null;
  const remove = (id: number, index: number) => {
    // the button that has the focus goes; the next one takes it, or the field
    const buttons = list.current?.querySelectorAll("button");
    (buttons?.[index + 1] ?? buttons?.[index - 1] ?? document.getElementById("message"))?.focus();
    attached.remove(id);
  };
  return (
    <ul ref={list} class="files" aria-label="Attached files">
      {attached.files.value.map(({ id, file, preview }, index) => (
        <li key={id} class={preview ? "picture" : ""}>
          {preview ? <img src={preview} alt="" /> : <Icon name="file" small />}
          <bdi class="t">{file.name}</bdi>
          <small>{fileSize(file.size)}</small>
          <button
            type="button"
            class="ico small"
            aria-label={`Remove ${file.name}`}
            title={`Remove ${file.name}`}
            onClick={() => remove(id, index)}
          >
            <Icon name="cross" />
          </button>
        </li>
      ))}
    </ul>
  );
}

export function AttachButton({ attached }: { attached: Attached }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="ico"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => field.current?.click()}
      >
        <Icon name="clip" />
      </button>
      <input
        ref={field}
        type="file"
        hidden
        multiple
        accept={accepted}
        aria-label="Files to attach"
        onChange={({ currentTarget }) => {
          attached.add(currentTarget.files ?? []);
          currentTarget.value = "";
          document.getElementById("message")?.focus();
        }}
      />
    </>
  );
}

/** Takes files that are dropped anywhere on the page, and shows that it would. */
export function DropArea({ attached }: { attached: Attached }): JSX.Element | null {
  const isOver = useSignal(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // else the browser would open the file in place of the page
      isOver.value = true;
    }, { signal });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) isOver.value = false;
    }, { signal });
    addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      isOver.value = false;
      attached.add(event.dataTransfer?.files ?? []);
      document.getElementById("message")?.focus();
    }, { signal });
    return () => listening.abort();
  }, []);
  return isOver.value ? <p class="drop">Drop files to attach them</p> : null;
}

/** The files of a message in the thread: images drawn small, the others by name and size, each to be downloaded. */
import type { JSX } from "preact";
import type { WireMessage } from "../../server/domain/wire.ts";
import { Icon } from "../parts/icons.tsx";
import { fileSize } from "./file_size.ts";

/** `message` null: the server does not have it yet, so there is nothing to download. */
export function FileList(
  { message, files }: { message: string | null; files: WireMessage["attachments"] },
): JSX.Element | null {
  if (files.length === 0) return null;
  return (
    <ul class="files">
      {files.map(({ name, media_type, bytes }, index) => {
        const href = `/api/attachments/${message}/${index}`;
        const isImage = message !== null && media_type.startsWith("image/");
        const label = (
          <>
            {isImage ? <img src={href} alt={name} loading="lazy" /> : <Icon name="file" small />}
            {!isImage && <bdi class="t">{name}</bdi>}
            {!isImage && <small>{fileSize(bytes)}</small>}
          </>
        );
        return (
          <li key={index} class={isImage ? "picture" : ""}>
            {message === null
              ? label
              : <a href={href} download={name} title={`Download ${name} (${fileSize(bytes)})`}>{label}</a>}
          </li>
        );
      })}
    </ul>
  );
}

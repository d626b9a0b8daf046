/** What a file is, by its first bytes and not by its name or what it says of itself. */
import { cutText } from "./text_limit.ts";

export type DocumentKind = "pdf" | "docx" | "xlsx";

export type Recognised =
  | { readonly kind: "image"; readonly mediaType: string }
  | { readonly kind: "text"; readonly mediaType: string; readonly text: string }
  | { readonly kind: DocumentKind; readonly mediaType: string }
  /** Why nothing can be done with it. */
  | { readonly problem: string };

const office = "application/vnd.openxmlformats-officedocument";
const kinds = "attach an image (PNG, JPEG, GIF, WebP), a text file, a PDF, DOCX or XLSX";

/** File signatures: https://en.wikipedia.org/wiki/List_of_file_signatures; `?` stands for any byte. */
const images: readonly (readonly [signature: string, mediaType: string])[] = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["RIFF????WEBP", "image/webp"],
];

export function recognise(name: string, bytes: Uint8Array): Recognised {
  if (bytes.length === 0) return { problem: "it is empty" };
  const image = images.find(([signature]) => begins(bytes, signature));
  if (image) return { kind: "image", mediaType: image[1] };
  // Readers accept a PDF whose header comes within the first kilobyte (PDF 1.7, appendix H, note 13).
  if (find(bytes.subarray(0, 1024), "%PDF-")) return { kind: "pdf", mediaType: "application/pdf" };
  if (begins(bytes, "PK\x03\x04")) return recogniseZip(bytes);
  if (begins(bytes, "\xd0\xcf\x11\xe0")) {
    return { problem: "it is an old or a protected Office file; save it as DOCX or XLSX without a password" };
  }
  const text = decode(bytes);
  if (text === undefined) return { problem: `it is no kind of file that can be read here; ${kinds}` };
  return { kind: "text", mediaType: textType(name), text: cutText(text) };
}

/** The names of a ZIP's entries stand in it as they are, also in its list at the end. */
function recogniseZip(bytes: Uint8Array): Recognised {
  if (find(bytes, "word/document.xml")) {
    return { kind: "docx", mediaType: `${office}.wordprocessingml.document` };
  }
  if (find(bytes, "xl/workbook.xml")) return { kind: "xlsx", mediaType: `${office}.spreadsheetml.sheet` };
  return { problem: `it is an archive; unpack it and ${kinds}` };
}

/** UTF-8, UTF-16 with its mark, else the old Western one; undefined for what is no text. */
function decode(bytes: Uint8Array): string | undefined {
  if (begins(bytes, "\xff\xfe")) return new TextDecoder("utf-16le").decode(bytes);
  if (begins(bytes, "\xfe\xff")) return new TextDecoder("utf-16be").decode(bytes);
  const start = bytes.subarray(0, 2 ** 16);
  // Control characters other than tab, line ends, form feed and escape do not stand in text.
  if (start.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return bytes.includes(0) ? undefined : new TextDecoder("windows-1252").decode(bytes);
  }
}

function textType(name: string): string {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return { md: "text/markdown", csv: "text/csv", json: "application/json" }[ending] ?? "text/plain";
}

function begins(bytes: Uint8Array, signature: string): boolean {
  return bytes.length >= signature.length &&
    [...signature].every((char, i) => char === "?" || char.charCodeAt(0) === bytes[i]);
}

function find(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (begins(bytes.subarray(at, at + text.length), text)) return true;
  }
  return false;
}

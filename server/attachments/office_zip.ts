/** The parts of an Office file, which is a ZIP of XML: unpacked one at a time and never beyond a bound. */
import { configure, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import sax from "sax";
import { UnreadableFile } from "./unreadable.ts";

export interface OfficeZip {
  readonly names: readonly string[];
  /** The part's text; undefined when there is none of this name. Throws `UnreadableFile` for one that is too large. */
  read(name: string): Promise<string | undefined>;
}

/** Of one part, and of all together: a file of some megabytes unpacks to a hundred, a bomb to any number. */
const maxPartBytes = 64 * 2 ** 20;
const maxBytes = 160 * 2 ** 20;
const maxParts = 10_000;

export async function openOfficeZip(bytes: Uint8Array): Promise<OfficeZip> {
  configure({ useWebWorkers: false });
  const zip = new ZipReader(new Uint8ArrayReader(bytes));
  const parts = new Map<string, (stream: WritableStream<Uint8Array>) => Promise<unknown>>();
  for await (const entry of zip.getEntriesGenerator()) {
    if (entry.directory) continue;
    if (entry.encrypted) throw new UnreadableFile("it is protected by a password; save a copy without one");
    if (parts.size === maxParts) throw new UnreadableFile("it has too many parts");
    parts.set(entry.filename, (stream) => entry.getData(stream));
  }
  let total = 0;
  return {
    names: [...parts.keys()],
    async read(name) {
      const unpack = parts.get(name);
      if (!unpack) return;
      const decoder = new TextDecoder();
      let text = "";
      let length = 0;
      await unpack(
        new WritableStream({
          write(piece) {
            length += piece.length;
            total += piece.length;
            if (length > maxPartBytes || total > maxBytes) {
              throw new UnreadableFile("it unpacks to more than can be read; attach a part of it");
            }
            text += decoder.decode(piece, { stream: true });
          },
        }),
      );
      return text + decoder.decode();
    },
  };
}

export interface XmlReader {
  /** Names come without their prefix. */
  open?(name: string, attribute: (name: string) => string): void;
  text?(text: string): void;
  close?(name: string): void;
  /** True when no more need be read. */
  isDone?(): boolean;
}

const maxDepth = 1000;
const pieceUnits = 2 ** 16;

/** Without recursion, and entities of the file's own are not expanded. Throws for what is no XML. */
export function readXml(xml: string, { open, text, close, isDone }: XmlReader): void {
  const parser = new sax.SAXParser(true, {});
  let depth = 0;
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name, attributes }: { name: string; attributes: object }) => {
    if (++depth > maxDepth) throw new UnreadableFile("its XML is nested too deeply");
    open?.(local(name), (wanted) => {
      const found = Object.entries(attributes).find(([key]) => key === wanted || local(key) === wanted)?.[1];
      return typeof found === "string" ? found : "";
    });
  };
  parser.ontext = (words) => text?.(words);
  parser.onclosetag = (name) => {
    depth -= 1;
    close?.(local(name));
  };
  for (let at = 0; at < xml.length; at += pieceUnits) {
    parser.write(xml.slice(at, at + pieceUnits));
    if (isDone?.()) return;
  }
  parser.close();
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

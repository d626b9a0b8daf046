/** The text of a Word document, with the pages as Word last saw them (ECMA-376, part 1, §17). */
import { openOfficeZip, readXml } from "./office_zip.ts";
import { cutText, isFull } from "./text_limit.ts";
import { UnreadableFile } from "./unreadable.ts";

/** Throws `UnreadableFile` for one without text. */
export async function readDocx(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const zip = await openOfficeZip(bytes);
  const xml = await zip.read("word/document.xml");
  if (xml === undefined) throw new UnreadableFile("it is damaged: there is no document in it");
  const pages = [""];
  let units = 0;
  let isText = false;
  const write = (text: string) => {
    pages[pages.length - 1] += text;
    units += text.length;
  };
  readXml(xml, {
    open(name, attribute) {
      if (name === "t") isText = true;
      else if (name === "tab") write("\t");
      else if (name === "lastRenderedPageBreak") pages.push("");
      else if (name === "br" && attribute("type") !== "page") write("\n");
    },
    text: (text) => isText && write(text),
    close(name) {
      if (name === "t") isText = false;
      else if (name === "p") write("\n");
      else if (name === "tc") write("\t");
    },
    isDone: () => isFull(units),
  });
  const texts = pages.map((page) => page.replace(/\n\t/g, "\t").replace(/\n{3,}/g, "\n\n").trim());
  if (texts.every((text) => text === "")) throw new UnreadableFile("there is no text in it");
  if (texts.length === 1) return cutText(texts[0]!);
  return cutText(texts.map((text, i) => `[Page ${i + 1} of ${texts.length}]\n${text}`).join("\n\n"));
}

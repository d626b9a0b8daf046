/** The cells of a spreadsheet as rows of text, sheet by sheet (ECMA-376, part 1, §18). */
import { type OfficeZip, openOfficeZip, readXml } from "./office_zip.ts";
import { cutText, isFull } from "./text_limit.ts";
import { UnreadableFile } from "./unreadable.ts";

/** Throws `UnreadableFile` for one without any cell. */
export async function readXlsx(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const zip = await openOfficeZip(bytes);
  const strings = await readStrings(zip);
  const dates = await readDateStyles(zip);
  let text = "";
  let hasCells = false;
  for (const { name, part } of await readSheets(zip)) {
    if (isFull(text.length)) break;
    const rows = readRows(await zip.read(part) ?? "", { strings, dates });
    hasCells ||= rows !== "";
    text += `[Sheet "${name}"]\n${rows || "(empty)"}\n\n`;
  }
  if (!hasCells) throw new UnreadableFile("all its sheets are empty");
  return cutText(text.trimEnd());
}

async function readSheets(zip: OfficeZip): Promise<{ name: string; part: string }[]> {
  const targets = new Map<string, string>();
  readXml(await zip.read("xl/_rels/workbook.xml.rels") ?? "<none/>", {
    open: (name, attribute) => name === "Relationship" && targets.set(attribute("Id"), attribute("Target")),
  });
  const sheets: { name: string; part: string }[] = [];
  readXml(await zip.read("xl/workbook.xml") ?? "<none/>", {
    open(name, attribute) {
      if (name !== "sheet") return;
      const target = targets.get(attribute("r:id")) ?? `worksheets/sheet${sheets.length + 1}.xml`;
      sheets.push({ name: attribute("name"), part: target.startsWith("/") ? target.slice(1) : `xl/${target}` });
    },
  });
  return sheets;
}

async function readStrings(zip: OfficeZip): Promise<readonly string[]> {
  const strings: string[] = [];
  let isText = false;
  let isPhonetic = false;
  readXml(await zip.read("xl/sharedStrings.xml") ?? "<none/>", {
    open(name) {
      if (name === "si") strings.push("");
      else if (name === "rPh") isPhonetic = true;
      else if (name === "t") isText = true;
    },
    text(text) {
      if (isText && !isPhonetic) strings[strings.length - 1] += text;
    },
    close(name) {
      if (name === "rPh") isPhonetic = false;
      else if (name === "t") isText = false;
    },
  });
  return strings;
}

/** The cell styles that show a number as a date: built-in formats 14 to 22, and those with a day or a year in them. */
async function readDateStyles(zip: OfficeZip): Promise<ReadonlySet<string>> {
  const formats = new Set(["14", "15", "16", "17", "22"]);
  const dates = new Set<string>();
  let style = 0;
  let isCell = false;
  readXml(await zip.read("xl/styles.xml") ?? "<none/>", {
    open(name, attribute) {
      if (name === "numFmt" && /[yd]/i.test(attribute("formatCode").replace(/"[^"]*"|\[[^\]]*\]|\\./g, ""))) {
        formats.add(attribute("numFmtId"));
      } else if (name === "cellXfs") isCell = true;
      else if (name === "xf" && isCell) {
        if (formats.has(attribute("numFmtId"))) dates.add(String(style));
        style += 1;
      }
    },
    close: (name) => name === "cellXfs" && (isCell = false),
  });
  return dates;
}

interface CellContext {
  readonly strings: readonly string[];
  readonly dates: ReadonlySet<string>;
}

function readRows(xml: string, context: CellContext): string {
  if (xml === "") return "";
  let rows = "";
  let row: string[] = [];
  let cell = { column: 0, type: "", style: "", value: "" };
  let isValue = false;
  readXml(xml, {
    open(name, attribute) {
      if (name === "row") row = [];
      else if (name === "c") {
        const column = columnOf(attribute("r")) ?? row.length;
        cell = { column, type: attribute("t"), style: attribute("s"), value: "" };
      } else if (name === "v" || name === "t") isValue = true;
    },
    text(text) {
      if (isValue) cell.value += text;
    },
    close(name) {
      if (name === "v" || name === "t") isValue = false;
      else if (name === "c" && cell.value !== "") {
        while (row.length < cell.column) row.push("");
        row[cell.column] = valueOf(cell, context);
      } else if (name === "row" && row.length > 0) rows += `${row.join("\t")}\n`;
    },
    isDone: () => isFull(rows.length),
  });
  return rows.trimEnd();
}

const maxColumns = 16_384;

/** "C7" is 2; undefined for what names no column. */
function columnOf(reference: string): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0];
  if (!letters) return;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return column < maxColumns ? column : undefined;
}

function valueOf(
  { type, style, value }: { type: string; style: string; value: string },
  { strings, dates }: CellContext,
): string {
  const shown = type === "s"
    ? strings[Number(value)] ?? ""
    : type === "b"
    ? value === "1" ? "TRUE" : "FALSE"
    : dates.has(style) && /^-?\d+(\.\d+)?$/.test(value)
    ? toDate(Number(value))
    : value;
  return shown.replace(/[\t\n]+/g, " ");
}

/** Days since 1899-12-30, as Excel counts from March 1900 on. */
function toDate(days: number): string {
  const date = new Date(Math.round((days - 25_569) * 86_400) * 1000);
  if (Number.isNaN(date.getTime())) return String(days);
  return date.toISOString().replace(/T00:00:00\.000Z$/, "").replace("T", " ").replace(/\.000Z$/, "");
}

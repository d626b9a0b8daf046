/** The words that `--help` prints. Pure. */
import type { CommandModule, Flag } from "./program.ts";
import type { CommandRow } from "./table.ts";

export function overview(commands: Readonly<Record<string, CommandRow>>): string {
  const rows = Object.entries(commands).map(([name, { about }]) => [name, about] as const);
  return [
    "Usage: whisperengine [COMMAND] [FLAGS]",
    "",
    "Commands:",
    ...inColumns(rows),
    "",
    "`whisperengine COMMAND --help` tells more about one of them.",
  ].join("\n");
}

export function commandHelp(name: string, about: string, { help, flags }: CommandModule): string {
  const rest = help.rest === "" ? "" : ` ${help.rest}`;
  return [
    `Usage: whisperengine ${name}${rest}${flags.length > 0 ? " [FLAGS]" : ""}`,
    "",
    `${about}.`,
    ...(help.text === "" ? [] : ["", help.text]),
    ...(flags.length === 0 ? [] : ["", "Flags:", ...inColumns(flags.map(flagRow))]),
  ].join("\n");
}

function flagRow({ name, short, value, about }: Flag): readonly [string, string] {
  return [`${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`, about];
}

function inColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}

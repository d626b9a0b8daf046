/** Every command, with the one line that the list of commands shows; loaded only when asked for. */
import type { CommandModule } from "./program.ts";

export interface CommandRow {
  readonly about: string;
  /** Always `() => import("./a_literal.ts")`, so that bundling and `deno compile` can see it. */
  load(): Promise<CommandModule>;
}

export const commands: Readonly<Record<string, CommandRow>> = {
  serve: { about: "Start the server and open the chat page (the default)", load: () => import("./serve.ts") },
  chat: { about: "Chat in the terminal, or ask one question", load: () => import("./chat.ts") },
  doctor: { about: "Check the machine, the settings, the data and the models", load: () => import("./doctor.ts") },
  config: { about: "Show every setting and where it comes from, or set one", load: () => import("./config.ts") },
  backup: { about: "Write a verified copy of the database", load: () => import("./backup.ts") },
  restore: { about: "Put a backup in the place of the database", load: () => import("./restore.ts") },
  export: { about: "Write all content to one archive", load: () => import("./export.ts") },
  import: { about: "Read an archive into an empty database", load: () => import("./import.ts") },
  version: { about: "Show the version", load: () => import("./version.ts") },
  help: { about: "Show the commands, or how to use one", load: () => import("./help.ts") },
};

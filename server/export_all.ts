/** The archive of `whisperengine export`, made while the server runs and handed out as it is read. */
import { writeLines } from "./archive_lines.ts";
import { withoutSecrets } from "./config/portable_settings.ts";
import { readSettingsFile } from "./config/settings_file.ts";
import type { ArchivableStore } from "./domain/store.ts";
import type { Program } from "./program.ts";

/** One moment of the store, however long the reader takes; without keys and passwords. */
export async function exportAll(
  store: ArchivableStore,
  dataFolder: string,
  { tables }: Pick<Program, "tables">,
): Promise<ReadableStream<Uint8Array>> {
  const { values } = await readSettingsFile(dataFolder);
  const lines = writeLines({ settings: withoutSecrets(values, tables), rows: store.exportRows() });
  return ReadableStream.from(lines).pipeThrough(new CompressionStream("gzip"));
}

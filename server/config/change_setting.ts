/** Changes one setting in the settings file; nothing wrong gets in. */
import { ChatError } from "../domain/error.ts";
import { whyNotInFile } from "./setting_checks.ts";
import { adapterRows, type AdapterTables } from "./setting_row.ts";
import { settingRows } from "./setting_rows.ts";
import { readSettingsFile, writeSettingsFile } from "./settings_file.ts";

/** `text` null takes the setting out. Throws `ChatError` "invalid" for an unknown name or a wrong value. */
export async function changeSettingsFile(
  dataFolder: string,
  { name, text }: { name: string; text: string | null },
  tables: AdapterTables,
): Promise<void> {
  const rows = [...Object.values(settingRows), ...adapterRows(tables)];
  const names = rows.map((row) => row.name);
  const inFile = rows.filter(({ isInFile }) => isInFile).map((row) => row.name);
  const row = rows.find((row) => row.name === name && row.isInFile);
  const { path, values } = await readSettingsFile(dataFolder);
  // What is there by mistake may always be taken out.
  if (row === undefined && !(text === null && Object.hasOwn(values, name))) {
    throw new ChatError("invalid", `Cannot set "${name}": ${whyNotInFile(name, names, inFile)}`);
  }
  if (text === null) {
    await writeSettingsFile({
      path,
      values: Object.fromEntries(Object.entries(values).filter(([key]) => key !== name)),
    });
    return;
  }
  if (text === "" || row?.parse(text) === undefined) {
    const quoted = row?.isSecret ? "" : ` to "${text}"`;
    throw new ChatError("invalid", `Cannot set ${name}${quoted}: must be ${row?.right}`);
  }
  await writeSettingsFile({ path, values: { ...values, [name]: text } });
}

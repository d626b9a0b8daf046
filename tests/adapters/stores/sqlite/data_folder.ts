/** A data folder of its own for one test, taken away afterwards. */
import { join } from "node:path";

export interface DataFolder extends AsyncDisposable {
  readonly path: string;
  /** Where the database goes. */
  readonly file: string;
}

export async function dataFolder(): Promise<DataFolder> {
  const path = await Deno.makeTempDir({ prefix: "whisper-store-" });
  return {
    path,
    file: join(path, "whisper.db"),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What can be known about the folder that holds the data. */
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileSystemOf, fileSystemOfType, parseMountinfo, parseMountOutput } from "./mounts.ts";

export interface FolderFacts {
  /** With links resolved, as far as it exists. */
  readonly path: string;
  readonly exists: boolean;
  /** Undefined: it cannot be found out. */
  readonly freeBytes: number | undefined;
  /** As the system names it; "unc" is a Windows network share. */
  readonly fileSystem: string | undefined;
}

/** Looks without writing. A folder that is not there yet is judged by the nearest one that is. */
export async function readFolderFacts(folder: string): Promise<FolderFacts> {
  const { existing, rest } = await nearestExisting(resolve(folder));
  const disk = await statfs(existing).catch(asUndefined);
  return {
    path: rest === "" ? existing : resolve(existing, rest),
    exists: rest === "",
    freeBytes: disk && disk.bavail * disk.bsize,
    fileSystem: await fileSystemByName(existing) ??
      (disk && Deno.build.os === "linux" ? fileSystemOfType(disk.type) : undefined),
  };
}

async function nearestExisting(folder: string): Promise<{ existing: string; rest: string }> {
  let path = folder;
  let rest = "";
  while (true) {
    try {
      return { existing: await Deno.realPath(path), rest };
    } catch (error) {
      if (!(error instanceof Error) || dirname(path) === path) throw error;
      rest = path.slice(dirname(path).length).replace(/^[/\\]/, "") + (rest === "" ? "" : `/${rest}`);
      path = dirname(path);
    }
  }
}

/** Undefined where the lists may not be read: Deno gives those of Linux only to a program that may do everything. */
async function fileSystemByName(folder: string): Promise<string | undefined> {
  try {
    switch (Deno.build.os) {
      case "windows":
        return /^\\\\(?![?.]\\[A-Za-z]:)/.test(folder) ? "unc" : undefined;
      case "darwin": {
        const { stdout } = await new Deno.Command("/sbin/mount", { signal: AbortSignal.timeout(1000) }).output();
        return fileSystemOf(folder, parseMountOutput(new TextDecoder().decode(stdout)));
      }
      default:
        return fileSystemOf(folder, parseMountinfo(await Deno.readTextFile("/proc/self/mountinfo")));
    }
  } catch (error) {
    return asUndefined(error);
  }
}

function asUndefined(error: unknown): undefined {
  if (!(error instanceof Error)) throw error;
}

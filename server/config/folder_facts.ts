/** What can be known about the folder that holds the data. */
import type { StatsFs } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileSystemOf, fileSystemOfType, parseMountinfo, parseMountOutput } from "./mounts.ts";

export interface FolderFacts {
  /** With links resolved, as far as it exists. */
  readonly path: string;
  readonly exists: boolean;
  /** As the system names it; "unc" is a Windows network share. */
  readonly fileSystem: string | undefined;
}

/** Looks without writing. A folder that is not there yet is judged by the nearest one that is. */
export async function readFolderFacts(folder: string): Promise<FolderFacts> {
  const { existing, rest } = await nearestExisting(resolve(folder));
  return {
    path: rest === "" ? existing : resolve(existing, rest),
    exists: rest === "",
    fileSystem: await fileSystemByName(existing) ?? await fileSystemByNumber(existing),
  };
}

/** What is left on the disk of a folder, or of the nearest one that is there; undefined: it cannot be found out. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  const disk = await askDisk((await nearestExisting(resolve(folder))).existing);
  return disk && disk.bavail * disk.bsize;
}

/** Linux only. The disk that holds the system itself needs no question. */
async function fileSystemByNumber(folder: string): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || (await Deno.stat(folder)).dev === (await Deno.stat("/")).dev) return undefined;
  const disk = await askDisk(folder);
  return disk && fileSystemOfType(disk.type);
}

/** Loaded when it is needed: this module takes longer than all that a start asks otherwise. */
async function askDisk(folder: string): Promise<StatsFs | undefined> {
  const { statfs } = await import("node:fs/promises");
  return await statfs(folder).catch(asUndefined);
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

/** Which file system a path is on, from what the operating system lists, and whether SQLite may be kept there. */

export interface Mount {
  readonly folder: string;
  /** As the system names it, lower case: "ext4", "nfs4", "smbfs". */
  readonly fileSystem: string;
}

/** The lines of `/proc/self/mountinfo` (Linux, proc(5)), in their order. */
export function parseMountinfo(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [left, right] = line.split(" - ");
    const folder = left?.split(" ")[4];
    const fileSystem = right?.split(" ")[0];
    if (!folder || !fileSystem) return [];
    return [{ folder: unescapeOctal(folder), fileSystem: fileSystem.toLowerCase() }];
  });
}

/** The lines that `mount` prints on macOS: `/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)`. */
export function parseMountOutput(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [, folder, fileSystem] = /^.+? on (\/.*) \(([^,)]+)[^()]*\)$/.exec(line) ?? [];
    return folder && fileSystem ? [{ folder, fileSystem: fileSystem.toLowerCase() }] : [];
  });
}

/** The file system under an absolute path: the longest mount that holds it, of equals the last, which covers the others. */
export function fileSystemOf(path: string, mounts: readonly Mount[]): string | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const prefix = mount.folder.endsWith("/") ? mount.folder : `${mount.folder}/`;
    if (!`${path}/`.startsWith(prefix)) continue;
    if (found === undefined || mount.folder.length >= found.folder.length) found = mount;
  }
  return found?.fileSystem;
}

const networkFileSystems = new Set([
  ...["9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs"],
  ...["nfs", "nfs3", "nfs4", "smb", "smb2", "smb3", "smbfs", "unc", "webdav"],
  ...["fuse.ceph", "fuse.ceph-fuse", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.juicefs", "fuse.rclone"],
  ...["fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "macfuse", "osxfuse"],
]);

/** Whether locks and shared memory, on which SQLite's write-ahead log stands, cannot be trusted there (sqlite.org/wal.html). */
export function isNetworkFileSystem(fileSystem: string): boolean {
  return networkFileSystems.has(fileSystem);
}

/** By the number that Linux's statfs(2) gives; "fuse" does not say what is behind it. Undefined: not one of the usual. */
export function fileSystemOfType(type: number): string | undefined {
  return namesOfTypes.get(type >>> 0);
}

const namesOfTypes = new Map<number, string>([
  ...[[0xef53, "ext4"], [0x58465342, "xfs"], [0x9123683e, "btrfs"], [0x2fc12fc1, "zfs"], [0xf2f52010, "f2fs"]] as const,
  ...[[0x01021994, "tmpfs"], [0x794c7630, "overlay"], [0x65735546, "fuse"], [0x01021997, "9p"]] as const,
  ...[[0x6969, "nfs"], [0x517b, "smb"], [0xff534d42, "cifs"], [0xfe534d42, "smb2"], [0x00c36400, "ceph"]] as const,
  ...[[0x5346414f, "afs"], [0x0bd00bd0, "lustre"], [0x47504653, "gpfs"]] as const,
]);

/** Blanks, tabs, line ends and backslashes in paths are written as three octal digits. */
function unescapeOctal(text: string): string {
  if (!text.includes("\\")) return text;
  const bytes: number[] = [];
  const encoded = new TextEncoder().encode(text);
  for (let index = 0; index < encoded.length; index++) {
    const digits = String.fromCharCode(...encoded.subarray(index + 1, index + 4));
    if (encoded[index] === 0x5c && /^[0-7]{3}$/.test(digits)) {
      bytes.push(parseInt(digits, 8) & 0xff);
      index += 3;
    } else bytes.push(encoded[index]!);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

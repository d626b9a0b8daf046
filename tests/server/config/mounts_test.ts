import { equal } from "node:assert/strict";
import {
  fileSystemOf,
  fileSystemOfType,
  isNetworkFileSystem,
  type Mount,
  parseMountinfo,
  parseMountOutput,
} from "../../../server/config/mounts.ts";

const linux = parseMountinfo(`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
30 27 0:40 / /home rw,relatime shared:5 - nfs4 server:/home rw,vers=4.2
31 27 0:41 / /home/ana/local rw - btrfs /dev/vdb rw
32 27 0:42 / /mnt/two\\040words rw - cifs //nas/share rw
33 27 0:43 / /mnt/caf\\303\\251 rw - fuse.sshfs ana@host:/ rw
34 27 0:44 / /mnt/over rw - ext4 /dev/vdc rw
35 34 0:45 / /mnt/over rw - NFS x rw
broken line
`);
const mac = parseMountOutput(`/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//ana@nas/My Files (old) on /Volumes/My Files (old) (smbfs, nodev, nosuid, mounted by ana)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
`);

const cases: readonly [path: string, mounts: readonly Mount[], fileSystem: string | undefined, isNetwork: boolean][] = [
  ["/", linux, "ext4", false],
  ["/homes", linux, "ext4", false],
  ["/home", linux, "nfs4", true],
  ["/home/ana/data", linux, "nfs4", true],
  ["/home/ana/local/data", linux, "btrfs", false],
  ["/mnt/two words/data", linux, "cifs", true],
  ["/mnt/café", linux, "fuse.sshfs", true],
  ["/mnt/over/x", linux, "nfs", true],
  ["/Users/ana/Library", mac, "apfs", false],
  ["/Volumes/My Files (old)/data", mac, "smbfs", true],
  ["/System/Volumes/Data/x", mac, "apfs", false],
  ["/x", [], undefined, false],
];

for (const [path, mounts, fileSystem, isNetwork] of cases) {
  Deno.test(`"${path}" is known to be on ${fileSystem ?? "an unknown file system"}`, () => {
    equal(fileSystemOf(path, mounts), fileSystem);
    equal(fileSystem !== undefined && isNetworkFileSystem(fileSystem), isNetwork);
  });
}

Deno.test("a network file system is known by its number too, signed or not", () => {
  for (const type of [0x6969, 0xff534d42, 0xff534d42 | 0, 0xfe534d42, 0x01021997, 0x00c36400]) {
    equal(isNetworkFileSystem(fileSystemOfType(type)!), true, type.toString(16));
  }
  for (const type of [0xef53, 0x9123683e, 0x65735546]) equal(isNetworkFileSystem(fileSystemOfType(type)!), false);
  equal(fileSystemOfType(12345), undefined);
});

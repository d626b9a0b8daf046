/** Files that are not sent yet: kept in the browser, so that a reload loses none of them. */

const name = "whisperengine-files";
const storeName = "files";
/** What nobody came back for goes after this. */
const oldestMs = 7 * 86_400_000;

interface Entry {
  readonly at: number;
  readonly files: readonly File[];
}

/** What this page has seen: it is enough by itself where the browser keeps nothing. */
const seen = new Map<string, readonly File[]>();

/** Under a key of the caller's; none takes away what was there. */
export async function keepFiles(key: string, files: readonly File[]): Promise<void> {
  seen.set(key, files);
  await inStore("readwrite", (store) => {
    if (files.length === 0) store.delete(key);
    else store.put({ at: Date.now(), files } satisfies Entry, key);
  });
}

/** Empty when there are none. */
export async function keptFiles(key: string): Promise<readonly File[]> {
  const known = seen.get(key);
  if (known) return known;
  let request: IDBRequest<Entry | undefined> | undefined;
  await inStore("readonly", (store) => {
    request = store.get(key);
  });
  return request?.readyState === "done" ? request.result?.files ?? [] : [];
}

export async function dropOldFiles(): Promise<void> {
  await inStore("readwrite", (store) => {
    const walk = store.openCursor();
    walk.onsuccess = () => {
      const cursor = walk.result;
      if (!cursor) return;
      const entry: Entry = cursor.value;
      if (entry.at < Date.now() - oldestMs) cursor.delete();
      cursor.continue();
    };
  });
}

/** Private windows and full disks refuse: that costs what a reload would have kept, not the page. */
async function inStore(mode: IDBTransactionMode, work: (store: IDBObjectStore) => void): Promise<void> {
  const database = await open().catch((error: unknown) => {
    if (!(error instanceof DOMException)) throw error;
  });
  if (!database) return;
  try {
    await new Promise<void>((resolve) => {
      const transaction = database.transaction(storeName, mode);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => resolve();
      work(transaction.objectStore(storeName));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

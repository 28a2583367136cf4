import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import bcrypt from "bcryptjs";
import { errorMessage } from "#core";
import { HubServerError } from "../errors.ts";

/** Says whether a name and a password belong together. */
export interface Authenticator {
  verify(username: string, password: string): Promise<boolean>;
}

/** A hash of nothing that anybody could type: an unknown name takes as long as a wrong password. */
const decoy = "$2b$10$abcdefghijklmnopqrstuuK9m6rZcV0p6yV0xk7S8m1e2o3q4r5s6";

/** Right passwords that are remembered. */
const mostRemembered = 1_000;

/**
 * Names and bcrypt hashes of a file that `htpasswd -B` writes. The file is read again when it changes, so that
 * a password can be taken away without a restart.
 */
export class HtpasswdFile implements Authenticator {
  readonly #path: string;
  /** Keys the digests of passwords that were right: bcrypt is too slow for every request of a push. */
  readonly #key = randomBytes(32);
  #entries: ReadonlyMap<string, string> = new Map();
  #readAt = "";
  #right = new Map<string, Buffer>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws {HubServerError} HUB_HTPASSWD_INVALID, naming the line */
  static async open(path: string): Promise<HtpasswdFile> {
    const file = new HtpasswdFile(path);
    await file.#refresh();
    return file;
  }

  async verify(username: string, password: string): Promise<boolean> {
    await this.#refresh();
    const hash = this.#entries.get(username);
    const digest = createHash("sha256")
      .update(this.#key)
      .update(`${hash ?? ""}\0${password}`)
      .digest();
    const known = this.#right.get(username);
    if (known && timingSafeEqual(known, digest)) return true;
    const isRight = (await bcrypt.compare(password, hash ?? decoy)) && hash !== undefined;
    if (isRight) this.#remember(username, digest);
    return isRight;
  }

  #remember(username: string, digest: Buffer): void {
    if (this.#right.size >= mostRemembered) this.#right.clear();
    this.#right.set(username, digest);
  }

  async #refresh(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#readAt) return;
      this.#entries = parse(await readFile(this.#path, "utf8"), this.#path);
      this.#readAt = version;
      this.#right = new Map();
    } catch (cause) {
      if (cause instanceof HubServerError) throw cause;
      throw new HubServerError("HUB_HTPASSWD_INVALID", `cannot read ${this.#path}: ${errorMessage(cause)}`, {
        cause,
        hint: "make one with: htpasswd -cB FILE NAME",
        detail: { path: this.#path },
      });
    }
  }
}

function parse(text: string, path: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [index, untrimmed] of text.split("\n").entries()) {
    // Takes the mark away, too, that some editors put before the first line.
    const line = untrimmed.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = /^([^:\s]+):(\$2[aby]\$\d\d\$[./A-Za-z0-9]{53})$/.exec(line);
    if (!match?.[1] || !match[2]) throw lineInvalid(path, index + 1, "not NAME:HASH with a bcrypt hash");
    if (entries.has(match[1])) throw lineInvalid(path, index + 1, `${match[1]} is there twice`);
    entries.set(match[1], match[2]);
  }
  return entries;
}

function lineInvalid(path: string, line: number, problem: string): HubServerError {
  return new HubServerError("HUB_HTPASSWD_INVALID", `${path}:${line}: ${problem}`, {
    hint: "write the file with: htpasswd -B FILE NAME",
    detail: { path, line },
  });
}

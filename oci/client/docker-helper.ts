import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { errorCode, errorMessage } from "#core";
import { type Credentials, isIdentityToken } from "./credentials.ts";
import { ClientError } from "./errors.ts";

/** Turns a helper's name into what is run: the name itself by default, found on `PATH`. */
export type FindProgram = (name: string) => string;

interface DockerHelperOptions {
  readonly vars: Readonly<Record<string, string | undefined>>;
  readonly findProgram?: FindProgram;
}

/** The protocol between Docker and its credential helpers (docker/docker-credential-helpers, README, "Development"). */
export class DockerHelper {
  readonly program: string;
  readonly #options: DockerHelperOptions;

  constructor(program: string, options: DockerHelperOptions) {
    this.program = program;
    this.#options = options;
  }

  async get(host: string): Promise<Credentials | undefined> {
    const { status, stdout, stderr } = await this.#run("get", host);
    if (status !== 0) {
      // The helpers' only way to say that there are none.
      if (`${stdout}${stderr}`.includes("credentials not found")) return undefined;
      throw this.#failed("get", stdout || stderr);
    }
    const { Username: username, Secret: secret } = this.#parse(stdout);
    if (typeof username !== "string" || typeof secret !== "string") throw this.#failed("get", "no Username and Secret");
    return username === "<token>" ? { identityToken: secret } : { username, password: secret };
  }

  async store(host: string, credentials: Credentials): Promise<void> {
    const [Username, Secret] = isIdentityToken(credentials)
      ? ["<token>", credentials.identityToken]
      : [credentials.username, credentials.password];
    await this.#change("store", JSON.stringify({ ServerURL: host, Username, Secret }));
  }

  async erase(host: string): Promise<void> {
    await this.#change("erase", host);
  }

  async #change(action: string, input: string): Promise<void> {
    const { status, stdout, stderr } = await this.#run(action, input);
    if (status !== 0) throw this.#failed(action, stdout || stderr);
  }

  async #run(action: string, input: string): Promise<{ status: number; stdout: string; stderr: string }> {
    const { findProgram = (name: string) => name, vars } = this.#options;
    try {
      const child = spawn(findProgram(this.program), [action], { env: vars, stdio: ["pipe", "pipe", "pipe"] });
      // A helper may end without having read its input.
      child.stdin.on("error", () => undefined).end(`${input}\n`);
      const [[status], stdout, stderr] = await Promise.all([
        once(child, "close") as Promise<[number | null]>,
        text(child.stdout),
        text(child.stderr),
      ]);
      return { status: status ?? 1, stdout, stderr };
    } catch (cause) {
      const isMissing = errorCode(cause) === "ENOENT";
      throw this.#failed(action, isMissing ? "it is not on PATH" : errorMessage(cause), cause);
    }
  }

  #parse(stdout: string): Record<string, unknown> {
    try {
      return (JSON.parse(stdout) ?? {}) as Record<string, unknown>;
    } catch (cause) {
      throw this.#failed("get", "its answer is not JSON", cause);
    }
  }

  #failed(action: string, why: string, cause?: unknown): ClientError {
    return new ClientError("CREDENTIAL_HELPER_FAILED", `${this.program} ${action}: ${why.trim()}`, {
      cause,
      hint: "Docker's config.json names this helper in credsStore or credHelpers: install it, or remove the entry",
      detail: { helper: this.program, action },
    });
  }
}

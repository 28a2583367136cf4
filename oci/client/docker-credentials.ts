import { mkdir, readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, errorMessage, writeFileAtomic } from "#core";
import { basicHeader, type Credentials, type CredentialSource, isIdentityToken } from "./credentials.ts";
import { DockerHelper, type FindProgram } from "./docker-helper.ts";
import { ClientError } from "./errors.ts";

/** The part of Docker's `config.json` that is about credentials; everything else is kept as it is. */
interface DockerConfig {
  auths?: Record<string, DockerAuth>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

interface DockerAuth {
  /** `username:password` in base64. */
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
}

export interface DockerCredentialsOptions {
  /** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
  readonly path: string;
  /** Environment of credential helpers; `PATH` is where they are found. */
  readonly vars: Readonly<Record<string, string | undefined>>;
  /** Tests pass their own. */
  readonly findProgram?: FindProgram;
}

export interface KeptCredentials {
  /** The file, or the program of the helper. */
  readonly storedIn: string;
  readonly isKnown: boolean;
  /** Absent for a token, and when nothing is known. */
  readonly username: string | undefined;
}

/** The credentials that `docker login` keeps, so that both tools see the same. */
export class DockerCredentials implements CredentialSource {
  readonly #options: DockerCredentialsOptions;

  constructor(options: DockerCredentialsOptions) {
    this.#options = options;
  }

  /** @throws {ClientError} CREDENTIALS_UNREADABLE, CREDENTIAL_HELPER_FAILED */
  async get(host: string): Promise<Credentials | undefined> {
    const config = await this.#read();
    const helper = this.#helper(config, host);
    if (helper) return helper.get(helperKey(host));
    const auth = keysOf(host)
      .map((key) => config.auths?.[key])
      .find((entry) => typeof entry === "object" && entry !== null);
    return auth && readAuth(auth);
  }

  /** Where credentials of a host would be kept, and whose are there now; changes nothing. */
  async describe(host: string): Promise<KeptCredentials> {
    const kept = await this.get(host);
    const helper = this.#helper(await this.#read(), host);
    return {
      storedIn: helper?.program ?? this.#options.path,
      isKnown: kept !== undefined,
      username: kept && !isIdentityToken(kept) ? kept.username : undefined,
    };
  }

  /**
   * Keeps credentials, in a helper if one is configured.
   *
   * @returns where they are now, in words
   */
  async store(host: string, credentials: Credentials): Promise<string> {
    const config = await this.#read();
    const helper = this.#helper(config, host);
    if (helper) {
      await helper.store(helperKey(host), credentials);
      return helper.program;
    }
    const auth: DockerAuth = isIdentityToken(credentials)
      ? { identitytoken: credentials.identityToken }
      : { auth: basicHeader(credentials).slice("Basic ".length) };
    await this.#write({ ...config, auths: { ...config.auths, [fileKey(host)]: auth } });
    return this.#options.path;
  }

  /** @returns whether there was something to forget */
  async erase(host: string): Promise<boolean> {
    const config = await this.#read();
    const helper = this.#helper(config, host);
    const had = helper ? (await helper.get(helperKey(host))) !== undefined : false;
    if (helper && had) await helper.erase(helperKey(host));
    const keys = keysOf(host).filter((key) => config.auths && Object.hasOwn(config.auths, key));
    if (keys.length === 0) return had;
    const auths = Object.fromEntries(Object.entries(config.auths ?? {}).filter(([key]) => !keys.includes(key)));
    await this.#write({ ...config, auths });
    return true;
  }

  /** Hosts that the file itself names, for completion. */
  async hosts(): Promise<readonly string[]> {
    const { auths = {}, credHelpers = {} } = await this.#read();
    return [...new Set([...Object.keys(auths), ...Object.keys(credHelpers)])];
  }

  #helper(config: DockerConfig, host: string): DockerHelper | undefined {
    const own = keysOf(host)
      .map((key) => config.credHelpers?.[key])
      .find((name) => name !== undefined);
    const suffix = own ?? config.credsStore;
    return suffix ? new DockerHelper(`docker-credential-${suffix}`, this.#options) : undefined;
  }

  async #read(): Promise<DockerConfig> {
    const { path } = this.#options;
    try {
      const document: unknown = JSON.parse(await readFile(path, "utf8"));
      if (typeof document !== "object" || document === null || Array.isArray(document))
        throw new SyntaxError("not a JSON object");
      return document;
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return {};
      throw new ClientError("CREDENTIALS_UNREADABLE", `cannot read ${path}: ${errorMessage(cause)}`, {
        cause,
        hint: "mend the file, or point DOCKER_CONFIG at another folder",
        detail: { path },
      });
    }
  }

  async #write(config: DockerConfig): Promise<void> {
    const { path } = this.#options;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Who keeps the file elsewhere, behind a link, keeps the link.
      const target = await realpath(path).catch(() => path);
      await writeFileAtomic(target, `${JSON.stringify(config, undefined, "\t")}\n`, { mode: 0o600 });
    } catch (cause) {
      throw new ClientError("CREDENTIALS_UNREADABLE", `cannot write ${path}: ${errorMessage(cause)}`, {
        cause,
        detail: { path },
      });
    }
  }
}

const dockerHub = "https://index.docker.io/v1/";

/** Keys under which tools have written a host: bare, and as the URL of older Dockers. */
function keysOf(host: string): readonly string[] {
  const keys = [
    host,
    `https://${host}`,
    `https://${host}/`,
    `https://${host}/v1/`,
    `https://${host}/v2/`,
    `http://${host}`,
  ];
  return isDockerHub(host) ? [dockerHub, ...keys] : keys;
}

function fileKey(host: string): string {
  return isDockerHub(host) ? dockerHub : host;
}

/** Docker calls helpers with the bare `host:port`. */
const helperKey = fileKey;

function isDockerHub(host: string): boolean {
  return host === "docker.io" || host === "index.docker.io" || host === "registry-1.docker.io";
}

function readAuth(auth: DockerAuth): Credentials | undefined {
  if (auth.identitytoken) return { identityToken: auth.identitytoken };
  if (auth.username !== undefined && auth.password !== undefined) {
    return { username: auth.username, password: auth.password };
  }
  if (typeof auth.auth !== "string") return undefined;
  // Some writers end the text with NULs.
  const text = Buffer.from(auth.auth, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

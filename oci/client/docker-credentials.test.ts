import { chmod, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DockerCredentials } from "./docker-credentials.ts";

let folder: string;
let path: string;
let docker: DockerCredentials;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-docker-"));
  path = join(folder, ".docker", "config.json");
  docker = new DockerCredentials({ path, vars: { PATH: `${folder}:/usr/bin:/bin`, FOLDER: folder } });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(config: unknown): Promise<void> {
  await mkdir(join(folder, ".docker"), { recursive: true });
  await writeFile(path, typeof config === "string" ? config : JSON.stringify(config));
}

async function read(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
}

/** What `docker login` writes. */
function auth(text: string): { auth: string } {
  return { auth: Buffer.from(text).toString("base64") };
}

const host = "hub.example:5000";
const me = { username: "me", password: "a:b ü" };

describe("get()", () => {
  test.each([
    { name: "username and password in base64", entry: auth("me:a:b ü"), expected: me },
    { name: "base64 that ends with NULs", entry: auth("me:a:b ü\0\0"), expected: me },
    { name: "username and password as they are", entry: me, expected: me },
    {
      name: "an identity token",
      entry: { ...auth("00000000:"), identitytoken: "t" },
      expected: { identityToken: "t" },
    },
    { name: "an entry without anything, as Docker leaves for helpers", entry: {}, expected: undefined },
    { name: "base64 of no colon", entry: auth("me"), expected: undefined },
    { name: "no base64", entry: { auth: "???" }, expected: undefined },
    { name: "null", entry: null, expected: undefined },
    { name: "a number", entry: { auth: 5 }, expected: undefined },
  ])("reads $name", async ({ entry, expected }) => {
    await write({ auths: { [host]: entry } });
    expect(await docker.get(host)).toEqual(expected);
  });

  test.each([`https://${host}`, `https://${host}/`, `https://${host}/v1/`, `https://${host}/v2/`, `http://${host}`])(
    "knows %s, as older tools wrote it",
    async (key) => {
      await write({ auths: { [key]: auth("me:a:b ü") } });
      expect(await docker.get(host)).toEqual(me);
    },
  );

  test("knows Docker Hub by its old address", async () => {
    await write({ auths: { "https://index.docker.io/v1/": auth("me:a:b ü") } });
    expect(await docker.get("docker.io")).toEqual(me);
  });

  test.each(["hub.example", "hub.example:443", "evil.example", "example:5000", "toString"])(
    "knows nothing of %s",
    async (other) => {
      await write({ auths: { [host]: auth("me:a:b ü") } });
      expect(await docker.get(other)).toBeUndefined();
    },
  );

  test("knows nobody without a file", async () => {
    expect(await docker.get(host)).toBeUndefined();
  });

  test.each(["{", "", "[]", "null", "7"])("is CREDENTIALS_UNREADABLE for a file of %j", async (text) => {
    await write(text);
    await expect(docker.get(host)).rejects.toMatchObject({
      code: "CREDENTIALS_UNREADABLE",
      message: expect.stringContaining(path) as string,
    });
  });
});

describe("store() and erase()", () => {
  test("make a file that only its owner reads", async () => {
    expect(await docker.store(host, me)).toBe(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, ".docker"))).mode & 0o777).toBe(0o700);
    expect(await read()).toEqual({ auths: { [host]: auth("me:a:b ü") } });
    expect(await docker.get(host)).toEqual(me);
  });

  test("keep all else that is in the file", async () => {
    const config = {
      auths: { "other.example": auth("a:b") },
      proxies: { default: {} },
      credHelpers: { "x.example": "x" },
    };
    await write(config);
    await docker.store(host, { identityToken: "t" });
    expect(await read()).toEqual({ ...config, auths: { ...config.auths, [host]: { identitytoken: "t" } } });
    expect(await docker.get(host)).toEqual({ identityToken: "t" });
    expect(await docker.erase(host)).toBe(true);
    expect(await read()).toEqual(config);
    expect(await docker.erase(host)).toBe(false);
  });

  test("keep the file's permissions, and the link that it is behind", async () => {
    await mkdir(join(folder, ".docker"));
    const real = join(folder, "dotfiles.json");
    await writeFile(real, "{}", { mode: 0o640 });
    await symlink(real, path);
    await docker.store(host, me);
    expect(await readlink(path)).toBe(real);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect(await docker.get(host)).toEqual(me);
  });

  test("erase() takes every form of the host's name away", async () => {
    await write({ auths: { [host]: auth("a:b"), [`https://${host}`]: auth("c:d") } });
    await docker.erase(host);
    expect(await read()).toEqual({ auths: {} });
  });

  test("do not write over a file that they cannot read", async () => {
    await write("{ not JSON");
    await expect(docker.store(host, me)).rejects.toMatchObject({ code: "CREDENTIALS_UNREADABLE" });
    expect(await readFile(path, "utf8")).toBe("{ not JSON");
  });

  test("that cannot write say where", async () => {
    await writeFile(join(folder, ".docker"), "a file where the folder should be");
    await expect(docker.store(host, me)).rejects.toMatchObject({
      code: "CREDENTIALS_UNREADABLE",
      message: expect.stringContaining(path) as string,
    });
  });
});

describe("a credential helper", () => {
  /** Keeps one file a server, and notes what it was asked; follows the protocol of Docker's own helpers. */
  const working = `#!/bin/sh
read -r input
echo "$1 $input" >> "$FOLDER/asked"
case "$1" in
  store) printf %s "$input" > "$FOLDER/kept" ;;
  get) [ -f "$FOLDER/kept" ] || { echo "credentials not found in native keychain"; exit 1; }
    cat "$FOLDER/kept" ;;
  erase) rm "$FOLDER/kept" ;;
esac
`;

  async function helper(name: string, script: string, mode = 0o755): Promise<void> {
    const program = join(folder, `docker-credential-${name}`);
    await writeFile(program, script);
    await chmod(program, mode);
  }

  test("keeps, gives and forgets, and the file stays as it was", async () => {
    await helper("test", working);
    await write({ credsStore: "test" });
    expect(await docker.get(host)).toBeUndefined();
    expect(await docker.store(host, me)).toBe("docker-credential-test");
    expect(await docker.get(host)).toEqual(me);
    expect(await docker.erase(host)).toBe(true);
    expect(await docker.erase(host)).toBe(false);
    expect(await read()).toEqual({ credsStore: "test" });
    expect((await readFile(join(folder, "asked"), "utf8")).split("\n")).toEqual([
      `get ${host}`,
      `store {"ServerURL":"${host}","Username":"me","Secret":"a:b ü"}`,
      `get ${host}`,
      `get ${host}`,
      `erase ${host}`,
      `get ${host}`,
      "",
    ]);
  });

  test("is given an identity token under the name <token>", async () => {
    await helper("test", working);
    await write({ credsStore: "test" });
    await docker.store(host, { identityToken: "t" });
    expect(JSON.parse(await readFile(join(folder, "kept"), "utf8"))).toMatchObject({
      Username: "<token>",
      Secret: "t",
    });
    expect(await docker.get(host)).toEqual({ identityToken: "t" });
  });

  test("of one registry goes before the one of all", async () => {
    await helper("own", working);
    await write({ credsStore: "missing", credHelpers: { [host]: "own" }, auths: { [host]: auth("a:b") } });
    expect(await docker.store(host, me)).toBe("docker-credential-own");
    await expect(docker.get("other.example")).rejects.toMatchObject({ code: "CREDENTIAL_HELPER_FAILED" });
  });

  test.each([
    { name: "is missing", script: undefined, problem: "it is not on PATH" },
    { name: "may not be run", script: working, mode: 0o644, problem: "EACCES" },
    {
      name: "fails",
      script: "#!/bin/sh\necho 'the keychain is locked' >&2\nexit 1\n",
      problem: "the keychain is locked",
    },
    { name: "fails without a word", script: "#!/bin/sh\nexit 3\n", problem: "docker-credential-bad get" },
    { name: "answers with rubbish", script: "#!/bin/sh\necho hello\n", problem: "its answer is not JSON" },
    { name: "answers with null", script: "#!/bin/sh\necho null\n", problem: "no Username and Secret" },
    {
      name: "answers without a secret",
      script: '#!/bin/sh\necho \'{"Username": "me"}\'\n',
      problem: "no Username and Secret",
    },
    { name: "is killed", script: "#!/bin/sh\nkill -9 $$\n", problem: "docker-credential-bad get" },
  ])("that $name is CREDENTIAL_HELPER_FAILED", async ({ script, mode, problem }) => {
    if (script !== undefined) await helper("bad", script, mode);
    await write({ credsStore: "bad" });
    await expect(docker.get(host)).rejects.toMatchObject({
      code: "CREDENTIAL_HELPER_FAILED",
      message: expect.stringContaining(problem) as string,
      hint: expect.stringContaining("credsStore") as string,
    });
  });

  test("that ends without reading its input is no fault of ours", async () => {
    await helper("deaf", '#!/bin/sh\nexec 0<&-\necho \'{"Username": "me", "Secret": "s"}\'\n');
    await write({ credsStore: "deaf" });
    expect(await docker.get(host)).toEqual({ username: "me", password: "s" });
  });
});

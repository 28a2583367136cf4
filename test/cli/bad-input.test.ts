import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packFilterImage, writeImage } from "#oci/image";
import { Registry } from "#oci/client";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { filterExports, writeModule } from "../../module/testing.ts";
import { type Ended, Machine } from "./machine.ts";

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.start({ PATH: "/usr/bin:/bin" });
  for (const name of ["envoy.yaml", "listeners.yaml"]) {
    await writeFile(join(machine.home, name), await readFile(new URL(`../../docs/tour/${name}`, import.meta.url)));
  }
});
afterAll(() => machine[Symbol.asyncDispose]());

/** An error says what happened, with its code, and what to do next, on one screen, without a stack trace. */
function goodError({ status, stdout, stderr }: Ended, code: string): string {
  expect({ status, stdout }).toEqual({
    status: code === "USAGE" || code === "REFERENCE_MALFORMED" ? 2 : 1,
    stdout: "",
  });
  expect(stderr).toMatch(new RegExp(`^error: [^\\n]+ \\[${code}\\]$`, "m"));
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.split("\n").length).toBeLessThan(40);
  return stderr;
}

const whatToDo = /^ {2}hint: /m;

function deploy(...words: string[]): Promise<Ended> {
  return machine.run(["deploy", "envoy", ...words, "-b", "envoy.yaml", "--dry-run"]);
}

describe("a project", () => {
  /** A folder with a filter in it that builds, but for what the test does to it. */
  async function project(name: string, change: (folder: string) => Promise<void>): Promise<Ended> {
    const folder = join(machine.home, name);
    await machine.run(["init", name]);
    await change(folder);
    return machine.run(["build", name]);
  }

  test("whose source the compiler refuses: file, line, the source itself", async () => {
    const ended = await project("refused", async (folder) => {
      await appendFile(join(folder, "assembly", "index.ts"), "\nconst wrong: i32 = nothing;\n");
    });
    const stderr = goodError(ended, "BUILD_FAILED");
    expect(stderr).toMatch(/assembly\/index\.ts:\d+:20: error: Cannot find name 'nothing'/);
    expect(stderr).toMatch(/\| const wrong: i32 = nothing;\n +\| +\^{7}\n/);
  });

  test("with a hundred mistakes: a screenful, and how to see the rest", async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `const w${index}: i32 = nothing${index};\n`);
    const ended = await project("many", (folder) => appendFile(join(folder, "assembly", "index.ts"), lines.join("")));
    expect(goodError(ended, "BUILD_FAILED")).toMatch(/\n… \d+ messages more: -v shows them\n/);
    const { stderr } = await machine.run(["build", "many", "-v"]);
    expect(stderr).toContain("nothing99");
  });

  test("with a mistake in filter.yaml: its line", async () => {
    const ended = await project("misspelt", async (folder) => {
      const path = join(folder, "filter.yaml");
      await writeFile(path, (await readFile(path, "utf8")).replace("license:", "licence:"));
    });
    const lines = (await readFile(join(machine.home, "misspelt", "filter.yaml"), "utf8")).split("\n");
    const line = lines.findIndex((text) => text.startsWith("licence:")) + 1;
    expect(goodError(ended, "PROJECT_INVALID")).toContain(`\nfilter.yaml:${line}:1: `);
  });

  test("with a filter.yaml that is not YAML: its line", async () => {
    const ended = await project("no-yaml", (folder) => writeFile(join(folder, "filter.yaml"), "name: x\nversion: [\n"));
    expect(goodError(ended, "PROJECT_INVALID")).toMatch(/\nfilter\.yaml:\d+:\d+: /);
  });

  test("that is none: how to make one", async () => {
    expect(goodError(await machine.run(["build"]), "PROJECT_NOT_FOUND")).toContain("wasm init");
  });

  test("that init would write over stays as it is", async () => {
    await machine.run(["init", "kept"]);
    await writeFile(join(machine.home, "kept", "filter.yaml"), "mine");
    expect(goodError(await machine.run(["init", "kept"]), "PROJECT_EXISTS")).toMatch(whatToDo);
    expect(await readFile(join(machine.home, "kept", "filter.yaml"), "utf8")).toBe("mine");
  });
});

describe("a module", () => {
  const withoutAbi = filterExports.filter(({ name }) => !name.startsWith("proxy_abi_version"));
  const otherAbi = { name: "proxy_abi_version_9_9_9", kind: "function" } as const;
  const modules = {
    text: Buffer.from("hello, world"),
    "other-abi": writeModule({ exports: [...withoutAbi, otherAbi] }),
    "no-abi": writeModule({ exports: withoutAbi }),
    half: writeModule({ exports: filterExports }).subarray(0, 20),
  };
  beforeAll(async () => {
    for (const [name, bytes] of Object.entries(modules)) {
      await writeFile(join(machine.home, `${name}.wasm`), bytes);
      await machine.keepImage(`me/${name}`, "v1", bytes);
    }
  });

  test("that is not wasm is told by how it begins", async () => {
    const stderr = goodError(await machine.run(["inspect", "text.wasm"]), "NOT_WASM");
    expect(stderr).toContain('it begins with "hello, w"');
  });

  test("that was cut short", async () => {
    expect(goodError(await machine.run(["inspect", "half.wasm"]), "NOT_WASM")).toMatch(whatToDo);
  });

  test.each([
    { name: "other-abi", said: "ABI 9.9.9; Envoy runs 0.2.1" },
    { name: "no-abi", said: "proxy_abi_version" },
  ])("with $name can be looked at, and says what is the matter", async ({ name, said }) => {
    const { status, stdout } = await machine.run(["inspect", `${name}.wasm`]);
    expect(status).toBe(0);
    expect(stdout).toContain(said);
  });

  test.each([
    { name: "text", code: "NOT_WASM" },
    { name: "half", code: "NOT_WASM" },
    { name: "other-abi", code: "ABI_UNSUPPORTED" },
    { name: "no-abi", code: "ABI_MISSING" },
  ])("such as $name is not deployed", async ({ name, code }) => {
    expect(goodError(await deploy(`me/${name}:v1`), code)).toMatch(whatToDo);
  });

  test.each(["push", "tag", "deploy"])("%s wants an image, and says so of a file", async (command) => {
    const words = command === "deploy" ? ["deploy", "envoy", "-b", "envoy.yaml"] : [command];
    const ended = await machine.run([...words, "./text.wasm", ...(command === "tag" ? ["me/x"] : [])]);
    expect(goodError(ended, "USAGE")).toContain("is a file, and an image is needed here");
  });
});

describe("a reference", () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub();
    for (const tag of ["v1", "1.0-beta"]) {
      await machine.keepImage(`${hub.host}/me/x`, tag);
      await machine.run(["push", `${hub.host}/me/x:${tag}`]);
    }
  });
  afterAll(() => hub[Symbol.asyncDispose]());

  test.each(["me/UPPER", "me//x", "me/x:not a tag", "me/x@sha256:abc", "../../etc/passwd", "https://hub.example/me/x"])(
    "%j does not parse",
    async (text) => {
      expect(goodError(await machine.run(["inspect", text]), "REFERENCE_MALFORMED")).toMatch(whatToDo);
    },
  );

  test("whose tag is not there: what is there", async () => {
    const pull = (tag: string): Promise<Ended> => machine.run(["pull", `${hub.host}/me/x:${tag}`]);
    expect(goodError(await pull("1.0-bta"), "CONTENT_NOT_FOUND")).toContain(`did you mean ${hub.host}/me/x:1.0-beta?`);
    expect(goodError(await pull("latest"), "CONTENT_NOT_FOUND")).toContain(`${hub.host}/me/x has 1.0-beta, v1\n`);
  });

  test("whose repository is not there", async () => {
    const stderr = goodError(await machine.run(["pull", `${hub.host}/me/nothing:v1`]), "CONTENT_NOT_FOUND");
    expect(stderr).toContain(`there is nothing under ${hub.host}/me/nothing`);
  });

  test("that is not built yet: how to build it", async () => {
    const stderr = goodError(await machine.run(["push", `${hub.host}/me/new:v1`]), "CONTENT_NOT_FOUND");
    expect(stderr).toContain(`wasm build -t ${hub.host}/me/new:v1`);
  });

  test("without a registry needs WASM_HUB, which may be written as a URL", async () => {
    expect(goodError(await machine.run(["pull", "me/x:v1"]), "USAGE")).toContain("WASM_HUB");
    expect(await machine.run(["pull", "me/x:v1"], { vars: { WASM_HUB: hub.url } })).toMatchObject({ status: 0 });
  });
});

describe("a configuration", () => {
  beforeAll(async () => {
    await machine.run(["init", "hello"]);
    await machine.run(["build", "hello", "-t", "me/hello:v1"]);
  });

  test("that is not JSON", async () => {
    expect(goodError(await deploy("me/hello:v1", "--config", "{header"), "USAGE")).toContain("--config is not JSON");
  });

  test("that does not follow the schema: which field, and where the schema is", async () => {
    const stderr = goodError(await deploy("me/hello:v1", "--config", '{"value":3}'), "CONFIG_INVALID");
    expect(stderr).toContain("\n/value: must be string\n");
    expect(stderr).toContain("wasm inspect");
  });

  test("in a file that is not there, and one in both places", async () => {
    expect(goodError(await deploy("me/hello:v1", "--config-file", "no.json"), "ENOENT")).toMatch(whatToDo);
    expect(goodError(await deploy("me/hello:v1", "--config-file", "no.json", "--config", "{}"), "USAGE")).toMatch(
      whatToDo,
    );
  });
});

describe("a full disk", () => {
  test("while an image is pulled: no half file, no name; and with room again the pull succeeds", async () => {
    await using hub = await startTestHub();
    await using other = await Machine.start();
    const module = writeModule({ exports: filterExports, custom: { padding: new Uint8Array(500_000) } });
    const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } } as const;
    await writeImage(new Registry(hub.host).repository("me/x"), await packFilterImage({ module, runtimeConfig }), "v1");
    // A limit for the size of files (in KiB) fails the same write as a full disk does, and needs no root.
    const ended = await other.bash(`ulimit -f 64; wasm pull ${hub.host}/me/x:v1`, { vars: { NODE_COMPILE_CACHE: "" } });
    expect(goodError(ended, "STORE_WRITE_FAILED")).toContain("the disk is full");
    expect((await other.files()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect((await other.run(["list", "--json"])).stdout).toBe("[]\n");
    expect(await other.run(["pull", `${hub.host}/me/x:v1`])).toMatchObject({ status: 0 });
  });

  test("while a module is written to a file of one's own", async () => {
    await mkdir(join(machine.home, "out"));
    const ended = await machine.bash("ulimit -f 4; wasm build hello --output out/hello.wasm", {
      vars: { XDG_DATA_HOME: machine.home },
    });
    expect(ended.status).toBe(1);
    expect(await stat(join(machine.home, "out", "hello.wasm")).catch(() => "absent")).toBe("absent");
  });
});

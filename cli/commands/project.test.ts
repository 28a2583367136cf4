import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Person } from "../testing.ts";

describe("from init to inspect", () => {
  let person: Person;
  let project: string;

  beforeAll(async () => {
    person = await Person.arrives();
    project = join(person.home, "my-hello");
    await person.does(["init", "my-hello"]);
    await person.does(["build", "-t", "127.0.0.1:5000/me/hello:v1"], { cwd: project });
  });
  afterAll(() => person[Symbol.asyncDispose]());

  test("init gives the filter the folder's name everywhere", async () => {
    const manifest = await readFile(join(project, "filter.yaml"), "utf8");
    expect(manifest).toContain("name: my-hello");
    expect(manifest).not.toContain("my-filter");
    expect(await readFile(join(project, "assembly", "index.ts"), "utf8")).toContain('registerFilter("my-hello"');
  });

  test("init never writes over what is there", async () => {
    const { status, stderr } = await person.types(["init", "my-hello"]);
    expect(status).toBe(1);
    expect(stderr).toContain("[PROJECT_EXISTS]");
  });

  test("an unchanged build gives the same digest, from the cache", async () => {
    const first = await person.types(["build", "--json"], { cwd: project });
    const second = await person.types(["build", "--json", "--no-cache"], { cwd: project });
    expect(first.json()["isCached"]).toBe(true);
    expect(second.json()["digest"]).toBe(first.json()["digest"]);
  });

  test("without -t the image is named after filter.yaml, by its version and as latest", async () => {
    const { stdout } = await person.does(["build"], { cwd: project });
    const [byVersion, latest] = stdout.trim().split("\n");
    expect(byVersion).toMatch(/^my-hello:0\.1\.0@sha256:/);
    expect(latest).toMatch(/^my-hello:latest@sha256:/);
    expect((await person.does(["inspect", "my-hello", "--json"])).json()["digest"]).toBe(latest?.split("@")[1]);
  });

  test("a tag may be left out, and means latest; WASM_HUB is where the name belongs", async () => {
    const vars = { WASM_HUB: "hub.example" };
    const { stdout } = await person.does(["build", "-t", "me/hello"], { cwd: project, vars });
    expect(stdout).toMatch(/^hub\.example\/me\/hello:latest@sha256:/);
  });

  test("list shows what was built", async () => {
    const { stdout } = await person.types(["list"]);
    expect(stdout).toMatch(/127\.0\.0\.1:5000\/me\/hello:v1 +sha256:[0-9a-f]{12} +\d+\.\d KiB +Adds a response header/);
  });

  test("tag gives an image a second name, and inspect finds it there", async () => {
    expect((await person.types(["tag", "127.0.0.1:5000/me/hello:v1", "other/hello:v2"])).status).toBe(0);
    const { stdout, json } = await person.types(["inspect", "other/hello:v2", "--json"]);
    expect(stdout).not.toBe("");
    expect(json()).toMatchObject({
      format: "oci",
      rootIds: ["my-hello"],
      where: "store",
      module: { abiVersion: "0.2.1" },
    });
    expect(json()["configSchema"]).toMatchObject({
      type: "object",
      default: { header: "x-hello" },
    });
  });

  test("an unknown tag says where was looked", async () => {
    const { status, stderr } = await person.types(["inspect", "nobody/nothing:v9"]);
    expect(status).toBe(1);
    expect(stderr).toContain("nobody/nothing:v9 not found in the local store");
  });

  test("a push of what is not here says how to build it", async () => {
    const { stderr } = await person.types(["push", "127.0.0.1:1/me/absent:v1"]);
    expect(stderr).toContain("wasm build -t 127.0.0.1:1/me/absent:v1");
  });

  test("a reference without a registry needs a default one to be pushed", async () => {
    const { status, stderr } = await person.types(["push", "me/hello:v1"]);
    expect(status).toBe(2);
    expect(stderr).toContain("WASM_HUB");
  });

  test("a compile error shows file, line and source", async () => {
    const broken = join(person.home, "broken");
    await person.types(["init", "broken"]);
    await appendFile(join(broken, "assembly", "index.ts"), "\nconst wrong: i32 = nothing;\n");
    const { status, stderr } = await person.types(["build"], { cwd: broken });
    expect(status).toBe(1);
    expect(stderr).toMatch(/assembly\/index\.ts:\d+:20: error: Cannot find name 'nothing'/);
    expect(stderr).toContain("const wrong: i32 = nothing;");
    expect(stderr).toContain("[BUILD_FAILED]");
  });

  test("a mistake in filter.yaml names its line", async () => {
    const folder = join(person.home, "mistaken");
    await mkdir(folder);
    await writeFile(
      join(folder, "filter.yaml"),
      "name: x\nversion: 0.1.0\nlanguage: cobol\nsource: a.ts\nabi: proxy-wasm-0.2.1\nrootIds: [x]\n",
    );
    const { stderr } = await person.types(["build"], { cwd: folder });
    expect(stderr).toContain('filter.yaml:3:11: language: must be "assemblyscript"');
  });

  test("a folder without a project says how to make one", async () => {
    const { status, stderr } = await person.types(["build"]);
    expect(status).toBe(1);
    expect(stderr).toContain("wasm init makes a project");
  });

  test("a file that is not wasm is told apart", async () => {
    await writeFile(join(person.home, "text.wasm"), "hello, world");
    const { status, stderr } = await person.types(["inspect", "text.wasm"]);
    expect(status).toBe(1);
    expect(stderr).toContain('not a WebAssembly module: it begins with "hello, w" [NOT_WASM]');
  });
});

test("without a terminal init names what is missing", async () => {
  await using person = await Person.arrives();
  const { status, stderr } = await person.types(["init"]);
  expect(status).toBe(2);
  expect(stderr).toContain("FOLDER is missing");
});

test("at a terminal init asks", async () => {
  const asked: string[] = [];
  const prompts = {
    text: async ({ message }: { message: string }) => {
      asked.push(message);
      return "asked-for";
    },
    password: async () => "",
    select: async <Value extends string>(_: string, options: readonly { value: Value }[]) => options[0]?.value as Value,
    confirm: async () => true,
  };
  await using person = await Person.arrives({ prompts });
  expect((await person.types(["init"])).stdout).toContain("asked-for/filter.yaml");
  expect(asked).toEqual(["Which folder?"]);
});

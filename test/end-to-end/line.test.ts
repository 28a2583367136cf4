import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Person } from "../../cli/testing.ts";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { startTraffic } from "../../tools/demo/traffic.ts";
import { partOrReason } from "../../tools/parts/mod.ts";
import { type EnvoyStage, startEnvoyStage } from "./stage.ts";

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("from an empty folder to a filter that answers in a real Envoy", () => {
  let hub: TestHub;
  let author: Person;
  let operator: Person;
  let stage: EnvoyStage;
  let project: string;
  let image: string;

  beforeAll(async () => {
    hub = await startTestHub();
    author = await Person.arrives();
    operator = await Person.arrives();
    stage = await startEnvoyStage("path" in envoy ? envoy.path : "");
    project = join(author.home, "hello");
    image = `${hub.host}/demo/hello`;
    await author.does(["init", "hello"]);
  });
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
    await Promise.all([hub, author, operator].map((one) => one[Symbol.asyncDispose]()));
  });

  /** @returns the reference with its digest */
  async function publish(tag: string): Promise<string> {
    await author.does(["build", "--tag", `${image}:${tag}`], { cwd: project });
    return (await author.does(["push", `${image}:${tag}`])).stdout.trim();
  }

  async function header(): Promise<unknown> {
    return (await stage.get()).headers["x-hello"];
  }

  test("build, push, pull elsewhere, deploy, change under load, undeploy", async () => {
    const untouched = await stage.listenerFile();
    const first = await publish("v1");
    expect((await operator.does(["pull", first])).stdout.trim()).toBe(first);
    expect(await header()).toBeUndefined();

    const planned = await operator.does(["deploy", "envoy", first, ...stage.target, "--dry-run"]);
    expect(planned.stdout).toContain("+                - name: wasm-hub.hello");
    expect((await stage.listenerFile()).equals(untouched)).toBe(true);

    await operator.does(["deploy", "envoy", first, ...stage.target]);
    expect(await header()).toBe("world");

    const source = join(project, "assembly", "index.ts");
    await writeFile(source, (await readFile(source, "utf8")).replace("this.root.value)", 'this.root.value + "!")'));
    const second = await publish("v2");
    const traffic = startTraffic(stage.url, "x-hello");
    await operator.does(["deploy", "envoy", second, ...stage.target]);
    const report = await traffic.stop();
    expect([...report.failed]).toEqual([]);
    expect([...report.byHeader.keys()]).toEqual(expect.arrayContaining(["world", "world!"]));
    expect(await header()).toBe("world!");

    const status = await operator.does(["status", ...stage.target.slice(0, 4), "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject([{ deployment: "hello", state: "running", reference: second }]);

    await operator.does(["undeploy", "envoy", "hello", ...stage.target.slice(0, 4)]);
    expect(await header()).toBeUndefined();
    expect((await stage.listenerFile()).equals(untouched)).toBe(true);
  });

  test("a filter that refuses its configuration changes nothing, and its words come back", async () => {
    const good = await publish("v3");
    await operator.does(["deploy", "envoy", good, "--config", '{"value":"before"}', ...stage.target]);
    const files = await stage.listenerFile();

    const source = join(project, "assembly", "index.ts");
    const text = await readFile(source, "utf8");
    await writeFile(
      source,
      text.replace("onConfigure(): bool {", 'onConfigure(): bool {\n    log.error("I will not");\n    return false;'),
    );
    const refusing = await publish("v4");
    const { status, stderr } = await operator.types(["deploy", "envoy", refusing, ...stage.target]);
    expect(status).toBe(1);
    expect(stderr).toContain("I will not");
    expect(await header()).toBe("before!");
    expect((await stage.listenerFile()).equals(files)).toBe(true);
    const running = await operator.does(["status", ...stage.target.slice(0, 4), "--json"]);
    expect(JSON.parse(running.stdout)).toMatchObject([{ state: "running", reference: good }]);
    await operator.does(["undeploy", "envoy", "hello", ...stage.target.slice(0, 4)]);
  });

  test("a configuration that does not follow the filter's schema is refused before Envoy is asked", async () => {
    const { status, stderr } = await operator.types([
      "deploy",
      "envoy",
      `${image}:v3`,
      "--config",
      '{"value":3}',
      ...stage.target,
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain("[CONFIG_INVALID]\n/value: must be string\n");
  });

  test("a tag that does not exist says where was looked", async () => {
    const { status, stderr } = await operator.types(["deploy", "envoy", `${image}:v99`, ...stage.target]);
    expect(status).toBe(1);
    expect(stderr).toContain(`demo/hello:v99 not found in ${hub.host} [CONTENT_NOT_FOUND]`);
  });
});

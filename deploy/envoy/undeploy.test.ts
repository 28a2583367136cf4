import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { drawBootstrap } from "./arbitrary-bootstrap.ts";
import { DeployError } from "./errors.ts";
import { managerType, MemoryFolder } from "./testing.ts";

interface Manager {
  readonly http_filters: readonly { readonly name: string }[];
}

/** Every HTTP connection manager in a parsed bootstrap. */
function managersIn(value: unknown): readonly Manager[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "@type" in value && value["@type"] === managerType ? [value as unknown as Manager] : [];
  return [...own, ...Object.values(value).flatMap((item) => managersIn(item))];
}

function withoutSlot(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item: unknown) =>
    Array.isArray(item)
      ? item.filter((one: { name?: string } | string) => typeof one === "string" || !one.name?.startsWith("wasm-hub."))
      : item,
  );
}

describe("whatever a bootstrap looks like,", () => {
  const runs = { numRuns: 50 };

  test("a deploy puts the filter before each router and changes nothing else, and undeploying gives back every byte", () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const text = drawBootstrap(draw);
        const folder = new MemoryFolder({ bootstrap: text });
        folder.deploy();
        const [before, after] = [parse(text) as unknown, parse(folder.text()) as unknown];
        expect(withoutSlot(after)).toEqual(before);
        for (const { http_filters: filters } of managersIn(after)) {
          expect(filters.map(({ name }) => name).slice(-2)).toEqual(["wasm-hub.demo", "envoy.filters.http.router"]);
        }
        folder.undeploy();
        expect(folder.text()).toBe(text);
      }),
      runs,
    );
  });

  test("two deployments go in either order", () => {
    fc.assert(
      fc.property(fc.gen(), fc.constantFrom(["a", "b"], ["b", "a"]), (draw, order) => {
        const text = drawBootstrap(draw);
        const folder = new MemoryFolder({ bootstrap: text });
        folder.deploy({ deployment: "a" });
        folder.deploy({ deployment: "b" });
        for (const name of order) folder.undeploy(name);
        expect(folder.text()).toBe(text);
      }),
      runs,
    );
  });

  test("a cluster for the registry is added and goes again, or nothing is done", () => {
    const remoteUrl = new URL("https://hub.example/v2/a/blobs/sha256:0");
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const text = drawBootstrap(draw);
        const folder = new MemoryFolder({ bootstrap: text });
        try {
          folder.deploy({ remoteUrl });
          expect(withoutSlot(parse(folder.text()))).toMatchObject(parse(text) as object);
          folder.undeploy();
        } catch (error) {
          if (!(error instanceof DeployError) || error.code !== "BOOTSTRAP_UNSUPPORTED") throw error;
        }
        expect(folder.text()).toBe(text);
      }),
      runs,
    );
  });

  test("lines that somebody adds after a deploy stay", () => {
    fc.assert(
      fc.property(fc.gen(), fc.nat(), (draw, place) => {
        const text = drawBootstrap(draw);
        const folder = new MemoryFolder({ bootstrap: text });
        folder.deploy();
        const end = text.includes("\r\n") ? "\r\n" : "\n";
        const lines = folder.text().split(end);
        const ours = new Set(linesWithout(lines, text.split(end)));
        const free = [...lines.keys()].filter((index) => index > 0 && !ours.has(index) && !ours.has(index - 1));
        fc.pre(free.length > 0);
        const index = free[place % free.length] ?? 0;
        const earlier = [...ours].filter((line) => line < index).length;
        folder.edit("bootstrap", () => lines.toSpliced(index, 0, "      # mine").join(end));
        folder.undeploy();
        expect(folder.text()).toBe(
          text
            .split(end)
            .toSpliced(index - earlier, 0, "      # mine")
            .join(end),
        );
      }),
      runs,
    );
  });
});

describe("planUndeploy()", () => {
  const bootstrap = `static_resources:
  listeners:
    - name: public
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": ${managerType}
                http_filters:
                  - name: envoy.filters.http.router
`;

  function deployed(): MemoryFolder {
    const folder = new MemoryFolder({ bootstrap });
    folder.deploy();
    return folder;
  }

  test("removes the configuration's lines before what they point at", () => {
    expect(
      deployed()
        .undeploy()
        .changes.map(({ role }) => role),
    ).toEqual(["bootstrap", "extension", "module", "record"]);
  });

  test("removes the modules of earlier versions too", () => {
    const folder = deployed();
    folder.deploy({ module: Buffer.from("another") });
    folder.undeploy();
    expect(folder.ownFiles()).toEqual([]);
  });

  test("keeps what somebody else has put beside the slot, renamed or reordered", () => {
    const folder = deployed();
    folder.edit("bootstrap", (text) =>
      text
        .replace("name: public", "name: everybody")
        .replace(/^ +- name: wasm-hub/m, "                  - name: envoy.filters.http.cors\n$&"),
    );
    folder.undeploy();
    expect(folder.text()).toBe(
      bootstrap
        .replace("name: public", "name: everybody")
        .replace(/^ +- name: envoy/m, "                  - name: envoy.filters.http.cors\n$&"),
    );
  });

  test.each([
    { name: "one of its lines was changed", edit: (text: string) => text.replace("type_urls:", "$& # mine") },
    { name: "its comment was changed", edit: (text: string) => text.replace("until:", "till") },
    { name: "it was moved to another margin", edit: (text: string) => text.replaceAll(/^ {16}(?= )/gm, "$& ") },
    {
      name: "it was copied",
      edit: (text: string) => text + text.slice(text.indexOf("    - name: public")).replace("public", "copy"),
    },
  ])("refuses when $name, and so does a deploy", ({ edit }) => {
    const folder = deployed();
    folder.edit("bootstrap", edit);
    const edited = folder.text();
    const refusal = expect.objectContaining({
      code: "SLOT_EDITED",
      hint: expect.stringContaining("by hand"),
      detail: expect.objectContaining({ slot: "wasm-hub.demo", path: "/etc/envoy/envoy.yaml" }),
    });
    expect(() => folder.undeploy()).toThrow(refusal);
    expect(() => folder.deploy({ module: Buffer.from("another") })).toThrow(refusal);
    expect(folder.text()).toBe(edited);
  });

  test("removes what is left when somebody has taken the slot out by hand", () => {
    const folder = deployed();
    folder.edit("bootstrap", () => bootstrap);
    expect(folder.undeploy().changes.map(({ role }) => role)).toEqual(["extension", "module", "record"]);
    expect(folder.ownFiles()).toEqual([]);
  });

  test("names the deployments that there are", () => {
    expect(() => deployed().undeploy("other")).toThrow(
      expect.objectContaining({ code: "DEPLOYMENT_UNKNOWN", hint: "there is demo" }),
    );
    expect(() => new MemoryFolder({ bootstrap }).undeploy()).toThrow(
      expect.objectContaining({ code: "DEPLOYMENT_UNKNOWN", hint: "nothing is deployed there at all" }),
    );
  });
});

/** Places of the lines that are only in the longer list. */
function linesWithout(longer: readonly string[], shorter: readonly string[]): number[] {
  let next = 0;
  return [...longer.keys()].filter((index) => {
    if (longer[index] !== shorter[next]) return true;
    next++;
    return false;
  });
}

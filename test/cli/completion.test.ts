import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine, wasm } from "./machine.ts";

const execute = promisify(execFile);

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.start();
  await machine.keepImage("127.0.0.1:5000/me/hello", "v1");
  await machine.keepImage("127.0.0.1:5000/me/other", "v1");
  // `wasm` by that name, as the scripts call it.
  const bin = join(machine.home, "bin");
  await mkdir(bin);
  await symlink(wasm, join(bin, "wasm"));
  await symlink(process.execPath, join(bin, "node"));
  machine.vars["PATH"] = `${bin}:${process.env["PATH"]}`;
  await mkdir(join(machine.home, "my folder"));
  await writeFile(join(machine.home, "my-file.wasm"), "");
});
afterAll(() => machine[Symbol.asyncDispose]());

const cases: readonly { readonly line: string; readonly completed: readonly string[] }[] = [
  { line: "wasm pu", completed: ["push", "pull"] },
  { line: "wasm hub ", completed: ["serve"] },
  { line: "wasm help hub s", completed: ["serve"] },
  { line: "wasm push --dr", completed: ["--dry-run"] },
  { line: "wasm push --dry-run --dr", completed: [] },
  { line: "wasm build --format ", completed: ["oci", "compat", "docker", "artifact"] },
  { line: "wasm build --format c", completed: ["compat"] },
  { line: "wasm -v build --no", completed: ["--no-cache"] },
  { line: "wasm completion ", completed: ["bash", "zsh", "fish"] },
  { line: "wasm nonsense ", completed: [] },
  { line: "wasm push 127.0.0.1:5000/me/h", completed: ["127.0.0.1:5000/me/hello:v1"] },
  { line: "wasm tag me/x:v1 127.0.0.1:5000/me/o", completed: ["127.0.0.1:5000/me/other:v1"] },
  { line: "wasm build --output my-f", completed: ["my-file.wasm"] },
  { line: "wasm build my", completed: ["my folder"] },
  { line: "wasm push $(touch evil) 12", completed: [] },
];

describe("bash", () => {
  /** What bash would put into the line: what it replaces begins after the last : or =. */
  async function complete(line: string): Promise<readonly string[]> {
    const script = `
      source <(wasm completion bash)
      source <(wasm completion bash) # twice is no trouble
      COMP_LINE=$LINE_TYPED COMP_POINT=\${#LINE_TYPED}
      # As bash splits it: at blanks, and at : and = with these as words of their own.
      mapfile -t COMP_WORDS < <(sed -E 's/([:=]+)/\\n\\1\\n/g; s/ +/\\n/g' <<<"$LINE_TYPED" | sed -e '/^$/d')
      [[ $LINE_TYPED == *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _wasm wasm "" ""
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await machine.bash(`unset -f wasm; ${script}`, { vars: { LINE_TYPED: line } });
    expect(stderr).toBe("");
    const word = line.slice(line.lastIndexOf(" ") + 1);
    const before = /^.*[:=]/.exec(word)?.[0] ?? "";
    return stdout
      .split("\n")
      .filter((reply) => reply !== "")
      .map((reply) => before + reply);
  }

  test.each(cases)("$line⇥", async ({ line, completed }) => {
    expect(await complete(line)).toEqual(completed);
    expect(await machine.files()).not.toContain("evil");
  });

  test("--flag=value, whose = bash takes for the end of a word", async () => {
    expect(await complete("wasm build --format=")).toEqual([
      "--format=oci",
      "--format=compat",
      "--format=docker",
      "--format=artifact",
    ]);
    expect(await complete("wasm build --output=my-f")).toEqual(["--output=my-file.wasm"]);
  });

  test("at a real prompt, with Tab", async () => {
    const rc = join(machine.home, "rc");
    await writeFile(rc, "PS1='ready> '\nsource <(wasm completion bash)\n");
    const terminal = await machine.shell(["bash", "--noprofile", "--rcfile", rc, "-i"]);
    await terminal.shows("ready> ");
    terminal.type("wasm inspect 127.0.0.1:5000/me/h\t");
    await terminal.shows("wasm inspect 127.0.0.1:5000/me/hello:v1 ");
    terminal.type("\u0015wasm build --output=my-f\t");
    await terminal.shows("wasm build --output=my-file.wasm ");
    terminal.type("\u0015wasm build my\t");
    await terminal.shows(/wasm build my\\ folder\//);
    terminal.type("\u0015exit\n");
    expect(await terminal.ends()).toMatchObject({ status: 0 });
  });
});

const hasZsh = await isThere("zsh");
const hasFish = await isThere("fish");

describe("zsh", () => {
  test.skipIf(!hasZsh)("reads the script", async () => {
    await machine.run(["completion", "zsh"]).then(({ stdout }) => writeFile(join(machine.home, "_wasm"), stdout));
    expect(await execute("zsh", ["-n", join(machine.home, "_wasm")])).toEqual({ stdout: "", stderr: "" });
  });

  test.skipIf(!hasZsh)("at a real prompt, with Tab", async () => {
    await writeFile(
      join(machine.home, ".zshrc"),
      "PS1='ready> '\nautoload -Uz compinit && compinit -u -D\nsource <(wasm completion zsh)\n",
    );
    const terminal = await machine.shell(["zsh", "-i"]);
    await terminal.shows("ready> ");
    terminal.type("wasm inspect 127.0.0.1:5000/me/h\t");
    await terminal.shows("/me/hello:v1");
    terminal.type("\u0015wasm build --output=my-f\t");
    await terminal.shows("--output=my-file.wasm");
    terminal.type("\u0015exit\n");
    expect(await terminal.ends()).toMatchObject({ status: 0 });
  });
});

describe("fish", () => {
  test.skipIf(!hasFish)("reads the script, and completes", async () => {
    const script = join(machine.home, "wasm.fish");
    await machine.run(["completion", "fish"]).then(({ stdout }) => writeFile(script, stdout));
    await execute("fish", ["--no-execute", script]);
    const { line, completed } = { line: "wasm push 127.0.0.1:5000/me/h", completed: "127.0.0.1:5000/me/hello:v1" };
    const { stdout } = await execute("fish", ["--no-config", "-c", `source ${script}; complete -C '${line}'`], {
      env: machine.vars,
      cwd: machine.home,
    });
    expect(stdout).toMatch(new RegExp(`^${completed}\tsha256:[0-9a-f]{12}\n$`));
  });
});

async function isThere(program: string): Promise<boolean> {
  return execute(program, ["--version"]).then(
    () => true,
    () => false,
  );
}

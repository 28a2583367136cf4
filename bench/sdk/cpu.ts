import { readdir, readFile } from "node:fs/promises";

/** Microseconds of CPU, user and system, that a process has used; the scheduler counts them in nanoseconds. */
export async function cpuMicroseconds(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const line = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0");
    nanoseconds += Number(line.split(" ", 1)[0]);
  }
  return nanoseconds / 1000;
}

/** Kibibytes of memory that a process holds. */
export async function residentKib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}

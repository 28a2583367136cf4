import { Agent, request } from "node:http";

/** One answer, as far as the demo looks at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface TrafficReport {
  readonly sent: number;
  /** Everything that is not an answer with status 200: other statuses, and errors by their code. */
  readonly failed: ReadonlyMap<string, number>;
  /** Answers with 200, by the value of the observed header (`-` where it is missing). */
  readonly byHeader: ReadonlyMap<string, number>;
}

/**
 * Sends one request and reads the answer to its end.
 *
 * @param agent false: on a connection of its own
 */
export function get(url: URL, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      response.resume();
    });
    sent.once("error", reject);
    sent.end();
  });
}

/**
 * Sends requests to `url` until stopped: half of the senders keep their connection, half open a new one each time.
 *
 * @param header the response header whose values are counted
 */
export function startTraffic(url: URL, header: string, senders = 4): { stop(): Promise<TrafficReport> } {
  const keepAlive = new Agent({ keepAlive: true });
  const failed = new Map<string, number>();
  const byHeader = new Map<string, number>();
  let sent = 0;
  const stop = new AbortController();

  async function send(agent: Agent | false): Promise<void> {
    while (!stop.signal.aborted) {
      sent++;
      try {
        const answer = await get(url, agent);
        if (answer.status === 200) count(byHeader, String(answer.headers[header] ?? "-"));
        else count(failed, `status ${answer.status}`);
      } catch (error) {
        count(failed, (error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
  }

  const all = Array.from({ length: senders }, (_, index) => send(index % 2 === 0 ? keepAlive : false));
  return {
    async stop() {
      stop.abort();
      await Promise.all(all);
      keepAlive.destroy();
      return { sent, failed, byHeader };
    },
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

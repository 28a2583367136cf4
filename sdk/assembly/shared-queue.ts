import { pop, push, pushedSize } from "./arguments";
import {
  proxy_dequeue_shared_queue,
  proxy_enqueue_shared_queue,
  proxy_register_shared_queue,
  proxy_resolve_shared_queue,
} from "./env";
import { expectResult, resultAddress, resultSize, takeBytes, takeString } from "./result";
import { Status } from "./status";
import { utf8Bytes } from "./utf8";

const tokenCell: usize = memory.data(4, 4);

/**
 * First in, first out, shared by all workers. Who registers it is told by {@link RootContext.onQueueReady} of each entry;
 * of several, the last one is.
 *
 * ```ts
 * class Collector extends RootContext {
 *   onConfigure(): bool {
 *     return SharedQueue.register("paths") !== null;
 *   }
 *
 *   onQueueReady(queue: SharedQueue): void {
 *     let path = queue.dequeue();
 *     while (path !== null) {
 *       log.info(path);
 *       path = queue.dequeue();
 *     }
 *   }
 *
 *   createHttpContext(): HttpContext {
 *     return new Sender();
 *   }
 * }
 *
 * class Sender extends HttpContext {
 *   onLog(): void {
 *     const queue = SharedQueue.resolve("", "paths");
 *     const path = this.requestHeaders.get(":path");
 *     if (queue !== null && path !== null) queue.enqueue(path);
 *   }
 * }
 * ```
 */
export class SharedQueue {
  /** @param token the host's name for the queue, the same in all workers */
  constructor(readonly token: u32) {}

  /** The queue of this name, a new one when there is none. `null` when the host refuses. */
  static register(name: string): SharedQueue | null {
    const address = push(name);
    const status = proxy_register_shared_queue(address, pushedSize, tokenCell);
    pop(address);
    return status == Status.Ok ? new SharedQueue(load<u32>(tokenCell)) : null;
  }

  /**
   * A queue that somebody has registered; `null` when nobody has.
   *
   * @param vmId `vm_id` of the VM that did; `""`: this one's
   */
  static resolve(vmId: string, name: string): SharedQueue | null {
    const vmAddress = push(vmId);
    const vmSize = pushedSize;
    const address = push(name);
    const status = proxy_resolve_shared_queue(vmAddress, vmSize, address, pushedSize, tokenCell);
    pop(address);
    pop(vmAddress);
    return status == Status.Ok ? new SharedQueue(load<u32>(tokenCell)) : null;
  }

  /** Adds an entry; NotFound when there is no such queue. */
  enqueue(text: string): Status {
    return this.enqueueBytes(utf8Bytes(text));
  }

  /** {@link enqueue} with an entry that need not be text. */
  enqueueBytes(bytes: Uint8Array): Status {
    return proxy_enqueue_shared_queue(this.token, bytes.dataStart, bytes.byteLength);
  }

  /** Takes the oldest entry; `null` when there is none, or no such queue. */
  dequeue(): string | null {
    return this.take() == Status.Ok ? takeString() : null;
  }

  /** {@link dequeue}, byte for byte. */
  dequeueBytes(): Uint8Array | null {
    return this.take() == Status.Ok ? takeBytes() : null;
  }

  private take(): Status {
    expectResult();
    return proxy_dequeue_shared_queue(this.token, resultAddress, resultSize);
  }
}

import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A server that sends back what it gets, after `greeting`. */
export async function startEchoServer(greeting: string): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    socket.write(greeting);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** A client that remembers what it got. */
export interface Client {
  readonly socket: Socket;
  /** Resolves once it got `text`. */
  got(text: string): Promise<void>;
  /** Resolves with all that it got, once the connection is closed. */
  readonly closed: Promise<string>;
}

export function connectTo(port: number): Client {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("utf8").on("data", (text: string) => (received += text));
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once("close", () => resolve(received));
  });
  const got = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (received.includes(text)) resolve();
      };
      socket.on("data", look);
      socket.once("close", () => reject(new Error(`closed after ${JSON.stringify(received)}`)));
      look();
    });
  return { socket, got, closed };
}

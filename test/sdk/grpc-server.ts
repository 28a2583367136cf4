import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

/** A gRPC server that does what the method's name says; a message is `size` bytes after a five-byte prefix. */
export async function startGrpcServer(): Promise<GrpcServer> {
  const calls: GrpcServer["calls"][number][] = [];
  const server = createServer();
  const sessions = new Set<{ destroy: () => void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    const path = String(headers[":path"]);
    const call = { path, metadata: headers as Record<string, string>, messages: [] as string[], end: "" };
    calls.push(call);
    stream.on("error", () => undefined);
    stream.on("close", () => (call.end ||= stream.rstCode === 0 ? "closed" : `reset ${stream.rstCode}`));
    let unread = Buffer.alloc(0);
    stream.on("data", (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= 5 && unread.length >= 5 + unread.readUInt32BE(1)) {
        const end = 5 + unread.readUInt32BE(1);
        call.messages.push(unread.subarray(5, end).toString("latin1"));
        unread = unread.subarray(end);
        onMessage(stream, path, call.messages.at(-1) ?? "");
      }
    });
    stream.on("end", () => onEnd(stream, path));
    onStart(stream, path);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, calls, close: () => close(server, sessions) };
}

export interface GrpcServer {
  readonly port: number;
  /** In the order in which they came. */
  readonly calls: readonly {
    readonly path: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly messages: readonly string[];
    /** How the stream ended; empty while it is open. */
    readonly end: string;
  }[];
  close(): Promise<void>;
}

function onStart(stream: ServerHttp2Stream, path: string): void {
  if (path.endsWith("/Refuse")) {
    const trailers = { "grpc-status": "7", "grpc-message": "not for you" };
    stream.respond({ ":status": 200, "content-type": "application/grpc", ...trailers }, { endStream: true });
  } else if (!path.endsWith("/Hang") && !path.endsWith("/Reset")) {
    stream.respond({ "content-type": "application/grpc", "x-initial": "first" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => {
      const status = path.endsWith("/Fail") ? { "grpc-status": "9", "grpc-message": "no gr%C3%BC%C3%9Fe" } : undefined;
      stream.sendTrailers(status ?? { "grpc-status": "0", "x-trailing": "last" });
    });
  }
}

function onMessage(stream: ServerHttp2Stream, path: string, message: string): void {
  if (path.endsWith("/Reset")) stream.close(2);
  if (path.endsWith("/Burst")) stream.write(Buffer.concat([0, 1, 2, 3].map((n) => frame(`${message}${n}`))));
  if (path.endsWith("/BurstEnd")) stream.end(Buffer.concat([0, 1, 2, 3].map((n) => frame(`${message}${n}`))));
  if (path.endsWith("/Echo")) stream.write(frame(message.toUpperCase()));
  if (path.endsWith("/EchoEnd")) stream.end(frame(message.toUpperCase()));
}

function onEnd(stream: ServerHttp2Stream, path: string): void {
  if (path.endsWith("/Hang") || path.endsWith("/Forever") || path.endsWith("/Burst")) return;
  if (!stream.destroyed && !stream.writableEnded && stream.headersSent) stream.end();
}

function frame(message: string): Buffer {
  const bytes = Buffer.from(message, "latin1");
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

function close(server: Http2Server, sessions: ReadonlySet<{ destroy: () => void }>): Promise<void> {
  for (const session of sessions) session.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

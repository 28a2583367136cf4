import { proxy_get_status } from "./env";
import { Header } from "./header";
import { Pending } from "./pending";
import { bytesField, textField } from "./protobuf";
import { expectResult, resultAddress, resultSize, takeString } from "./result";
import { Status } from "./status";

const codeCell: usize = memory.data(4, 4);

/** The SDK's: what {@link GrpcCall} and {@link GrpcStream} have in common. */
export abstract class GrpcPending extends Pending {
  /** Sent before the first message. */
  metadata: Header[] = [];

  /**
   * @param cluster the host's name for a group of upstreams that speak HTTP/2
   * @param service with its package, such as "helloworld.Greeter"
   */
  constructor(
    public cluster: string,
    public service: string,
    public method: string,
  ) {
    super();
  }

  /** The SDK's: the root context that the host tells of it; 0 before it has told anything. */
  rootId: u32 = 0;

  /** The SDK's: what the host calls. */
  abstract receive(message: Uint8Array): void;
  abstract receiveClose(code: u32, message: string): void;
  receiveInitialMetadata(): void {}
  receiveTrailingMetadata(): void {}

  /**
   * Envoy's GrpcService message. Envoy takes a cluster's name too, but only when the name is not by chance a message
   * itself: of "users", which is one, Envoy 1.40 dies.
   */
  protected get target(): Uint8Array {
    return bytesField(1, textField(1, this.cluster));
  }
}

/** What the host says of the call that it has just closed. */
export function readStatusMessage(): string {
  expectResult();
  return proxy_get_status(codeCell, resultAddress, resultSize) == Status.Ok ? takeString() : "";
}

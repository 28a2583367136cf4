import { findBoolean, findInteger, findText } from "./property";

/**
 * Envoy's attributes, by their names: what is text is `null` when it is not there, what is a number is -1 then, what is
 * true or false is false. Each is read from the host anew; those that a filter does not name cost it nothing.
 *
 * ```ts
 * class Audit extends HttpContext {
 *   onLog(): void {
 *     log.info(`${properties.request.method()} ${properties.request.urlPath()}: ${properties.response.code()}`);
 *     log.info(`from ${properties.source.address()} to ${properties.upstream.address()}`);
 *   }
 * }
 * ```
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
 */
export namespace properties {
  /** The request (`request.*`). */
  export namespace request {
    /** With the query. */
    export function path(): string | null {
      return findText("request\0path");
    }

    /** Without the query. */
    export function urlPath(): string | null {
      return findText("request\0url_path");
    }

    /** Without the question mark; `""` when there is none. */
    export function query(): string | null {
      return findText("request\0query");
    }

    export function host(): string | null {
      return findText("request\0host");
    }

    export function scheme(): string | null {
      return findText("request\0scheme");
    }

    export function method(): string | null {
      return findText("request\0method");
    }

    /** `HTTP/1.0`, `HTTP/1.1`, `HTTP/2` or `HTTP/3`. */
    export function protocol(): string | null {
      return findText("request\0protocol");
    }

    /** `x-request-id`. */
    export function id(): string | null {
      return findText("request\0id");
    }

    export function referer(): string | null {
      return findText("request\0referer");
    }

    export function userAgent(): string | null {
      return findText("request\0useragent");
    }

    /** When its first byte came: nanoseconds since 1970. */
    export function time(): i64 {
      return findInteger("request\0time", -1);
    }

    /** Nanoseconds until its last byte; there once that has come. */
    export function duration(): i64 {
      return findInteger("request\0duration", -1);
    }

    /** Bytes of the body, by `content-length` when there is one. */
    export function size(): i64 {
      return findInteger("request\0size", -1);
    }

    /** Bytes of headers, body and trailers. */
    export function totalSize(): i64 {
      return findInteger("request\0total_size", -1);
    }
  }

  /** The response (`response.*`). */
  export namespace response {
    /** The HTTP status. */
    export function code(): i64 {
      return findInteger("response\0code", -1);
    }

    /** Who answered, and why: `via_upstream`, or what {@link HttpContext.sendLocalResponse} was given. */
    export function codeDetails(): string | null {
      return findText("response\0code_details");
    }

    /** What went wrong, as bits: the access log's response flags. */
    export function flags(): i64 {
      return findInteger("response\0flags", -1);
    }

    /** See {@link GrpcStatus}. */
    export function grpcStatus(): i64 {
      return findInteger("response\0grpc_status", -1);
    }

    /** Bytes of the body. */
    export function size(): i64 {
      return findInteger("response\0size", -1);
    }

    /** Bytes of headers, body and trailers. */
    export function totalSize(): i64 {
      return findInteger("response\0total_size", -1);
    }

    /** Nanoseconds between the first byte to the upstream and the last one from it. */
    export function backendLatency(): i64 {
      return findInteger("response\0backend_latency", -1);
    }
  }

  /** The client's end of its connection (`source.*`). */
  export namespace source {
    /** With the port. */
    export function address(): string | null {
      return findText("source\0address");
    }

    export function port(): i64 {
      return findInteger("source\0port", -1);
    }
  }

  /** The proxy's end of the client's connection (`destination.*`). */
  export namespace destination {
    /** With the port. */
    export function address(): string | null {
      return findText("destination\0address");
    }

    export function port(): i64 {
      return findInteger("destination\0port", -1);
    }
  }

  /** The client's connection (`connection.*`). */
  export namespace connection {
    export function id(): i64 {
      return findInteger("connection\0id", -1);
    }

    /** Whether the client has shown a certificate. */
    export function isMutualTls(): bool {
      return findBoolean("connection\0mtls", false);
    }

    /** TLS's server name; `""` without TLS. */
    export function requestedServerName(): string | null {
      return findText("connection\0requested_server_name");
    }

    export function tlsVersion(): string | null {
      return findText("connection\0tls_version");
    }

    export function subjectLocalCertificate(): string | null {
      return findText("connection\0subject_local_certificate");
    }

    export function subjectPeerCertificate(): string | null {
      return findText("connection\0subject_peer_certificate");
    }

    /** The first DNS name in the proxy's certificate. */
    export function dnsSanLocalCertificate(): string | null {
      return findText("connection\0dns_san_local_certificate");
    }

    /** The first DNS name in the client's certificate. */
    export function dnsSanPeerCertificate(): string | null {
      return findText("connection\0dns_san_peer_certificate");
    }

    /** The first URI in the proxy's certificate. */
    export function uriSanLocalCertificate(): string | null {
      return findText("connection\0uri_san_local_certificate");
    }

    /** The first URI in the client's certificate, such as its SPIFFE id. */
    export function uriSanPeerCertificate(): string | null {
      return findText("connection\0uri_san_peer_certificate");
    }

    /** In hex. */
    export function sha256PeerCertificateDigest(): string | null {
      return findText("connection\0sha256_peer_certificate_digest");
    }

    /** Why the proxy has closed it. */
    export function terminationDetails(): string | null {
      return findText("connection\0termination_details");
    }
  }

  /** The upstream's connection (`upstream.*`). */
  export namespace upstream {
    /** With the port. */
    export function address(): string | null {
      return findText("upstream\0address");
    }

    export function port(): i64 {
      return findInteger("upstream\0port", -1);
    }

    /** The proxy's end, with the port. */
    export function localAddress(): string | null {
      return findText("upstream\0local_address");
    }

    /** 1 without retries. */
    export function requestAttemptCount(): i64 {
      return findInteger("upstream\0request_attempt_count", -1);
    }

    /** Why TLS failed. */
    export function transportFailureReason(): string | null {
      return findText("upstream\0transport_failure_reason");
    }

    export function tlsVersion(): string | null {
      return findText("upstream\0tls_version");
    }

    export function subjectLocalCertificate(): string | null {
      return findText("upstream\0subject_local_certificate");
    }

    export function subjectPeerCertificate(): string | null {
      return findText("upstream\0subject_peer_certificate");
    }

    export function dnsSanLocalCertificate(): string | null {
      return findText("upstream\0dns_san_local_certificate");
    }

    export function dnsSanPeerCertificate(): string | null {
      return findText("upstream\0dns_san_peer_certificate");
    }

    export function uriSanLocalCertificate(): string | null {
      return findText("upstream\0uri_san_local_certificate");
    }

    export function uriSanPeerCertificate(): string | null {
      return findText("upstream\0uri_san_peer_certificate");
    }

    export function sha256PeerCertificateDigest(): string | null {
      return findText("upstream\0sha256_peer_certificate_digest");
    }
  }

  /** What the proxy's configuration chose (`xds.*`). */
  export namespace xds {
    export function clusterName(): string | null {
      return findText("xds\0cluster_name");
    }

    export function routeName(): string | null {
      return findText("xds\0route_name");
    }

    export function virtualHostName(): string | null {
      return findText("xds\0virtual_host_name");
    }

    export function filterChainName(): string | null {
      return findText("xds\0filter_chain_name");
    }

    /** 0: unspecified, 1: inbound, 2: outbound. */
    export function listenerDirection(): i64 {
      return findInteger("xds\0listener_direction", -1);
    }
  }

  /** The proxy itself (`xds.node.*`). */
  export namespace node {
    export function id(): string | null {
      return findText("xds\0node\0id");
    }

    export function cluster(): string | null {
      return findText("xds\0node\0cluster");
    }

    export function region(): string | null {
      return findText("xds\0node\0locality\0region");
    }

    export function zone(): string | null {
      return findText("xds\0node\0locality\0zone");
    }
  }

  /** This filter, as the host's configuration names it. */
  export namespace plugin {
    export function name(): string | null {
      return findText("plugin_name");
    }

    export function rootId(): string | null {
      return findText("plugin_root_id");
    }

    export function vmId(): string | null {
      return findText("plugin_vm_id");
    }
  }
}

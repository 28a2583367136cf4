export { type Credentials, type CredentialSource, noCredentials } from "./credentials.ts";
export { DockerCredentials, type DockerCredentialsOptions } from "./docker-credentials.ts";
export { ClientError, clientErrors } from "./errors.ts";
export { Registry } from "./registry.ts";
export { RemoteRepository } from "./repository.ts";
export { originOf, type TransportOptions } from "./transport.ts";

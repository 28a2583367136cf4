import type { CommandTree } from "./command.ts";

/** Every command, in the order of a filter's life. A command's file is loaded when it is named. */
export const commands: CommandTree = {
  init: { summary: "Make a new filter project", load: async () => (await import("./commands/init.ts")).init },
  build: {
    summary: "Compile a filter into an image in the local store",
    load: async () => (await import("./commands/build.ts")).build,
  },
  list: { summary: "List the images in the local store", load: async () => (await import("./commands/list.ts")).list },
  tag: {
    summary: "Give an image in the local store another name",
    load: async () => (await import("./commands/tag.ts")).tag,
  },
  login: { summary: "Log in to a registry", load: async () => (await import("./commands/login.ts")).login },
  logout: {
    summary: "Forget the password for a registry",
    load: async () => (await import("./commands/logout.ts")).logout,
  },
  push: {
    summary: "Send an image from the local store to its registry",
    load: async () => (await import("./commands/push.ts")).push,
  },
  pull: {
    summary: "Fetch an image from its registry into the local store",
    load: async () => (await import("./commands/pull.ts")).pull,
  },
  inspect: {
    summary: "Show what is in an image or a module",
    load: async () => (await import("./commands/inspect.ts")).inspect,
  },
  deploy: {
    summary: "Roll a filter out",
    commands: {
      envoy: {
        summary: "Deploy a filter to an Envoy by its bootstrap file",
        load: async () => (await import("./commands/deploy-envoy.ts")).deployEnvoy,
      },
    },
  },
  undeploy: {
    summary: "Take a filter away again",
    commands: {
      envoy: {
        summary: "Take a filter away from an Envoy",
        load: async () => (await import("./commands/undeploy-envoy.ts")).undeployEnvoy,
      },
    },
  },
  status: {
    summary: "Show what is deployed, and whether Envoy runs it",
    load: async () => (await import("./commands/status.ts")).status,
  },
  hub: {
    summary: "Run a hub",
    commands: {
      serve: {
        summary: "Run a hub: a registry with a web site",
        load: async () => (await import("./commands/hub-serve.ts")).hubServe,
      },
    },
  },
  doctor: {
    summary: "Find what is wrong on this machine, and mend it",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  completion: {
    summary: "Print a completion script for a shell",
    load: async () => (await import("./commands/completion.ts")).completion,
  },
  help: { summary: "Show help for a command", load: async () => (await import("./commands/help.ts")).help },
};

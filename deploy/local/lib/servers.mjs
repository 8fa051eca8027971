// Servers of the operating system: which are there, and how to get the others.
import { hasRabbit } from "./rabbit.mjs";
import { systemBin } from "./postgres.mjs";

/** Debian's packages of the wanted servers (postgresql, rabbitmq-server) that are not installed. */
export const missingServers = (wanted = ["postgresql", "rabbitmq-server"], root = "/") =>
  wanted.filter((name) => !(name === "postgresql" ? systemBin(null, root) : hasRabbit(root)));

export const howToInstall = (missing) => `not installed: ${missing.join(" and ")}; install with: sudo apt-get install ${missing.join(" ")}`;

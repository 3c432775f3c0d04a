// Takes from this process what reaches out of it. A machine that can gives it no network to begin with.

import { registerHooks } from "node:module";

const REACHING =
  /^(?:node:)?(?:child_process|cluster|dgram|dns|http|http2|https|inspector|module|net|repl|tls|vm|worker_threads)(?:\/|$)/;

export function forbid() {
  for (const name of ["fetch", "WebSocket", "EventSource"]) Reflect.deleteProperty(globalThis, name);
  for (const name of ["binding", "dlopen", "getBuiltinModule", "kill"]) Reflect.deleteProperty(process, name);
  registerHooks({
    resolve(specifier, context, next) {
      if (REACHING.test(specifier)) throw new Error(`${specifier} cannot be used here`);
      return next(specifier, context);
    },
  });
}

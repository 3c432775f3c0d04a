# The local edge: the dispatch worker and the preview runtime as they run on Cloudflare, bound to what is here.
# `python -m edge.local` passes the listening socket, and runs it where the origin's socket lies.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "dispatch", worker = (
        compatibilityDate = "2026-11-01",
        modules = [
          ( name = "worker.js", esModule = embed "../dispatch/worker.js" ),
          ( name = "route.js", esModule = embed "../dispatch/route.js" ),
          ( name = "framing.js", esModule = embed "../dispatch/framing.js" ),
          ( name = "headers.js", esModule = embed "../dispatch/headers.js" ),
          ( name = "pages.js", esModule = embed "../dispatch/pages.js" ),
        ],
        bindings = [
          ( name = "ZONES", fromEnvironment = "FLEET_ZONES" ),
          ( name = "PREVIEW", service = "preview" ),
        ],
        globalOutbound = "nowhere" ) ),
    ( name = "preview", worker = (
        compatibilityDate = "2026-11-01",
        modules = [
          ( name = "worker.js", esModule = embed "../preview-worker/worker.js" ),
          ( name = "memory.js", esModule = embed "../preview-worker/memory.js" ),
          ( name = "origin.js", esModule = embed "../preview-worker/origin.js" ),
        ],
        bindings = [ ( name = "ORIGIN", service = "origin" ) ],
        globalOutbound = "nowhere" ) ),
    ( name = "origin", external = ( address = "unix:origin.sock", http = () ) ),
    ( name = "nowhere", network = ( allow = [] ) ),
  ],
  sockets = [ ( name = "http", http = (), service = "dispatch" ) ],
);

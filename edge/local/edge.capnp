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
          ( name = "asking.js", esModule = embed "../dispatch/asking.js" ),
          ( name = "deployed.js", esModule = embed "../dispatch/deployed.js" ),
          ( name = "pointers.js", esModule = embed "../dispatch/pointers.js" ),
          ( name = "release.js", esModule = embed "../dispatch/release.js" ),
          ( name = "traffic.js", esModule = embed "../dispatch/traffic.js" ),
          ( name = "headers.js", esModule = embed "../dispatch/headers.js" ),
          ( name = "pages.js", esModule = embed "../dispatch/pages.js" ),
        ],
        bindings = [
          ( name = "ZONES", fromEnvironment = "FLEET_ZONES" ),
          ( name = "EDGE_KEY", fromEnvironment = "FLEET_EDGE_KEY" ),
          ( name = "POINTER_MS", text = "0" ),
          ( name = "PREVIEW", service = "preview" ),
          ( name = "ASSETS", service = "assets" ),
          ( name = "POINTERS", service = "pointers" ),
          ( name = "DOMAINS", service = "domains" ),
          ( name = "STAGING", wrapped = ( moduleName = "local:namespace", innerBindings = [
            ( name = "SCRIPTS", service = "scripts" ), ( name = "ENVIRONMENT", text = "staging" ) ] ) ),
          ( name = "PRODUCTION", wrapped = ( moduleName = "local:namespace", innerBindings = [
            ( name = "SCRIPTS", service = "scripts" ), ( name = "ENVIRONMENT", text = "production" ) ] ) ),
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
    ( name = "assets", worker = (
        compatibilityDate = "2026-11-01",
        modules = [
          ( name = "worker.js", esModule = embed "../assets-worker/worker.js" ),
          ( name = "answer.js", esModule = embed "../assets-worker/answer.js" ),
          ( name = "kept.js", esModule = embed "../assets-worker/kept.js" ),
          ( name = "match.js", esModule = embed "../assets-worker/match.js" ),
        ],
        bindings = [ ( name = "RELEASES", service = "releases" ), ( name = "BLOBS", service = "blobs" ) ],
        globalOutbound = "nowhere" ) ),
    ( name = "scripts", worker = (
        compatibilityDate = "2026-11-01",
        modules = [
          ( name = "scripts.js", esModule = embed "scripts.js" ),
          ( name = "shard.js", esModule = embed "shard.js" ),
        ],
        bindings = [
          ( name = "COMMON", text = "2" ),
          ( name = "runner-0", service = "runner-0" ),
          ( name = "runner-1", service = "runner-1" ),
          ( name = "apart-0", service = "apart-0" ),
          ( name = "apart-1", service = "apart-1" ),
        ],
        globalOutbound = "nowhere" ) ),
    ( name = "runner-0", external = ( address = "unix:runner-0.sock", http = ( style = proxy ) ) ),
    ( name = "runner-1", external = ( address = "unix:runner-1.sock", http = ( style = proxy ) ) ),
    ( name = "apart-0", external = ( address = "unix:apart-0.sock", http = ( style = proxy ) ) ),
    ( name = "apart-1", external = ( address = "unix:apart-1.sock", http = ( style = proxy ) ) ),
    ( name = "pointers", disk = ( path = "../edge/pointers" ) ),
    ( name = "domains", disk = ( path = "../edge/domains" ) ),
    ( name = "releases", disk = ( path = "../edge/releases" ) ),
    ( name = "blobs", disk = ( path = "../edge/blobs" ) ),
    ( name = "origin", external = ( address = "unix:origin.sock", http = () ) ),
    ( name = "nowhere", network = ( allow = [] ) ),
  ],
  extensions = [ ( modules = [ ( name = "local:namespace", internal = true, esModule = embed "namespace.js" ) ] ) ],
  sockets = [
    ( name = "http", http = (), service = "dispatch" ),
    ( name = "counts", http = (), service = ( name = "dispatch", entrypoint = "counts" ) ),
    ( name = "desk", http = (), service = ( name = "scripts", entrypoint = "desk" ) ),
  ],
);

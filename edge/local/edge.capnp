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
    ( name = "pointers", disk = ( path = "../edge/pointers" ) ),
    ( name = "domains", disk = ( path = "../edge/domains" ) ),
    ( name = "releases", disk = ( path = "../edge/releases" ) ),
    ( name = "blobs", disk = ( path = "../edge/blobs" ) ),
    ( name = "origin", external = ( address = "unix:origin.sock", http = () ) ),
    ( name = "nowhere", network = ( allow = [] ) ),
  ],
  sockets = [ ( name = "http", http = (), service = "dispatch" ) ],
);

# What runs apps' scripts: as many of these processes as there are places for them.
# A script reaches public addresses, its own keys and values, and its own release's assets.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = [ "--max-old-space-size=192" ],
  services = [
    ( name = "runner", worker = (
        compatibilityDate = "2026-11-01",
        compatibilityFlags = [ "experimental" ],
        modules = [
          ( name = "local/runner.js", esModule = embed "runner.js" ),
          ( name = "local/loading.js", esModule = embed "loading.js" ),
          ( name = "local/lines.js", esModule = embed "lines.js" ),
          ( name = "local/kv_call.js", esModule = embed "kv_call.js" ),
          ( name = "assets-worker/worker.js", esModule = embed "../assets-worker/worker.js" ),
          ( name = "assets-worker/answer.js", esModule = embed "../assets-worker/answer.js" ),
          ( name = "assets-worker/kept.js", esModule = embed "../assets-worker/kept.js" ),
          ( name = "assets-worker/match.js", esModule = embed "../assets-worker/match.js" ),
        ],
        bindings = [
          ( name = "FALLS", fromEnvironment = "FLEET_FALLS" ),
          ( name = "LOADER", workerLoader = ( id = "apps" ) ),
          ( name = "SCRIPTS", service = "scripts" ),
          ( name = "VARIABLES", service = "variables" ),
          ( name = "RELEASES", service = "releases" ),
          ( name = "BLOBS", service = "blobs" ),
          ( name = "KEEPER", service = "keeper" ),
          ( name = "HOUSE", service = "house" ),
        ],
        globalOutbound = "outside" ) ),
    ( name = "scripts", disk = ( path = "../edge/scripts" ) ),
    ( name = "variables", disk = ( path = "../edge/variables" ) ),
    ( name = "releases", disk = ( path = "../edge/releases" ) ),
    ( name = "blobs", disk = ( path = "../edge/blobs" ) ),
    ( name = "keeper", external = ( address = "unix:keeper.sock", http = () ) ),
    ( name = "house", external = ( address = "unix:house.sock", http = () ) ),
    ( name = "outside", network = ( allow = [ "public" ], tlsOptions = ( trustBrowserCas = true ) ) ),
  ],
  sockets = [
    ( name = "http", http = ( style = proxy ), service = "runner" ),
    ( name = "desk", http = (), service = ( name = "runner", entrypoint = "desk" ) ),
  ],
);

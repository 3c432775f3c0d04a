# Keeps what apps' scripts put away by key: a database of its own for each app and environment.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "keeper", worker = (
        compatibilityDate = "2026-11-01",
        modules = [ ( name = "keeper.js", esModule = embed "keeper.js" ) ],
        bindings = [ ( name = "KEEPERS", durableObjectNamespace = "Keeper" ) ],
        durableObjectNamespaces = [ ( className = "Keeper", uniqueKey = "kv", enableSql = true ) ],
        durableObjectStorage = ( localDisk = "disk" ),
        globalOutbound = "nowhere" ) ),
    ( name = "disk", disk = ( path = "../edge/kv", writable = true ) ),
    ( name = "nowhere", network = ( allow = [] ) ),
  ],
  sockets = [ ( name = "http", http = (), service = "keeper" ), ( name = "desk", http = (), service = ( name = "keeper", entrypoint = "desk" ) ) ],
);

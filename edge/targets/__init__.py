"""Where releases are made live: one module a provider, behind one protocol."""

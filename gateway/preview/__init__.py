"""The origin of live previews: what every page of an app is made of, and what it is told."""

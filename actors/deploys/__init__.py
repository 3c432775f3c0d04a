"""The steps of a deployment: what is done next, how each is taken, and whose health is watched afterwards."""

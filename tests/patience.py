"""How long a test waits for what is bound to come: a slow machine takes its time, only a fault takes longer."""

PATIENCE = 60

"""The npm packages of apps: what is asked for, where it is installed, and how it is bundled once for all."""

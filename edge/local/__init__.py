"""The edge on this machine: workerd runs the very JavaScript that runs on Cloudflare."""

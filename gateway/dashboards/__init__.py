"""What an operator sees in Grafana: dashboards as rows of panels, and what Prometheus and Grafana start from."""

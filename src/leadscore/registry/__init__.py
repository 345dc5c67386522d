"""MLflow: runs, registered versions, aliases, and the export that serving reads."""

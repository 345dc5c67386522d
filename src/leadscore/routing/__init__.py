"""What happens with a lead: suspect, MQL or SQL, to whom, and the rule that decided."""

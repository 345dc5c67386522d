"""leadscore: how likely each lead is to become a customer, when, and what to do now."""

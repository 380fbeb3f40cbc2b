"""`make bench`: one table of what the portal costs, beside the last committed figures."""

"""A market with a lot in bidding, as an application and as the real service."""

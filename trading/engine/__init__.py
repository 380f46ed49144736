"""The workflow engine, pure: definitions, policies and the decisions made from them."""

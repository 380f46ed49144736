"""The record: entries, the Merkle tree over them, and everything that verifies it. Pure."""

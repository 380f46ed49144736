"""The demonstration: real listings traded to their real outcome on a simulated clock."""

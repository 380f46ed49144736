"""One file per trading method."""

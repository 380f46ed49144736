"""Imports: good rows go in, refused rows come back as the same sheet with field and reason."""

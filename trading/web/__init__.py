"""The service as others see it over HTTP."""

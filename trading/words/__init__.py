"""What people are told: the language of the reader, sentences of errors, and where a lot stands."""

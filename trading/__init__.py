"""A trading centre for public resources that nobody can cheat."""

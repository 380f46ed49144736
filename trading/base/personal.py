"""Placeholder."""
def find_personal(text: str) -> list[str]:
    return []

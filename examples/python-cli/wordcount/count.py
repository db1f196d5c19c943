import re


def count_words(text: str) -> int:
    """Runs of letters and digits, in any script; an apostrophe inside one belongs to it."""
    return len(re.findall(r"\w+(?:['’]\w+)*", text))

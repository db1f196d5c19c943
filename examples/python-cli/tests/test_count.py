import pytest

from wordcount.count import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one", 1),
        ("two  words\n", 2),
        ("it's one more", 3),
        ("Grüße, 世界!", 2),
    ],
)
def test_counts_words(text: str, words: int) -> None:
    assert count_words(text) == words

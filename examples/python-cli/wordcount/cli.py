"""The command line: `wordcount FILE…`."""

import argparse
from pathlib import Path

from wordcount.count import count_words


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="wordcount", description="Count the words of files.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    files: list[Path] = parser.parse_args(arguments).files
    for file in files:
        print(count_words(file.read_text(encoding="utf-8")), file)
    return 0

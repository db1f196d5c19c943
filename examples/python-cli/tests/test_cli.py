from pathlib import Path

import pytest

from wordcount.cli import main


def test_prints_the_count_of_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "note.txt"
    file.write_text("three short words", encoding="utf-8")
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == f"3 {file}\n"


def test_wants_a_file() -> None:
    with pytest.raises(SystemExit):
        main([])

"""What was compiled from other sources must not be used: numba itself only looks at the file a kernel stands in."""

from pathlib import Path

from routing.warm_up import forget_outdated


def test_a_change_in_any_file_forgets_all_that_was_compiled(tmp_path: Path) -> None:
    caller, called = tmp_path / "caller.py", tmp_path / "called.py"
    caller.write_text("from called import rule")
    called.write_text("rule = 1")
    compiled = tmp_path / "__pycache__" / "caller.run-1.py311.nbi"
    compiled.parent.mkdir()
    for change, is_kept in ((1, False), (1, True), (2, False)):
        compiled.write_bytes(b"kernel")
        called.write_text(f"rule = {change}")
        forget_outdated(tmp_path)
        assert compiled.exists() == is_kept

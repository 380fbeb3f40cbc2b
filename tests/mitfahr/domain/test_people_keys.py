"""A caller is found as the name is heard and the number is said."""

from __future__ import annotations

import pytest

from mitfahr.domain.people_keys import name_key, phone_key, read_typed, sound_key


@pytest.mark.parametrize("other", ["Meyer", "Mayr", "Maier", "meier"])
def test_names_that_sound_alike_have_one_key(other: str) -> None:
    assert sound_key("Erika", other) == sound_key("Erika", "Meier")


def test_names_are_folded_word_by_word() -> None:
    assert name_key("Jörg", "Müller-Lüdenscheidt") == " jorg muller ludenscheidt "
    assert name_key("", "Mueller") == name_key("", "Müller")


@pytest.mark.parametrize("typed", ["03521/4711", "+49 (0)3521 4711", "0049 3521 47-11", "03521 47 11"])
def test_a_number_is_one_however_it_is_written(typed: str) -> None:
    assert phone_key(typed) == "+4935214711" == read_typed(typed).number


def test_what_is_typed_is_a_name_a_number_or_both() -> None:
    both = read_typed("Müller 4711")
    assert (both.words, both.number, both.number_end, both.is_exact) == (("muller",), None, "4711", False)
    assert read_typed("Gerda Müller").is_exact and read_typed("03521 4711").is_exact
    assert read_typed(" 12 ").is_empty and phone_key("") is None and phone_key("4711") == "4711"

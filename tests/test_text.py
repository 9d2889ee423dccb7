"""Texts as data: the shipped names, vocabularies, and sequences to predict each next letter from."""

from pathlib import Path

import numpy as np
import pytest

from nn import data


def test_names_are_the_censuss_lists_of_women_and_men():
    """Their first lines by rank, and how many: 4,275 and 1,219, of which 331 are in both."""
    names = data.names()
    assert len(names) == len(set(names)) == 4275 + 1219 - 331
    assert names[:3] == ["mary", "patricia", "linda"]
    assert [name for name in ("john", "robert", "william") if name in names[:4275]] == ["john", "robert", "william"]
    assert names[4275:4278] == ["douglas", "roger", "jonathan"]
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert data.names() is not names


def test_the_file_of_names():
    folder = Path(data.__file__).parent / "census"
    packed = (folder / "names.txt.gz").read_bytes()
    assert len(packed) < 20_000
    assert packed[4:8] == bytes(4), "a gzip header without a time stamp"
    notice = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("U.S. Census Bureau", "1990", "public domain", "Changed"):
        assert part in notice


def test_a_vocabulary_numbers_letters_and_a_boundary():
    vocabulary = data.Vocabulary(["né", "bo b", ""])
    assert vocabulary.letters == " bnoé"
    assert len(vocabulary) == 6
    assert vocabulary.boundary == 5
    assert repr(vocabulary) == "Vocabulary of ' bnoé' and a boundary"
    for text in ("bébé", " ", ""):
        assert vocabulary.decode(vocabulary.encode(text)) == text
        assert vocabulary.decode(np.array([5, *vocabulary.encode(text), 5])) == text
    with pytest.raises(ValueError, match="'x' in 'box' is not in the vocabulary, which has ' bnoé'"):
        vocabulary.encode("box")
    for wrong in (6, -1, 0.5):
        with pytest.raises(ValueError, match=f"{wrong} is no token: .* has 0 to 5"):
            vocabulary.decode([0, wrong])


def test_sequences_hold_what_comes_before_each_letter_and_the_letter():
    texts = data.names()[:50]
    X, y, vocabulary = data.sequences(texts)
    assert X.shape == y.shape == (50, max(map(len, texts)) + 1)
    assert X.dtype.kind == y.dtype.kind == "i"
    assert len(vocabulary) == 1 + len(set("".join(texts)))
    for before, after, text in zip(X, y, texts, strict=True):
        n = len(text)
        assert before[0] == after[n] == vocabulary.boundary
        assert (before[1 : n + 1] == after[:n]).all()
        assert vocabulary.decode(after[:n]) == text
        assert (before[n + 1 :] == vocabulary.boundary).all()
        assert (after[n + 1 :] == -1).all()
    again, _, same_one = data.sequences(["amy"], vocabulary)
    assert same_one is vocabulary
    assert again.tolist() == [[vocabulary.boundary, *vocabulary.encode("amy")]]
    assert data.sequences(["", "b"])[0].tolist() == [[1, 1], [1, 0]]


@pytest.mark.parametrize("texts", [["anna", 3], [None], "anna", ["a", b"b"]])
def test_texts_are_strings(texts):
    for make in (data.Vocabulary, data.sequences):
        with pytest.raises(TypeError, match="texts are "):
            make(texts)


def test_texts_without_a_letter_or_with_unknown_ones_are_refused():
    for texts in ([], ["", ""]):
        with pytest.raises(ValueError, match="a vocabulary needs texts with at least one letter"):
            data.Vocabulary(texts)
    vocabulary = data.Vocabulary(["ab"])
    with pytest.raises(ValueError, match="sequences needs at least one text"):
        data.sequences([], vocabulary)
    with pytest.raises(ValueError, match="'c' in 'abc' is not in the vocabulary"):
        data.sequences(["abc"], vocabulary)

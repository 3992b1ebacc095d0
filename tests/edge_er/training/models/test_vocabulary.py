"""The WordPiece vocabulary: the same in every run, and as long as asked for."""

from edge_er.training.models.vocabulary import SPECIALS, train_tokenizer


def test_the_same_texts_give_the_same_vocabulary(pool):
    first, *others = (train_tokenizer(pool.names + pool.queries, 150).to_str() for _ in range(6))
    assert all(other == first for other in others)


def test_every_letter_can_be_spelled_at_the_head_and_inside_a_word(pool):
    tokenizer = train_tokenizer(pool.names + pool.queries, 150)
    assert tokenizer.get_vocab_size() == 150
    assert [tokenizer.token_to_id(token) for token in SPECIALS] == [0, 1, 2, 3, 4]
    for text in pool.names + pool.queries:
        tokens = tokenizer.encode(text).tokens
        assert "".join(tokens[1:-1]).replace("##", "") == text.replace(" ", "")


def test_only_the_markers_are_special_tokens(pool):
    tokenizer = train_tokenizer(pool.names, 100)
    assert {token.content for token in tokenizer.get_added_tokens_decoder().values()} == set(SPECIALS)


def test_rare_letters_beyond_the_alphabet_are_unknown():
    rare = "".join(chr(0x4E00 + i) for i in range(600))
    tokenizer = train_tokenizer([rare, "kiss fm", "kiss fm"], 900)
    assert tokenizer.encode("kiss").tokens[1:-1] == ["kiss"]
    assert tokenizer.encode(chr(0x4E00 + 599)).tokens[1:-1] == ["[UNK]"]

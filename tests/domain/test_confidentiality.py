from service.domain.confidentiality import Confidentiality


def test_confidential_ranks_above_secret_and_words_are_not_compared() -> None:
    ranks = {str(one): one.rank for one in Confidentiality}
    assert ranks == {"unclassified": 0, "secret": 1, "confidential": 2, "top_secret": 3}


def test_everything_above_unclassified_is_classified() -> None:
    assert [str(one) for one in Confidentiality if one.is_classified] == ["secret", "confidential", "top_secret"]

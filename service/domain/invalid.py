"""What is wrong with an input: each flaw has its place, a code and a sentence in both languages."""

from service.errors import FieldError, InvalidInput, Sentence

__all__ = ["FieldError", "Flaws", "InvalidInput", "Sentence", "invalid"]


def invalid(pointer: str, code: str, en: str, zh: str) -> InvalidInput:
    """The refusal of an input for one flaw; `pointer` is a JSON Pointer (RFC 6901), "" the whole."""
    return InvalidInput(errors=[FieldError(code, Sentence(en, zh), pointer=pointer)])


class Flaws:
    """The flaws of one input, gathered so that all of them are told at once."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []

    def add(self, pointer: str, code: str, en: str, zh: str) -> None:
        """One more flaw at a JSON Pointer."""
        self.found.append(FieldError(code, Sentence(en, zh), pointer=pointer))

    def refuse(self) -> None:
        """Nothing, or `InvalidInput` with everything found."""
        if self.found:
            raise InvalidInput(errors=self.found)

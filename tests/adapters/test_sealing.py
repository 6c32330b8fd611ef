"""The streaming cipher against Tink itself, and against whoever changes a ciphertext."""

import io
import os
from collections.abc import Callable

import pytest
import tink
from hypothesis import given, settings
from hypothesis import strategies as st
from tink import cleartext_keyset_handle, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from service.adapters.files.sealing import HEADER_BYTES, SEGMENT_BYTES, TAG_BYTES, Damaged, Opener, Sealer, sealed_bytes

FIRST, FURTHER = SEGMENT_BYTES - HEADER_BYTES - TAG_BYTES, SEGMENT_BYTES - TAG_BYTES
SIZES = (0, 1, 1000, FIRST - 1, FIRST, FIRST + 1, FIRST + FURTHER, FIRST + FURTHER + 1, FIRST + 3 * FURTHER + 7)
KEY, DATA = bytes(range(32)), b"item and version and class"


def seal(content: bytes, key: bytes = KEY, data: bytes = DATA, step: int = 100_000) -> bytes:
    sealer = Sealer(key, data)
    pieces = [sealer.update(content[at : at + step]) for at in range(0, len(content), step)]
    return b"".join([*pieces, sealer.finish()])


def opened(ciphertext: bytes, key: bytes = KEY, data: bytes = DATA, step: int = 70_001) -> bytes:
    opener, found = Opener(key, data), []
    for at in range(0, len(ciphertext), step):
        found += opener.update(ciphertext[at : at + step])
    return b"".join([*found, opener.finish()])


def tinks(key: bytes) -> streaming_aead.StreamingAead:
    """Tink's own cipher with the same key and segments."""
    streaming_aead.register()
    value = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(key_value=key)
    value.params.ciphertext_segment_size = SEGMENT_BYTES
    value.params.derived_key_size = 32
    value.params.hkdf_hash_type = common_pb2.SHA256
    keyset = tink_pb2.Keyset(primary_key_id=1)
    entry = keyset.key.add(key_id=1, status=tink_pb2.ENABLED, output_prefix_type=tink_pb2.RAW)
    entry.key_data.type_url = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"
    entry.key_data.value = value.SerializeToString()
    entry.key_data.key_material_type = tink_pb2.KeyData.SYMMETRIC
    return cleartext_keyset_handle.from_keyset(keyset).primitive(streaming_aead.StreamingAead)


class Kept(io.BytesIO):
    """A file whose bytes outlive its closing."""

    def close(self) -> None:
        self.bytes = self.getvalue()
        super().close()


@pytest.mark.parametrize("size", SIZES)
def test_tink_opens_what_we_seal(size: int) -> None:
    content = os.urandom(size)
    with tinks(KEY).new_decrypting_stream(io.BytesIO(seal(content)), DATA) as stream:
        assert stream.read() == content


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_tink_seals(size: int) -> None:
    content, target = os.urandom(size), Kept()
    with tinks(KEY).new_encrypting_stream(target, DATA) as stream:
        stream.write(content)
    assert opened(target.bytes) == content


def test_tink_refuses_the_data_of_another_item() -> None:
    with (
        pytest.raises(tink.TinkError),
        tinks(KEY).new_decrypting_stream(io.BytesIO(seal(b"contract")), b"another") as stream,
    ):
        stream.read()


@pytest.mark.parametrize("size", SIZES)
def test_the_length_of_a_ciphertext_is_known_before(size: int) -> None:
    assert len(seal(bytes(size))) == sealed_bytes(size)


def test_the_same_content_never_seals_to_the_same_bytes() -> None:
    assert seal(b"contract") != seal(b"contract")


def flip(ciphertext: bytes) -> bytes:
    at = len(ciphertext) // 2
    return ciphertext[:at] + bytes([ciphertext[at] ^ 1]) + ciphertext[at + 1 :]


def swap(ciphertext: bytes) -> bytes:
    first, second, third, *others = (
        ciphertext[at : at + SEGMENT_BYTES] for at in range(0, len(ciphertext), SEGMENT_BYTES)
    )
    return b"".join([first, third, second, *others])


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flipped in the middle": flip,
    "flipped in the header": lambda ciphertext: flip(ciphertext[:40]) + ciphertext[40:],
    "another header length": lambda ciphertext: b"\x27" + ciphertext[1:],
    "segments swapped": swap,
    "a segment dropped": lambda ciphertext: ciphertext[:SEGMENT_BYTES] + ciphertext[2 * SEGMENT_BYTES :],
    "cut at a segment": lambda ciphertext: ciphertext[: 2 * SEGMENT_BYTES],
    "cut inside a segment": lambda ciphertext: ciphertext[:-5],
    "cut inside the header": lambda ciphertext: ciphertext[:20],
    "nothing left": lambda ciphertext: b"",
    "something behind": lambda ciphertext: ciphertext + b"x",
    "a segment behind": lambda ciphertext: ciphertext + ciphertext[-SEGMENT_BYTES:],
}


def drain(opener: Opener, ciphertext: bytes, found: bytearray) -> None:
    for segment in opener.update(ciphertext):
        found += segment
    opener.finish()


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_damaged_never_opens_whole_nor_to_other_bytes(damage: str) -> None:
    content = os.urandom(FIRST + 3 * FURTHER + 7)
    broken, opener, found = DAMAGES[damage](seal(content)), Opener(KEY, DATA), bytearray()
    with pytest.raises(Damaged):
        drain(opener, broken, found)
    assert content.startswith(found)
    assert len(found) < len(content)


def test_a_wrong_key_and_wrong_data_open_nothing() -> None:
    ciphertext = seal(bytes(FIRST + 10))
    for key, data in ((bytes(32), DATA), (KEY, DATA + b"!"), (KEY, b"")):
        with pytest.raises(Damaged):
            opened(ciphertext, key, data)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000), st.data())
def test_no_single_changed_byte_goes_unnoticed(content: bytes, data: st.DataObject) -> None:
    ciphertext = bytearray(seal(content))
    at = data.draw(st.integers(0, len(ciphertext) - 1))
    ciphertext[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Damaged):
        opened(bytes(ciphertext))


@settings(max_examples=25, deadline=None)
@given(st.integers(5_000, 300_000), st.integers(5_000, 300_000), st.integers(0, 900_000))
def test_how_the_bytes_arrive_makes_no_difference(put: int, got: int, size: int) -> None:
    content = bytes(size)
    assert opened(seal(content, step=put), step=got) == content
